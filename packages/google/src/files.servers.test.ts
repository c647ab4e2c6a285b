import { createHash } from 'node:crypto'
import { asFault, type Collection, type Fault, type Item, type ItemRef, type Listing, REASONS, type Source } from '@offramp/core'
import type { FilesSeed, GoogleDriveControl, GoogleFileTruth, WorkspaceOptions } from '@offramp/emulators'
import type { Choices } from '@offramp/formats'
import { afterEach, describe, expect, test } from 'vitest'
import { BIN, ORPHANED } from './files-folders.ts'
import { ADMIN, ANNA, bytesOf, call, closeAll, faultOf, lab, userOf } from './testing/workspace-lab.ts'

const sources: Source[] = []
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close?.()
  await closeAll()
})

const LISTING: Listing = { id: 'my-drive' }

interface Scene {
  readonly files?: FilesSeed
  readonly choices?: Choices['files']
  readonly domain?: Partial<WorkspaceOptions>
  /** Of the clock: at a high one, a busy machine looks like a silent server. */
  readonly speed?: number
}

async function scene({ files = {}, choices = {}, domain = {}, speed = 50 }: Scene = {}) {
  const accounts = [{ address: ADMIN, admin: true }, { address: ANNA, files }, { address: 'ben@fabrikam.example' }]
  const { workspace, endpoint, clock } = await lab({
    domain: { accounts, ...domain },
    settings: { choices: { files: choices } },
    speed,
  })
  const connect = async (): Promise<Source> => {
    const source = await endpoint.connect(userOf(ANNA), 'file')
    sources.push(source)
    return source
  }
  return { workspace, endpoint, clock, drive: workspace.drive(ANNA), connect, source: await connect() }
}

interface Walked {
  readonly refs: ReadonlyMap<string, ItemRef>
  readonly removed: ReadonlySet<string>
  readonly folders: ReadonlyMap<string, Collection>
  readonly cursor: string
  readonly pages: number
}

async function walk(source: Source, after?: string, limit = 200): Promise<Walked> {
  const refs = new Map<string, ItemRef>()
  const removed = new Set<string>()
  const folders = new Map<string, Collection>()
  let cursor = after
  for (let pages = 1; ; pages++) {
    const page = await source.page(LISTING, cursor, limit, call)
    for (const ref of page.refs) {
      if (ref.removed) removed.add(ref.id)
      else refs.set(ref.id, ref)
    }
    for (const folder of page.collections ?? []) folders.set(folder.id, folder)
    cursor = page.cursor
    if (page.last) return { refs, removed, folders, cursor, pages }
  }
}

/** Every file of a walk, or why it stays behind. */
async function openAll(source: Source, { refs }: Walked) {
  const items = new Map<string, Item>()
  const left = new Map<string, Fault>()
  for (const ref of refs.values()) {
    try {
      items.set(ref.id, await source.open(ref, call))
    } catch (thrown) {
      const fault = asFault(thrown)
      if (fault.reach !== 'item' || fault.reason === undefined || !(fault.reason in REASONS)) throw fault
      left.set(ref.id, fault)
    }
  }
  return { items, left }
}

const named = (all: Iterable<Item>, name: string): Item => {
  const found = [...all].find(({ naturalKey }) => naturalKey === name)
  if (found === undefined) throw new Error(`no item ${name}: ${[...all].map(({ naturalKey }) => naturalKey)}`)
  return found
}

async function listed<T>(all: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of all) found.push(each)
  return found
}

const truthOf = async (drive: GoogleDriveControl, name: string): Promise<GoogleFileTruth> => {
  const found = (await drive.files()).find((file) => file.name === name)
  if (found === undefined) throw new Error(`no file ${name}`)
  return found
}

describe('a drive', () => {
  test('is read whole: names, folders, dates and bytes', async () => {
    const { source, drive, workspace } = await scene({ files: { files: 120, folders: 30, documents: 0 } })
    const walked = await walk(source)
    const { items, left } = await openAll(source, walked)
    const truth = await drive.files()
    expect([items.size, left.size]).toEqual([truth.length, 0])
    for (const file of truth) {
      const item = items.get(file.id)
      expect([item?.naturalKey, item?.home.path, item?.size, item?.checksum?.value]).toEqual([file.name, file.path, file.size, file.md5])
      expect(item?.traits).toEqual({ modifiedAt: file.modifiedAt, createdAt: file.createdAt })
    }
    const [some] = items.values()
    const [it] = truth.filter(({ id }) => id === some?.id)
    expect(
      createHash('sha256')
        .update(some === undefined ? '' : await bytesOf(some))
        .digest('hex'),
    ).toBe(it?.sha256)
    const folders = await drive.folders()
    expect([...walked.folders.values()].map(({ id }) => id).sort()).toEqual([await drive.root(), ...folders.map(({ id }) => id)].sort())
    expect(await workspace.violations()).toEqual([])
  })

  test('of 10,000 files costs as many units as its pages, and nothing when nothing has changed', async () => {
    const { source, workspace, connect } = await scene({
      files: { files: 10_000, folders: 1_500, bytes: 'tiny' },
      domain: { quirks: { emptyPageEvery: 0 } },
      speed: 5,
    })
    const { refs, cursor } = await walk(source, undefined, 1_000)
    expect(refs.size).toBe(10_000)
    const after = (await workspace.stats()).apiUnits['drive'] ?? 0
    // Pages of ours, of others', and of folders; where changes stand, the top.
    expect(after).toBe(12 * 100 + 100 + 2 * 100 + 5 + 5)
    const { refs: changed } = await walk(await connect(), cursor)
    expect([changed.size, ((await workspace.stats()).apiUnits['drive'] ?? 0) - after]).toEqual([0, 100])
  })

  test('that is said to be incomplete is listed again, and never taken for the whole', async () => {
    const { source, drive } = await scene({ files: { files: 40 } })
    await drive.beIncomplete(9)
    expect(await faultOf(() => walk(source))).toMatchObject({ reach: 'call', code: 'google-incomplete' })
    await drive.beIncomplete(0)
    expect((await walk(source)).refs.size).toBe(40)
  })

  test('is counted without a request for each file', async () => {
    const { source, workspace } = await scene({ files: { files: 150, documents: 20 } })
    let seen = 0
    for await (const some of source.census?.(LISTING, call) ?? []) seen += some.length
    let measured = 0
    for await (const { items } of source.measure?.(call) ?? []) measured += items
    expect([seen, measured]).toEqual([170, 170])
    const { requests } = await workspace.stats()
    expect([requests['files.get'], requests['files.media'], requests['files.export']]).toEqual([1, undefined, undefined])
  })
})

describe('what is unusual', () => {
  test('is moved, or counted and named with its reason', async () => {
    const { source, drive, workspace } = await scene({ files: { hostile: true } })
    const { items, left } = await openAll(source, await walk(source))
    const truth = (await drive.files()).filter(({ trashed }) => !trashed)
    expect(items.size + left.size).toBe(truth.length)
    const reasons = new Map(truth.flatMap(({ id, name }) => (left.has(id) ? [[name, left.get(id)?.reason] as const] : [])))
    expect(Object.fromEntries(reasons)).toEqual({
      'A form': 'no-open-format',
      'A site': 'no-open-format',
      'A map': 'no-open-format',
      'A fusiontable': 'no-open-format',
      'A drive-sdk.123': 'no-open-format',
      'locked.pdf': 'not-offered',
      'encrypted.bin': 'protected',
      'up again': 'pointer',
      dangling: 'pointer',
    })
    const all = [...items.values()]
    expect(named(all, 'orphan.txt').home.path).toEqual([ORPHANED])
    expect(named(all, 'stray.txt').home.path).toEqual([ORPHANED])
    expect(named(all, 'in two places.txt').losses).toEqual([expect.stringContaining('several folders')])
    expect(named(all, 'described.txt').losses).toEqual([expect.stringContaining('star')])
    expect(await faultOf(() => bytesOf(named(all, 'evil.exe')))).toMatchObject({ reach: 'item', reason: 'malware' })
    for (const name of ['empty.bin', 'old.bin', '..', 'x/y\\z.txt'])
      expect((await bytesOf(named(all, name))).length).toBe(named(all, name).size)
    expect(await workspace.violations()).toEqual([])
  })

  test('documents become what other programs open, in one of three ways', async () => {
    const { source, workspace } = await scene({ files: { hostile: true } })
    const { items } = await openAll(source, await walk(source))
    const all = [...items.values()]
    for (const name of [
      'Report.docx.odt',
      'Report.odt',
      'Sums.ods',
      'Talk.odp',
      'Sketch.svg',
      'Macro.json',
      'Film.mp4',
      'Forty megabytes.odp',
      'Without a link.odt',
    ]) {
      const item = named(all, name)
      const [once, again] = [await bytesOf(item), await bytesOf(item)]
      expect([once.length, again.equals(once), item.losses?.length]).toEqual([item.size, true, 1])
      const tail = Buffer.concat(await listed(item.bodyFrom?.(7, call) ?? []))
      expect(tail.equals(once.subarray(7))).toBe(true)
    }
    const { requests } = await workspace.stats()
    expect(requests['files.exportLink']).toBeGreaterThan(0)
    // The film, and what is too large and has no link.
    expect([requests['files.download'], requests['operations.result']]).toEqual([2, 2])
    expect([requests['operations.get'], requests['about.get']]).toEqual([6, 1])
    expect(await workspace.violations()).toEqual([])
  })

  test('choices: Office formats, suspicious files, shortcuts, the bin, versions', async () => {
    const choices = { documents: 'ooxml', suspicious: 'keep', shortcuts: 'address', bin: 'keep', versions: 3 } as const
    const { source, drive, workspace } = await scene({ files: { hostile: true }, choices })
    const described = await truthOf(drive, 'described.txt')
    for (const text of ['two', 'three']) await drive.write(described.id, { base64: Buffer.from(text).toString('base64'), pinned: true })
    const { items } = await openAll(source, await walk(source))
    const all = [...items.values()]
    for (const name of ['Report.docx', 'Report.odt.docx', 'Sums.xlsx', 'Talk.pptx']) expect(named(all, name).size).toBeGreaterThan(500)
    expect((await bytesOf(named(all, 'evil.exe'))).toString()).toMatch(/^evil/)
    expect((await bytesOf(named(all, 'up again.url'))).toString()).toContain('https://drive.google.com/open?id=1')
    expect(named(all, 'in the bin.txt').home.path).toEqual([BIN])
    expect(named(all, 'with its folder.txt').home.path).toEqual([BIN, expect.stringMatching(/^thrown away \([0-9a-f]{8}\)$/)])
    const versions = await listed(named(all, 'described.txt').versions?.(call) ?? [])
    expect(versions.map(({ size }) => size)).toEqual([described.size, 3])
    expect(await workspace.violations()).toEqual([])
  })

  test.each(['kept', 'all'] as const)(
    'earlier states that Google gives out (%s) are taken, the oldest first, and the others are told of',
    async (revisions) => {
      const { source, drive, workspace } = await scene({ choices: { versions: 3 }, domain: { quirks: { revisions } } })
      const write = (id: string, text: string, pinned = false) => drive.write(id, { base64: Buffer.from(text).toString('base64'), pinned })
      const some = await drive.add('some.txt', { text: 'one' })
      // `pinned` marks what was there before.
      await write(some, 'two', true)
      for (const text of ['three', 'four', 'five']) await write(some, text)
      const other = await drive.add('other.txt', { text: 'other one' })
      await write(other, 'other two')
      await drive.add('new.txt', { text: 'new' })
      const opened = [...(await openAll(source, await walk(source))).items.values()]
      const texts = async (name: string) => {
        const found: string[] = []
        for await (const { body, size } of named(opened, name).versions?.(call) ?? []) {
          const bytes = Buffer.concat(await listed(body(call)))
          expect(bytes.length).toBe(size)
          found.push(bytes.toString())
        }
        return found
      }
      const told = (name: string) => (named(opened, name).losses ?? []).some((loss) => loss.includes('Keep forever'))
      expect([await texts('some.txt'), told('some.txt')]).toEqual(revisions === 'all' ? [['two', 'three', 'four'], false] : [['one'], true])
      expect([await texts('other.txt'), told('other.txt')]).toEqual(revisions === 'all' ? [['other one'], false] : [[], true])
      expect([await texts('new.txt'), told('new.txt')]).toEqual([[], false])
      // Once it was refused, no other is asked for; a state that is taken is read twice at most.
      expect((await workspace.stats()).requests['revisions.media']).toBe(revisions === 'all' ? 4 + 4 : 1 + 1)
      expect(await workspace.violations()).toEqual([])
    },
  )

  test('what others share is named and not copied', async () => {
    const { source, workspace } = await scene()
    const theirs = workspace.drive('ben@fabrikam.example')
    const id = await theirs.add('his.txt', { text: 'his' })
    await theirs.share(id, ANNA, { role: 'writer' })
    const { refs, cursor } = await walk(source)
    expect(await faultOf(() => source.open(refs.get(id) ?? { id, version: '' }, call))).toMatchObject({ reason: 'not-owned' })
    const mine = await workspace.drive(ANNA).add('mine.txt', { text: 'mine' })
    await workspace.drive(ANNA).giveTo(mine, 'ben@fabrikam.example')
    const later = await walk(source, cursor)
    expect(await faultOf(() => source.open(later.refs.get(mine) ?? { id: mine, version: '' }, call))).toMatchObject({ reason: 'not-owned' })
  })
})

describe('changes', () => {
  test('of files and folders are told, with what came and went with a folder', async () => {
    const { source, drive, connect, workspace } = await scene()
    const folder = await drive.add('Folder', { type: 'folder' })
    const inner = await drive.add('Inner', { type: 'folder', parent: folder })
    const deep = await drive.add('deep.txt', { parent: inner, text: 'deep' })
    const first = await walk(source)
    await drive.trash(folder, true)
    const second = await walk(await connect(), first.cursor)
    expect([...second.removed]).toEqual([deep])
    await drive.trash(folder, false)
    const later = await connect()
    const third = await walk(later, second.cursor)
    expect([...third.refs.keys()]).toEqual([deep])
    expect([...third.folders.values()].map(({ path }) => path)).toEqual([['Folder'], ['Folder', 'Inner']])
    await drive.remove(folder)
    const fourth = await walk(await connect(), third.cursor)
    expect(fourth.removed.has(deep)).toBe(true)
    expect(await workspace.violations()).toEqual([])
  })

  test('of very many folders begin a new listing', async () => {
    const { source, drive } = await scene({ files: { files: 5, folders: 30 } })
    const { cursor } = await walk(source)
    for (const { id } of await drive.folders()) await drive.rename(id, 'Other')
    expect(await faultOf(() => source.page(LISTING, cursor, 200, call))).toMatchObject({ reach: 'listing', code: 'google-folders-changed' })
  })

  test('all folders are read once a turn, and only where one is wanted', async () => {
    const { drive, connect, workspace, source } = await scene({
      files: { files: 300, folders: 60 },
      domain: { quirks: { emptyPageEvery: 0 } },
    })
    const { cursor } = await walk(source)
    const requests = async () => (await workspace.stats()).requests
    const before = await requests()
    await walk(await connect(), cursor)
    expect((await requests())['files.list']).toBe(before['files.list'])
    const later = await connect()
    for (const { id } of await drive.files()) await later.open({ id, version: '' }, call)
    const after = await requests()
    expect((after['files.get'] ?? 0) - (before['files.get'] ?? 0)).toBe(301)
    expect((after['files.list'] ?? 0) - (before['files.list'] ?? 0)).toBe(1)
  })

  test('what is in two folders of one name is not mixed, and the elder one keeps it', async () => {
    const { drive, connect, source } = await scene()
    const twin = (year: number) => drive.add('Twin', { type: 'folder', createdAt: Date.UTC(year, 0, 1) })
    const within = async (parent: string) =>
      drive.add('file.txt', { parent: await drive.add('inner', { type: 'folder', parent }), text: 'x' })
    const [younger, elder] = [await within(await twin(2022)), await within(await twin(2021))]
    const first = await walk(source)
    const { items } = await openAll(source, first)
    const homes = [elder, younger].map((id) => items.get(id)?.home.path)
    expect(homes).toEqual([
      ['Twin', 'inner'],
      [expect.stringMatching(/^Twin \([0-9a-f]{8}\)$/), 'inner'],
    ])
    // In every process the same.
    const again = await openAll(await connect(), await walk(await connect()))
    expect([elder, younger].map((id) => again.items.get(id)?.home.path)).toEqual(homes)
    // An older one comes, and those that were there are told of as well.
    const eldest = await twin(2020)
    const { folders } = await walk(await connect(), first.cursor)
    expect([folders.size, folders.get(eldest)?.path]).toEqual([3, ['Twin']])
  })
})

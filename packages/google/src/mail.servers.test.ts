import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sentAt } from '@offramp/formats'
import { afterEach, describe, expect, test } from 'vitest'
import {
  ADMIN,
  ANNA,
  bytesOf,
  call,
  closeAll,
  countOf,
  faultOf,
  hashOf,
  lab,
  listingOf,
  type Walked,
  walk,
} from './testing/workspace-lab.ts'

afterEach(closeAll)

const anna = (facts: object) => ({
  accounts: [
    { address: ADMIN, admin: true },
    { address: ANNA, ...facts },
  ],
})
const refOf = (walked: Walked, id: string) => walked.refs.get(id) ?? { id, version: '' }
const text = (subject: string): Buffer => Buffer.from(`Subject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\n${subject}\r\n`)

describe('a whole mailbox', () => {
  test('costs one call a message and one for 500 ids, and nothing is throttled', async () => {
    const { workspace, source, mailbox } = await lab({
      domain: { ...anna({ messages: 700 }), quirks: { emptyPageEvery: 0, repeatEvery: 0 } },
      speed: 20,
    })
    const { refs } = await walk(source, { limit: 100 })
    const truth = await mailbox.messages()
    expect(refs.size).toBe(truth.length)
    const { requests, units, refusals } = await workspace.stats()
    expect(requests['messages.get']).toBe(truth.length)
    expect(requests['messages.list']).toBe(Math.ceil(truth.length / 500))
    expect(requests['history.list']).toBe(1)
    const others =
      (requests['drafts.list'] ?? 0) * 5 + (requests['labels.list'] ?? 0) + (requests['labels.get'] ?? 0) + (requests['getProfile'] ?? 0)
    expect(units[ANNA]).toBe(truth.length * 20 + Math.ceil(truth.length / 500) * 5 + 2 + others)
    expect(others).toBeLessThan(15)
    expect(refusals).toEqual({ throttled: 0, tooMany: 0 })
    expect(await workspace.violations()).toEqual([])
  })

  test('a page of ids that repeats one of the page before costs no second reading', async () => {
    const { workspace, source, mailbox } = await lab({
      domain: { ...anna({ messages: 1_100 }), quirks: { emptyPageEvery: 2, repeatEvery: 2 } },
      speed: 200,
    })
    const { refs } = await walk(source, { limit: 200 })
    expect(refs.size).toBe((await mailbox.messages()).length)
    expect((await workspace.stats()).requests['messages.get']).toBe(refs.size)
  })

  test('a pass in which nothing has changed costs one request and three units: labels, whose names show nowhere else, and changes', async () => {
    const { workspace, source, mailbox, connect } = await lab()
    const { cursor } = await walk(source)
    const before = await workspace.stats()
    const later = await connect()
    const listing = await listingOf(later, { ...call, bare: true, after: () => cursor })
    const asked = await workspace.stats()
    const page = await later.page(listing, cursor, 100, call)
    expect(page).toMatchObject({ refs: [], last: true, cursor })
    const after = await workspace.stats()
    expect(after.http).toBe(asked.http)
    expect((after.units[ANNA] ?? 0) - (before.units[ANNA] ?? 0)).toBe(3)
    expect(after.http - before.http).toBe(1)
    // Asked again after the same cursor, it asks Google again.
    await mailbox.add(text('new'))
    expect((await later.page(listing, cursor, 100, call)).refs).toHaveLength(1)
  })

  test.each([
    { path: '/labels', status: 500, how: 'labels fail once', http: 2 },
    { path: '/labels', status: 401, how: 'the token is not taken', http: 3 },
    { path: '/history', status: 500, how: 'changes fail once', http: 2 },
    { path: '/history', status: 403, how: 'a part is refused', http: 3 },
    { path: '/batch', status: 502, how: 'the whole fails once', http: 2 },
    { path: '/batch', status: 404, how: 'something in between knows no batches', http: 3 },
  ])('labels and changes that are asked for together come also where $how', async ({ path, status, http }) => {
    const { workspace, source, mailbox, connect } = await lab()
    const { cursor } = await walk(source)
    await mailbox.add(text('new'))
    const before = await workspace.stats()
    await workspace.faults.add({ path, when: { nth: 1 }, effect: { kind: 'status', status, body: 'json' } })
    const later = await connect()
    const listing = await listingOf(later, { ...call, bare: true, after: () => cursor })
    const gets = (await workspace.stats()).requests['messages.get']
    const { refs, last } = await later.page(listing, cursor, 100, call)
    expect([refs.length, last]).toEqual([1, true])
    const after = await workspace.stats()
    expect(after.http - before.http - ((after.requests['messages.get'] ?? 0) - (gets ?? 0))).toBe(http)
    expect(await workspace.violations()).toEqual([])
  })

  test('a throttled part shuts the gate as it would alone', async () => {
    const { workspace, source, connect, clock } = await lab()
    const { cursor } = await walk(source)
    await workspace.faults.add({ path: '/history', when: { nth: 1 }, effect: { kind: 'throttle', retryAfter: 40 } })
    const later = await connect()
    const began = clock.now()
    const listing = await listingOf(later, { ...call, bare: true, after: () => cursor })
    expect(clock.now() - began).toBeGreaterThanOrEqual(40_000)
    expect((await later.page(listing, cursor, 100, call)).last).toBe(true)
    expect(await workspace.violations()).toEqual([])
  })

  test('every message comes with its very bytes, its date and its marks, however it was written', async () => {
    const { workspace, source, mailbox } = await lab({ domain: anna({ messages: 80, awkward: 3, oddLabels: true, chats: 4 }) })
    const { refs } = await walk(source)
    const truth = (await mailbox.messages()).filter(({ labelIds }) => !labelIds.includes('CHAT'))
    const drafts = truth.filter(({ labelIds }) => labelIds.includes('DRAFT'))
    expect(refs.size).toBe(truth.length)
    expect([...refs.keys()].filter((id) => id.startsWith('draft:')).length).toBe(drafts.length)
    for (const message of truth) {
      if (message.labelIds.includes('DRAFT')) continue
      const item = await source.open(refOf({ refs } as Walked, message.id), call)
      expect(await hashOf(item)).toBe(await mailbox.hash(message.id))
      expect(item.naturalKey).toBe(message.messageId ?? '')
      expect(item.traits.read).toBe(!message.labelIds.includes('UNREAD'))
      expect(item.traits.flagged ?? false).toBe(message.labelIds.includes('STARRED'))
      const keywords = item.traits.keywords ?? []
      expect(keywords.includes('$Important')).toBe(message.labelIds.includes('IMPORTANT'))
      for (const label of message.labels) expect(item.home.path.join('/') === label || keywords.includes(label)).toBe(true)
      expect(keywords).not.toContain('YELLOW_STAR')
      if (message.internalDate > 0) expect(item.traits.receivedAt).toBe(Math.floor(message.internalDate / 1000) * 1000)
      else expect(item.traits.receivedAt).toBe(Math.floor((sentAt(await bytesOf(item)) ?? 86_400_000) / 1000) * 1000)
    }
    const listing = await listingOf(source)
    const paths = listing.collections?.map(({ path }) => path.join('/')) ?? []
    for (const label of await mailbox.labels()) if (label.type === 'user') expect(paths).toContain(label.name)
    expect(listing.collections?.flatMap(({ role }) => role ?? [])).toEqual(['inbox', 'sent', 'drafts', 'archive', 'trash', 'junk'])
    expect(await workspace.violations()).toEqual([])
  })

  test('chats are named by their number, and not one of them is read', async () => {
    const { workspace, source } = await lab({ domain: anna({ messages: 10, chats: 30 }) })
    expect((await walk(source)).refs.size).toBe(10)
    expect((await workspace.stats()).requests['messages.get']).toBe(10)
    const skipped = []
    for await (const listing of source.listings(call)) if (listing.skip) skipped.push([listing.items, listing.skip])
    expect(skipped).toEqual([[30, 'not-offered']])
  })

  test('a message with forty labels has one home and 39 keywords, or forty copies', async () => {
    const names = Array.from({ length: 40 }, (_, n) => (n === 7 ? 'Deep/er/est' : `Label ${n}`))
    for (const labels of ['folder', 'copies'] as const) {
      const { source, mailbox } = await lab({ domain: anna({}), settings: { labels } })
      const { id } = await mailbox.add(text('many'), { labels: names })
      const { refs, pages } = await walk(source, { limit: 7 })
      const items = await Promise.all([...refs.values()].map((ref) => source.open(ref, call)))
      if (labels === 'folder') {
        expect(items.map((item) => [item.id, item.home.path, item.traits.keywords?.length])).toEqual([[id, ['Deep', 'er', 'est'], 39]])
      } else {
        expect(items.map(({ home }) => home.path.join('/')).sort()).toEqual([...names].sort())
        expect(new Set(refs.keys()).size).toBe(40)
        expect(pages).toBeGreaterThanOrEqual(6)
        for (const item of items) expect(await bytesOf(item)).toEqual(text('many'))
      }
    }
  })

  test('a page stops at its bytes, and what is too large for memory is read once all the same, or again where no file can be made', async () => {
    const big = Buffer.concat([text('big'), Buffer.alloc(3 * 2 ** 20, 'line of a large message\r\n')])
    for (const folder of [tmpdir(), join(tmpdir(), 'nothing', 'here')]) {
      const { workspace, source, mailbox, lines } = await lab({ domain: anna({}), bounds: { page: 400_000, held: 1_000_000, folder } })
      for (let n = 0; n < 12; n++) await mailbox.add(Buffer.concat([text(`m${n}`), Buffer.alloc(100_000, 'x\r\n')]))
      const listing = await listingOf(source)
      const page = await source.page(listing, undefined, 100, call)
      expect(page.refs.length).toBeGreaterThanOrEqual(4)
      expect(page.refs.length).toBeLessThan(12)
      const large = await mailbox.add(big)
      const { refs, pages } = await walk(source, { limit: 100 })
      expect(refs.size).toBe(13)
      expect(pages).toBeGreaterThan(2)
      const first = await source.page(listing, undefined, 100, call)
      const item = await source.open(refOf({ refs: new Map(first.refs.map((ref) => [ref.id, ref])) } as Walked, large.id), call)
      const before = (await workspace.stats()).requests['messages.get'] ?? 0
      expect(item.size).toBe(big.length)
      expect((await bytesOf(item)).equals(big)).toBe(true)
      let chunks = 0
      for await (const _ of item.body(call)) chunks++
      expect(chunks).toBeGreaterThan(10)
      const isOnce = folder === tmpdir()
      expect((await workspace.stats()).requests['messages.get']).toBe(before + (isOnce ? 0 : 2))
      expect(lines.filter((line) => line.includes('read twice'))).toHaveLength(isOnce ? 0 : 1)
      await source.close?.()
    }
  })
})

describe('changes', () => {
  test('what was marked, moved, trashed, deleted and added is told, and nothing else', async () => {
    const { source, mailbox } = await lab({ domain: anna({ messages: [{ labels: ['INBOX', 'UNREAD'], count: 20 }] }) })
    const before = await walk(source)
    const [read, archived, trashed, deleted] = [...before.refs.keys()]
    await mailbox.relabel(read ?? '', { remove: ['UNREAD'] })
    await mailbox.relabel(archived ?? '', { remove: ['INBOX'] })
    await mailbox.trash(trashed ?? '')
    await mailbox.remove(deleted ?? '')
    const added = await mailbox.add(text('new'), { labels: ['Clients/New'] })
    const after = await walk(source, { after: before.cursor })
    expect([...after.refs.keys()].sort()).toEqual([read, archived, trashed, added.id].sort())
    expect(after.removed).toEqual([deleted])
    const homes = await Promise.all(
      [read, archived, trashed, added.id].map(async (id) => (await source.open(refOf(after, id ?? ''), call)).home.path.join('/')),
    )
    expect(homes).toEqual(['INBOX', 'Archive', 'Trash', 'Clients/New'])
    for (const id of [read, archived, trashed]) {
      const [old, item] = [await source.open(refOf(before, id ?? ''), call), await source.open(refOf(after, id ?? ''), call)]
      expect(item.version).not.toBe(old.version)
      expect(item.revision).toBe(old.revision)
    }
  })

  test('a page that is not worked to its end goes on where it stood, also in the middle of one change of many messages', async () => {
    const { workspace, source, mailbox } = await lab({ domain: anna({ messages: [{ labels: ['INBOX'], count: 30 }] }) })
    const before = await walk(source)
    for (const id of before.refs.keys()) await mailbox.relabel(id, { add: ['Sorted'] })
    const asked = (await workspace.stats()).requests['messages.get'] ?? 0
    const after = await walk(source, { after: before.cursor, limit: 7 })
    expect([...after.refs.keys()].sort()).toEqual([...before.refs.keys()].sort())
    expect(after.pages).toBeGreaterThanOrEqual(5)
    expect((await workspace.stats()).requests['messages.get']).toBe(asked + 30)
  })

  test('a draft that is edited is one item with another text; one that is thrown away is gone', async () => {
    const { source, mailbox } = await lab({ domain: anna({ messages: [{ labels: ['DRAFT'], count: 2 }] }) })
    const before = await walk(source)
    const [kept, dropped] = await mailbox.messages()
    expect([...before.refs.keys()].every((id) => id.startsWith('draft:'))).toBe(true)
    const edited = await mailbox.editDraft(kept?.id ?? '', text('second'))
    expect(edited.id).not.toBe(kept?.id)
    await mailbox.remove(dropped?.id ?? '')
    const after = await walk(source, { after: before.cursor })
    const [ref] = [...after.refs.values()]
    expect(after.refs.size).toBe(1)
    const item = await source.open(ref ?? { id: '', version: '' }, call)
    const old = await source.open(refOf(before, item.id), call)
    expect([item.version === old.version, item.revision === old.revision]).toEqual([false, false])
    expect(await bytesOf(item)).toEqual(text('second'))
    expect((await source.open({ id: item.id, version: '' }, call)).version).toBe(item.version)
    const counted = await countOf(source)
    expect([...counted.values()].map(({ id, version }) => [id, version])).toEqual([[item.id, item.version]])
    const gone = [...before.refs.keys()].find((id) => id !== item.id) ?? ''
    expect(await faultOf(() => source.open({ id: gone, version: '' }, call))).toMatchObject({ reach: 'item', reason: 'gone' })
  })

  test.each(['folder', 'copies', 'archive'] as const)(
    'labels alone give the same versions as reading every message: %s',
    async (labels) => {
      const { workspace, source } = await lab({
        domain: anna({ messages: 150, oddLabels: true, awkward: 1, chats: 3 }),
        settings: { labels },
      })
      const { refs } = await walk(source, { limit: 50 })
      const { requests } = await workspace.stats()
      const counted = await countOf(source)
      expect([...counted.values()].map(({ id, version }) => `${id} ${version}`).sort()).toEqual(
        [...refs.values()].map(({ id, version }) => `${id} ${version}`).sort(),
      )
      for (const ref of [...refs.values()].slice(0, 30)) {
        const [item, told] = [await source.open(ref, call), counted.get(ref.id)]
        expect(told).toMatchObject({ home: item.home, revision: item.revision })
        expect({ ...item.traits, receivedAt: 0 }).toEqual({ ...told?.traits, receivedAt: 0 })
      }
      expect((await workspace.stats()).requests['messages.get']).toBe(requests['messages.get'])
    },
  )

  test('changes that Google has forgotten are told by the labels, and only what is new is read', async () => {
    const { workspace, source, mailbox } = await lab({ domain: anna({ messages: 90 }) })
    const before = await walk(source, { limit: 50 })
    await mailbox.expireHistory()
    const added = await mailbox.add(text('late'), { labels: ['Late'] })
    const fault = await faultOf(async () => source.page(await listingOf(source), before.cursor, 50, call))
    expect(fault).toMatchObject({ reach: 'listing', code: 'google-history-expired' })
    const asked = (await workspace.stats()).requests['messages.get'] ?? 0
    const after = await walk(source, { after: fault.restart ?? '', limit: 50 })
    const changed = [...after.refs.values()].filter(({ id, version }) => before.refs.get(id)?.version !== version)
    expect(changed.map(({ id }) => id)).toEqual([added.id])
    expect(after.refs.size).toBe(before.refs.size + 1)
    expect((await workspace.stats()).requests['messages.get']).toBe(asked)
    const item = await source.open(refOf(after, added.id), call)
    expect([item.home.path, await bytesOf(item)]).toEqual([['Late'], text('late')])
    expect((await workspace.stats()).requests['messages.get']).toBe(asked + 1)
    const listing = await listingOf(source)
    expect(await source.page(listing, after.cursor, 50, call)).toMatchObject({ refs: [], last: true })
  })

  test('a label that was renamed or deleted shows, although the mailbox has no history of it; a new one costs nothing', async () => {
    const { workspace, source, connect, mailbox } = await lab({
      domain: anna({
        messages: [
          { labels: ['Old', 'Second'], count: 3 },
          { labels: ['INBOX'], count: 5 },
        ],
      }),
    })
    const before = await walk(source)
    const asked = (await workspace.stats()).requests['messages.list'] ?? 0
    await mailbox.addLabel('Empty')
    const calm = await walk(await connect(), { after: before.cursor })
    expect([calm.refs.size, (await workspace.stats()).requests['messages.list']]).toEqual([0, asked])
    await mailbox.renameLabel('Old', 'New')
    const renamed = await walk(await connect(), { after: calm.cursor })
    const versions = (walked: Walked) => [...walked.refs.values()].filter(({ id, version }) => before.refs.get(id)?.version !== version)
    expect(versions(renamed).length).toBe(3)
    await mailbox.deleteLabel('Second')
    const source3 = await connect()
    const deleted = await walk(source3, { after: renamed.cursor })
    for (const ref of deleted.refs.values()) expect((await source3.open(ref, call)).traits.keywords ?? []).not.toContain('Second')
    expect([...deleted.refs.values()].filter(({ id, version }) => renamed.refs.get(id)?.version !== version).length).toBe(3)
  })

  test('under another policy everything belongs elsewhere, and is told so', async () => {
    const one = await lab({ domain: anna({ messages: 30 }) })
    const before = await walk(one.source)
    const source = await one.connect()
    const listing = await listingOf(source)
    const other = before.cursor.replace('"folder"', '"archive"')
    expect(other).not.toBe(before.cursor)
    const page = await source.page(listing, other, 200, call)
    expect(page.refs.map(({ id }) => id).sort()).toEqual([...before.refs.keys()].sort())
  })

  test('from one home to copies or back nothing is listed, because messages would stand twice', async () => {
    const one = await lab({ domain: anna({ messages: 10 }) })
    const { cursor } = await walk(one.source)
    const other = cursor.replace('"folder"', '"copies-"')
    expect(other).not.toBe(cursor)
    const refused = await faultOf(async () => one.source.page(await listingOf(one.source), other, 200, call))
    expect(refused).toMatchObject({
      reach: 'run',
      code: 'google-labels-changed',
      remedy: expect.stringMatching(/^Write `labels: copies` again/),
    })
  })

  test('copies follow their labels, archiving moves the one in the inbox, and no folder ever has two', async () => {
    const { source, mailbox } = await lab({ domain: anna({}), settings: { labels: 'copies' } })
    const { id } = await mailbox.add(text('one'), { labels: ['INBOX', 'A', 'B'] })
    const before = await walk(source)
    const [a, b] = (await mailbox.labels()).filter(({ name }) => name === 'A' || name === 'B').map((label) => `${id}/${label.id}`)
    expect([...before.refs.keys()].sort()).toEqual([id, a, b].sort())
    await mailbox.relabel(id, { remove: ['INBOX', 'B'] })
    const after = await walk(source, { after: before.cursor })
    expect([...after.refs.keys()].sort()).toEqual([id, a].sort())
    expect(after.removed).toContain(b)
    expect((await source.open(refOf(after, id), call)).home.role).toBe('archive')
    expect(after.refs.get(a ?? '')?.version).toBe(before.refs.get(a ?? '')?.version)
    await mailbox.trash(id)
    const trashed = await walk(source, { after: after.cursor })
    expect([...trashed.refs.keys()]).toEqual([id])
    expect(trashed.removed).toContain(a)
    expect((await source.open(refOf(trashed, id), call)).home.role).toBe('trash')
  })

  test('spam and trash stay behind where they are not wanted, and what goes there leaves', async () => {
    const { source, mailbox } = await lab({
      domain: anna({
        messages: [
          { labels: ['SPAM'], count: 4 },
          { labels: ['TRASH'], count: 4 },
          { labels: ['INBOX'], count: 3 },
        ],
      }),
      settings: { spamAndTrash: false },
    })
    const before = await walk(source)
    expect(before.refs.size).toBe(3)
    expect((await listingOf(source)).collections?.map(({ role }) => role)).not.toContain('trash')
    const [first] = before.refs.keys()
    await mailbox.trash(first ?? '')
    const after = await walk(source, { after: before.cursor })
    expect([after.refs.size, after.removed]).toEqual([0, [first]])
    expect((await countOf(source)).size).toBe(2)
  })

  test('what is in every label is counted', async () => {
    const { source, mailbox } = await lab({ domain: anna({ messages: 60 }) })
    const counts = new Map<string, number>()
    for await (const { collection, items } of source.measure?.(call) ?? []) counts.set(collection.id, items)
    for (const { id, messages } of await mailbox.labels()) if (counts.has(id)) expect(counts.get(id)).toBe(messages)
    expect([...counts.values()].reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(60)
  })
})

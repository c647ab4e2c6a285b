import { afterEach, describe, expect, test } from 'vitest'
import {
  ANNA,
  bytesOf,
  call,
  closeAll,
  everything,
  faultOf,
  hashOf,
  inbox,
  lab,
  listings,
  truthOf,
  type Walked,
  walk,
} from './testing/tenant-lab.ts'

afterEach(closeAll)

describe('a whole mailbox', () => {
  test('every folder is there, with its role, whatever its name and depth', async () => {
    const accounts = [{ address: ANNA, language: 'de-DE', oddNames: true, deepFolders: 12, messages: 30 }]
    const { tenant, source } = await lab({ accounts })
    const found = await listings(source)
    const truth = (await tenant.mailbox(ANNA).folders()).filter((folder) => folder.wellKnown !== 'recoverableitemsdeletions')
    expect(found.map((each) => [each.id, each.collection?.path]).sort()).toEqual(truth.map((folder) => [folder.id, folder.path]).sort())
    expect(found.filter((each) => each.skip === 'virtual').length).toBe(truth.filter((folder) => folder.search).length)
    expect(found.filter((each) => each.collection?.hidden).length).toBe(truth.filter((folder) => folder.hidden).length)
    const roles = found.flatMap((each) => each.collection?.role ?? [])
    expect(roles.sort()).toEqual(['archive', 'drafts', 'inbox', 'junk', 'outbox', 'sent', 'trash'])
    const seen = new Set<string>()
    for (const { id, collection } of found) {
      const parent = collection?.path.slice(0, -1) ?? []
      expect(parent.length === 0 || seen.has(parent.join('\0'))).toBe(true)
      seen.add(collection?.path.join('\0') ?? id)
    }
    const full = found.find((each) => each.collection?.role === 'inbox')
    expect(full?.items).toBeGreaterThan(0)
    expect(full?.bytes).toBeGreaterThan(1_000)
    expect(tenant.violations()).toEqual([])
  })

  test('every message is listed once, with its traits and its very bytes', async () => {
    const { tenant, source } = await lab({ latencyMs: 3 })
    const all = await everything(source)
    const truth = await truthOf(tenant)
    expect([...all.keys()].sort()).toEqual(truth.map((message) => message.id).sort())
    const copied = await Promise.all(
      truth.map(async (message) => {
        const { ref } = all.get(message.id) ?? { ref: { id: '', version: '' } }
        const item = await source.open(ref, call)
        return { message, item, hash: await hashOf(item) }
      }),
    )
    for (const { message, item, hash } of copied) {
      expect(hash).toBe(await tenant.mailbox(ANNA).hash(message.id))
      expect(item.home.path).toEqual(message.folder)
      expect(item.naturalKey).toBe(message.messageId ?? '')
      expect(item.size).toBeGreaterThan(0)
      expect(item.traits).toMatchObject({
        read: message.read,
        flagged: message.flag === 'flagged',
        answered: message.answered,
        forwarded: message.forwarded,
        draft: message.draft,
        importance: message.importance,
        receivedAt: message.receivedAt,
      })
      expect(item.traits.keywords ?? []).toEqual([...message.categories, ...(message.flag === 'complete' ? ['Completed'] : [])])
    }
    expect(tenant.violations()).toEqual([])
    expect(tenant.stats().mailboxes[ANNA]?.peakInFlight).toBe(4)
    expect(tenant.stats().throttled).toBe(0)
  })

  test('opening what a page gave costs no request, and a bare ref one', async () => {
    const { tenant, source } = await lab()
    const [first] = (await walk(source, await inbox(source))).refs.values()
    if (!first) throw new Error('empty')
    const before = tenant.stats().requests
    const item = await source.open(first, call)
    expect(tenant.stats().requests).toBe(before)
    const again = await source.open({ id: first.id, version: first.version }, call)
    expect(tenant.stats().requests).toBe(before + 1)
    expect(again).toMatchObject({ version: item.version, revision: item.revision, traits: item.traits, home: item.home })
  })

  test('a large message streams', async () => {
    const big = Buffer.concat([Buffer.from('Subject: big\r\nMessage-ID: <big@x>\r\n\r\n'), Buffer.alloc(30 * 2 ** 20, 'x\r\n')])
    const { tenant, source } = await lab({ accounts: [{ address: ANNA }] })
    await tenant.mailbox(ANNA).add(['Inbox'], big)
    const [ref] = (await walk(source, await inbox(source))).refs.values()
    const item = await source.open(ref ?? { id: '', version: '' }, call)
    let chunks = 0
    let bytes = 0
    for await (const chunk of item.body(call)) {
      chunks++
      bytes += chunk.length
    }
    expect(bytes).toBe(big.length)
    expect(chunks).toBeGreaterThan(100)
  })
})

describe('changes', () => {
  test('the next pass brings what was changed, moved, removed and added, and nothing else', async () => {
    const { tenant, source } = await lab()
    const mailbox = tenant.mailbox(ANNA)
    const before = new Map<string, Walked>()
    const folders = (await listings(source)).filter((each) => !each.skip)
    for (const listing of folders) before.set(listing.id, await walk(source, listing))
    const home = await inbox(source)
    const [marked, moved, removed] = [...(before.get(home.id)?.refs.keys() ?? [])]
    const old = await source.open(before.get(home.id)?.refs.get(marked ?? '') ?? { id: '', version: '' }, call)
    await mailbox.mark(marked ?? '', { read: !old.traits.read, categories: ['Neu'] })
    await mailbox.move(moved ?? '', ['Archive'])
    await mailbox.remove(removed ?? '')
    const added = await mailbox.add(['Archive'], Buffer.from('Subject: new\r\n\r\nnew'))
    const after = new Map<string, Walked>()
    for (const listing of folders) {
      const cursor = before.get(listing.id)?.cursor
      after.set(listing.id, await walk(source, listing, cursor === undefined ? {} : { after: cursor }))
    }
    const archive = folders.find((each) => each.collection?.role === 'archive')
    expect([...(after.get(home.id)?.refs.keys() ?? [])]).toEqual([marked])
    expect(after.get(home.id)?.removed.sort()).toEqual([moved, removed].sort())
    expect([...(after.get(archive?.id ?? '')?.refs.keys() ?? [])].sort()).toEqual([moved, added.id].sort())
    expect([...after.values()].flatMap((each) => [...each.refs.keys()]).length).toBe(3)
    const item = await source.open(after.get(home.id)?.refs.get(marked ?? '') ?? { id: '', version: '' }, call)
    expect(item.revision).toBe(old.revision)
    expect(item.version).not.toBe(old.version)
    expect(item.traits.keywords).toEqual(['Neu'])
    const there = after.get(archive?.id ?? '')?.refs.get(moved ?? '')
    expect(there?.version).not.toBe(before.get(home.id)?.refs.get(moved ?? '')?.version)
    expect(tenant.violations()).toEqual([])
  })

  test('messages that move between listing and reading are read, and those that are gone say so', async () => {
    const { tenant, source } = await lab()
    const refs = [...(await walk(source, await inbox(source))).refs.values()]
    const [moved, removed] = refs
    await tenant.mailbox(ANNA).move(moved?.id ?? '', ['Archive'])
    await tenant.mailbox(ANNA).remove(removed?.id ?? '')
    const item = await source.open(moved ?? { id: '', version: '' }, call)
    expect(await hashOf(item)).toBe(await tenant.mailbox(ANNA).hash(moved?.id ?? ''))
    const bare = await source.open({ id: moved?.id ?? '', version: '' }, call)
    expect(bare.home.role).toBe('archive')
    const gone = await source.open(removed ?? { id: '', version: '' }, call)
    expect(await faultOf(() => bytesOf(gone))).toMatchObject({ reach: 'item', reason: 'gone' })
    expect(await faultOf(() => source.open({ id: removed?.id ?? '', version: '' }, call))).toMatchObject({ reach: 'item', reason: 'gone' })
  })

  test('a person who works on while we read loses nothing', async () => {
    const { tenant, source } = await lab({ accounts: [{ address: ANNA, messages: 200 }] })
    tenant.scenario({
      mailbox: ANNA,
      steps: [
        { every: 2, act: 'move', times: 20 },
        { every: 3, act: 'receive', times: 10 },
        { every: 4, act: 'read', times: 9 },
      ],
    })
    const known = new Map<string, string>()
    const cursors = new Map<string, string>()
    for (let pass = 0; pass < 3; pass++) {
      for (const listing of await listings(source)) {
        if (listing.skip) continue
        const after = cursors.get(listing.id)
        const walked = await walk(source, listing, after === undefined ? {} : { after })
        for (const ref of walked.refs.values()) known.set(ref.id, listing.id)
        cursors.set(listing.id, walked.cursor)
      }
    }
    for (const message of await truthOf(tenant)) expect(known.get(message.id)).toBe(message.folderId)
    expect(tenant.violations()).toEqual([])
  })

  test('a dead sync state rewinds the listing, in the middle of a walk too', async () => {
    const { tenant, source } = await lab({ quirks: { expireAfterPages: 2 } })
    const home = await inbox(source)
    expect(await faultOf(() => walk(source, home, { limit: 5 }))).toMatchObject({ reach: 'listing', code: 'graph-sync-state-lost' })
    const { cursor, refs } = await walk(source, home, { limit: 5 })
    expect(refs.size).toBe((await truthOf(tenant)).filter((message) => message.folderId === home.id).length)
    await tenant.mailbox(ANNA).expireDelta()
    expect(await faultOf(() => source.page(home, cursor, 5, call))).toMatchObject({ reach: 'listing' })
    expect(await faultOf(() => source.page(home, 'not ours', 5, call))).toMatchObject({ reach: 'listing' })
  })

  test('a cursor holds no host and no secret, and is good in another process', async () => {
    const { tenant, source, connect } = await lab()
    const home = await inbox(source)
    const page = await source.page(home, undefined, 5, call)
    expect(page.cursor).not.toMatch(/localhost|https?:/)
    expect(page.cursor).not.toContain(tenant.clientSecret)
    const other = await connect()
    const rest = await walk(other, home, { after: page.cursor })
    const all = await walk(source, home)
    expect(new Set([...page.refs.map((ref) => ref.id), ...rest.refs.keys()])).toEqual(new Set(all.refs.keys()))
  })

  test('a folder that vanishes while it is listed has nothing more to say', async () => {
    const { tenant, source } = await lab()
    const folder = await tenant.mailbox(ANNA).addFolder(['Short'])
    const listing = (await listings(source)).find((each) => each.id === folder.id)
    if (!listing) throw new Error('not listed')
    await tenant.mailbox(ANNA).deleteFolder(folder.id)
    expect(await source.page(listing, undefined, 5, call)).toMatchObject({ refs: [], last: true })
  })

  test('a mailbox over its quota is listed without changes, again in each pass', async () => {
    const { tenant, source } = await lab({ accounts: [{ address: ANNA, messages: 60, overQuota: true }] })
    const truth = await truthOf(tenant)
    expect((await everything(source)).size).toBe(truth.length)
    const home = await inbox(source)
    const first = await walk(source, home, { limit: 7 })
    expect(first.pages).toBeGreaterThan(3)
    const second = await walk(source, home, { after: first.cursor })
    expect([...second.refs.values()].map((ref) => ref.version).sort()).toEqual([...first.refs.values()].map((ref) => ref.version).sort())
    await tenant.mailbox(ANNA).overQuota(false)
    const third = await walk(source, home, { after: second.cursor })
    expect([...third.refs.values()].map((ref) => ref.version).sort()).toEqual([...first.refs.values()].map((ref) => ref.version).sort())
    expect(tenant.violations()).toEqual([])
  })
})

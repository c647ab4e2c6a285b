import { createHash } from 'node:crypto'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, type Fault, type Item, type ItemRef, type Listing, type Log, type Source } from '@offramp/core'
import { type EmulatedTenant, startTenant, type TenantOptions } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { microsoftSource } from './endpoint.ts'
import type { MicrosoftSettings } from './settings.ts'

const ANNA = 'anna@contoso.example'
const VALUE = '/messages/[^/]+/\\$value$'
const call = { signal: new AbortController().signal }

const open: { close?(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close?.()
})

/** A tenant on a clock that runs twenty times as fast, and the connector's view of it. */
async function lab(options: Partial<TenantOptions> = {}, settings: Partial<MicrosoftSettings> = {}) {
  const clock = fastClock(20)
  const tenant = await startTenant({
    seed: 7,
    accounts: [{ address: ANNA, messages: 60 }],
    now: clock.now,
    limits: { raceMs: 5_000 },
    ...options,
  })
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const endpoint = microsoftSource(
    {
      name: 'contoso',
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      auth: { secret: async () => tenant.clientSecret },
      graphUrl: tenant.graphUrl,
      loginUrl: tenant.loginUrl,
      ca: tenant.ca,
      ...settings,
    },
    { clock, log, gate: new MemoryGate(clock, { patienceMs: 300_000, ticketMs: 3_600_000 }) },
  )
  open.push(tenant, endpoint)
  const connect = async (address = ANNA): Promise<Source> => {
    const account = await endpoint.account(address, call)
    if (account === undefined) throw new Error(`no account ${address}`)
    return endpoint.connect(account, 'mail')
  }
  return { tenant, endpoint, clock, lines, connect, source: await connect() }
}

async function listings(source: Source): Promise<Listing[]> {
  const all: Listing[] = []
  for await (const listing of source.listings(call)) all.push(listing)
  return all
}

interface Walked {
  readonly refs: Map<string, ItemRef>
  readonly removed: string[]
  readonly cursor: string
  readonly pages: number
}

async function walk(source: Source, listing: Listing, at: { after?: string; limit?: number } = {}): Promise<Walked> {
  const refs = new Map<string, ItemRef>()
  const removed: string[] = []
  for (let after = at.after, pages = 1; ; pages++) {
    const page = await source.page(listing, after, at.limit ?? 20, call)
    for (const ref of page.refs) {
      if (ref.removed) removed.push(ref.id)
      else refs.set(ref.id, ref)
    }
    after = page.cursor
    if (page.last) return { refs, removed, cursor: page.cursor, pages }
  }
}

async function everything(source: Source): Promise<Map<string, { ref: ItemRef; listing: Listing }>> {
  const all = new Map<string, { ref: ItemRef; listing: Listing }>()
  for (const listing of await listings(source)) {
    if (listing.skip) continue
    for (const ref of (await walk(source, listing)).refs.values()) all.set(ref.id, { ref, listing })
  }
  return all
}

async function hashOf(item: Item): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of item.body(call)) hash.update(chunk)
  return hash.digest('hex')
}

async function bytesOf(item: Item): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of item.body(call)) parts.push(chunk)
  return Buffer.concat(parts)
}

const faultOf = async (work: () => Promise<unknown>): Promise<Fault> => {
  try {
    await work()
  } catch (thrown) {
    return asFault(thrown)
  }
  throw new Error('nothing was thrown')
}

const inbox = async (source: Source): Promise<Listing> => {
  const found = (await listings(source)).find((each) => each.collection?.role === 'inbox')
  if (!found) throw new Error('no inbox')
  return found
}

const truthOf = async (tenant: EmulatedTenant) => {
  const all = await tenant.mailbox(ANNA).messages()
  return all.filter((message) => message.folder.length > 0)
}

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

describe('poison', () => {
  test('a message that fails its page is found, its neighbours are listed, and its bytes are read all the same', async () => {
    const { tenant, source, lines } = await lab({ accounts: [{ address: ANNA, messages: 60, poison: ['page', 'page'] }] })
    const home = await inbox(source)
    const walked = await walk(source, home)
    const truth = (await truthOf(tenant)).filter((message) => message.folderId === home.id)
    expect([...walked.refs.keys()].sort()).toEqual(truth.map((message) => message.id).sort())
    const sick = truth.filter((message) => message.poison === 'page')
    expect(sick.length).toBe(2)
    for (const message of sick) {
      const item = await source.open(walked.refs.get(message.id) ?? { id: '', version: '' }, call)
      expect(await hashOf(item)).toBe(await tenant.mailbox(ANNA).hash(message.id))
      expect([item.traits, item.home.role]).toEqual([{}, 'inbox'])
      expect(item.version).toBe(walked.refs.get(message.id)?.version)
    }
    const well = truth.find((message) => message.poison === undefined)
    const item = await source.open(walked.refs.get(well?.id ?? '') ?? { id: '', version: '' }, call)
    expect(item.traits.receivedAt).toBe(well?.receivedAt)
    expect(lines.join('\n')).toContain('graph-without-marks')
    expect(tenant.violations()).toEqual([])
  })

  test('a service that is ill is not taken for a poisoned message', async () => {
    const { tenant, source } = await lab()
    const home = await inbox(source)
    tenant.faults.add({ path: '/mailFolders/[^/]+/messages', effect: { kind: 'poison', sort: 'page' } })
    expect(await faultOf(() => source.page(home, undefined, 20, call))).toMatchObject({ reach: 'call', connection: false })
    tenant.faults.clear()
    expect((await walk(source, home)).refs.size).toBeGreaterThan(0)
  })

  test('a message that cannot even be named is passed over, once its neighbour could be listed, and reported', async () => {
    const { tenant, source } = await lab({ accounts: [{ address: ANNA, messages: 0, overQuota: true }] })
    for (let number = 0; number < 6; number++)
      await tenant
        .mailbox(ANNA)
        .add(['Inbox'], Buffer.from(`Subject: ${number}\r\n\r\n`), { receivedAt: 1_700_000_000_000 + number * 1000 })
    const home = await inbox(source)
    // Full pages fail always; ids fail wherever the third message is in the page.
    tenant.faults.add({ path: '/messages\\?.*changeKey', effect: { kind: 'status', status: 500, code: 'InternalServerError' } })
    tenant.faults.add({ path: '/messages\\?(?!.*skip=)', effect: { kind: 'status', status: 500, code: 'InternalServerError' } })
    const walked = await walk(source, home)
    expect(walked.refs.size).toBe(6)
    const [odd] = [...walked.refs.keys()].filter((id) => id.startsWith('unlistable:'))
    expect(odd).toContain(home.id)
    expect(await faultOf(() => source.open({ id: odd ?? '', version: '' }, call))).toMatchObject({
      reach: 'item',
      reason: 'unreadable-at-source',
    })
  })

  test.each([
    ['corrupt', 'corrupt-at-source'],
    ['conversion', 'corrupt-at-source'],
    ['mime-conversion', 'corrupt-at-source'],
    ['recipients', 'corrupt-at-source'],
    ['attachment', 'corrupt-at-source'],
    ['too-many-open', 'unreadable-at-source'],
  ] as const)('%s is a fault of the item alone, after several tries', async (poison, reason) => {
    const { tenant, source } = await lab({ accounts: [{ address: ANNA, poison: [poison] }] })
    const [ref] = (await walk(source, await inbox(source))).refs.values()
    const item = await source.open(ref ?? { id: '', version: '' }, call)
    expect(await faultOf(() => bytesOf(item))).toMatchObject({ reach: 'item', reason })
    expect(tenant.stats().values.fetches).toBeGreaterThanOrEqual(3)
  })

  test('a small message on which Microsoft breaks off is nobody’s verdict, and in the end put together from its parts', async () => {
    const { source, tenant } = await lab({ accounts: [{ address: ANNA, poison: ['transport'] }] })
    const [ref] = (await walk(source, await inbox(source))).refs.values()
    const item = await source.open(ref ?? { id: '', version: '' }, call)
    for (let time = 0; time < 2; time++) {
      expect(await faultOf(() => bytesOf(item))).toMatchObject({ reach: 'call', code: 'graph-transport-broke' })
    }
    const text = (await bytesOf(item)).toString('utf8')
    expect(text).toMatch(/^X-Offramp-Rebuilt: /m)
    expect(text).toContain(item.naturalKey)
    expect(tenant.violations()).toEqual([])
  })
})

describe('a large message whose MIME cannot be had', () => {
  const file = Buffer.alloc(27 * 2 ** 20, 'All work and no play. ')
  const image = Buffer.from('not really a picture')
  const lines = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
  const inner = 'Subject: =?utf-8?Q?inn=C3=A9r?=\r\nMessage-ID: <inner@x>\r\n\r\ninner text\r\n'
  const whole = Buffer.from(
    [
      'Received: from a by b; Thu, 19 Mar 2026 02:00:00 +0000\r\nSubject: big\r\nMessage-ID: <big@x>\r\nFrom: "A" <a@x>\r\nTo: b@x\r\nDate: Thu, 19 Mar 2026 02:00:00 +0000\r\nMIME-Version: 1.0\r\n',
      'Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\nContent-Type: multipart/related; boundary="r"\r\n\r\n',
      '--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße <img src="cid:pic@x"></p>\r\n',
      `--r\r\nContent-Type: image/png; name="p.png"\r\nContent-ID: <pic@x>\r\nContent-Disposition: inline; filename="p.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(image)}\r\n--r--\r\n`,
      `--o\r\nContent-Type: application/zip; name="f.zip"\r\nContent-Disposition: attachment; filename="f.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(file)}\r\n`,
      `--o\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename="inner.eml"\r\n\r\n${inner}\r\n`,
      `--o\r\nContent-Type: message/external-body; access-type=URL; URL="https://contoso.example/plan"; name="plan.docx"\r\nContent-Disposition: attachment; filename="plan.docx"\r\n\r\nContent-Type: application/octet-stream\r\n\r\n--o--\r\n`,
    ].join(''),
  )

  test.each(['Microsoft says so', 'it breaks off twice'])('is put together from its parts: %s', async (why) => {
    const { tenant, source, lines: logged } = await lab({ accounts: [{ address: ANNA }] })
    const poisoned = why.startsWith('Microsoft')
    await tenant.mailbox(ANNA).add(['Inbox'], whole, poisoned ? { poison: 'transport' } : {})
    const [ref] = (await walk(source, await inbox(source))).refs.values()
    const item = await source.open(ref ?? { id: '', version: '' }, call)
    if (!poisoned) {
      tenant.faults.add({ path: `/messages/[^/]+/\\$value$`, effect: { kind: 'reset', afterBytes: 100_000 } })
      for (let time = 0; time < 2; time++) expect(await faultOf(() => bytesOf(item))).toMatchObject({ reach: 'call', connection: true })
    }
    const text = (await bytesOf(item)).toString('utf8')
    const head = text.slice(0, text.indexOf('\r\n\r\n'))
    expect(head).toMatch(/^X-Offramp-Rebuilt: /m)
    for (const line of ['Received: from a by b; Thu, 19 Mar 2026 02:00:00 +0000', 'Message-ID: <big@x>', 'Subject: big'])
      expect(head).toContain(line)
    expect(text).toContain(lines(file))
    expect(text).toContain(lines(image))
    expect(text).toContain('Content-ID: <pic@x>')
    expect(text).toContain('filename="f.zip"')
    expect(text).toContain(`Content-Type: message/rfc822\r\n`)
    expect(text).toContain(inner)
    expect(text).toContain('filename="plan.docx.txt"')
    expect(text).toContain(Buffer.from('This message had a link to a file in place of an').toString('base64'))
    expect(text).toContain(Buffer.from('<p>Grüße').toString('base64').slice(0, 10))
    expect(logged.join()).toContain('graph-rebuilt')
    expect(tenant.violations()).toEqual([])
  })
})

describe('what the wire meets', () => {
  const first = async (source: Source): Promise<Item> => {
    const [ref] = (await walk(source, await inbox(source))).refs.values()
    return source.open(ref ?? { id: '', version: '' }, call)
  }

  test.each([
    ['throttled with seconds', { kind: 'throttle', retryAfter: 5 }],
    ['throttled until a date', { kind: 'throttle', retryAfter: { date: 4 } }],
    ['throttled without a time', { kind: 'throttle', retryAfter: 'none' }],
    ['throttled with nonsense', { kind: 'throttle', retryAfter: { text: '-1' } }],
    ['overloaded', { kind: 'throttle', status: 503, retryAfter: 5 }],
    ['a sign-in page', { kind: 'sign-in-page' }],
    ['a bare 502', { kind: 'status', status: 502, body: 'empty' }],
    ['an HTML 503', { kind: 'status', status: 503, body: 'html' }],
    ['a 504', { kind: 'status', status: 504, body: 'text' }],
    ['a 509', { kind: 'status', status: 509, body: 'empty' }],
    ['a reset', { kind: 'reset' }],
    ['a token that has expired', { kind: 'expired-token' }],
    ['a hang', { kind: 'hang' }],
  ] as const)('%s is got over, for pages and for bodies', async (_, effect) => {
    const { tenant, source } = await lab({ quirks: { regenerateMime: false } })
    const home = await inbox(source)
    tenant.faults.add({ path: '/messages/delta', when: { nth: 1 }, effect })
    const walked = await walk(source, home)
    expect(walked.refs.size).toBe((await truthOf(tenant)).filter((message) => message.folderId === home.id).length)
    if (effect.kind !== 'hang') {
      const item = await first(source)
      tenant.faults.add({ path: VALUE, when: { nth: 1 }, effect })
      expect(await hashOf(item)).toBe(await tenant.mailbox(ANNA).hash(item.id))
    }
    expect(tenant.violations()).toEqual([])
  })

  test.each([
    ['truncated', { kind: 'truncate', bytes: 200 }],
    ['reset in the middle', { kind: 'reset', afterBytes: 200 }],
  ] as const)('a body that is %s is never taken for the whole, and a page is asked for again', async (_, effect) => {
    const { tenant, source } = await lab({ quirks: { regenerateMime: false } })
    const item = await first(source)
    tenant.faults.add({ path: VALUE, when: { nth: 1 }, effect })
    expect(await faultOf(() => bytesOf(item))).toMatchObject({ reach: 'call', connection: true })
    expect(await hashOf(item)).toBe(await tenant.mailbox(ANNA).hash(item.id))
    tenant.faults.add({ path: '/messages/delta', when: { nth: 1 }, effect })
    expect((await walk(source, await inbox(source))).refs.size).toBeGreaterThan(0)
  })

  test('a body that drips in small pieces arrives whole', async () => {
    const { tenant, source } = await lab()
    const item = await first(source)
    tenant.faults.add({ path: VALUE, effect: { kind: 'drip', chunkBytes: 200, everyMs: 1 } })
    expect(await hashOf(item)).toBe(await tenant.mailbox(ANNA).hash(item.id))
  })

  test('a mailbox that is being moved is left alone, and no other', async () => {
    const bob = 'bob@contoso.example'
    const { tenant, source, connect, clock } = await lab({
      accounts: [
        { address: ANNA, messages: 5 },
        { address: bob, messages: 5 },
      ],
    })
    const home = await inbox(source)
    const other = await connect(bob)
    tenant.faults.add({ mailbox: ANNA, times: 1, effect: { kind: 'mailbox-move' } })
    const fault = await faultOf(() => source.page(home, undefined, 5, call))
    expect(fault.reach).toBe('gate')
    expect((fault.until ?? 0) - clock.now()).toBeGreaterThan(14 * 60_000)
    expect((await everything(other)).size).toBe(5)
    expect(await faultOf(() => source.page(home, undefined, 5, call))).toMatchObject({ reach: 'gate' })
    expect(tenant.stats().faults['mailbox-move']).toBe(1)
  })

  test('a mailbox that is taken out of scope in the middle stops its account, with the remedy', async () => {
    const { tenant, source } = await lab()
    const home = await inbox(source)
    tenant.admin.scope([ANNA])
    expect(await faultOf(() => source.page(home, undefined, 5, call))).toMatchObject({
      reach: 'account',
      code: 'graph-out-of-scope',
      remedy: expect.stringContaining('2 hours'),
      message: expect.stringContaining(ANNA),
    })
  })

  test('tokens are replaced before they end, however long it takes', async () => {
    const { tenant, source, clock } = await lab({ application: { tokenSeconds: 20 } })
    const home = await inbox(source)
    const until = clock.now() + 60_000
    while (clock.now() < until) {
      await source.page(home, undefined, 5, call)
      await clock.sleep(2_000, {})
    }
    expect(tenant.stats().tokens).toBeGreaterThanOrEqual(3)
    expect(tenant.stats().byStatus['401'] ?? 0).toBe(0)
  })

  test('nothing secret is logged, whatever goes wrong', async () => {
    const { tenant, source, lines } = await lab()
    for (const kind of ['reset', 'sign-in-page'] as const) tenant.faults.add({ path: 'delta', times: 1, effect: { kind } })
    tenant.faults.add({ path: 'delta', when: { nth: 5 }, effect: { kind: 'throttle', retryAfter: 5 } })
    for (const message of (await everything(source)).values()) expect(message.ref.id).not.toBe('')
    expect(lines.length).toBeGreaterThan(2)
    const logged = lines.join('\n')
    for (const secret of [tenant.clientSecret, 'eyJ', 'Bearer', ANNA, 'skiptoken', '@']) expect(logged).not.toContain(secret)
  })
})

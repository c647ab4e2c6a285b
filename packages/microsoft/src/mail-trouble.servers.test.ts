import type { Item, Source } from '@offramp/core'
import { afterEach, describe, expect, test } from 'vitest'
import { ANNA, bytesOf, call, closeAll, everything, faultOf, hashOf, inbox, lab, truthOf, walk } from './testing/tenant-lab.ts'

afterEach(closeAll)

const VALUE = '/messages/[^/]+/\\$value$'

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

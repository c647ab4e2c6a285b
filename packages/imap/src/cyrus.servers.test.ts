import { createHash } from 'node:crypto'
import { readAll, type SpecimenFacts, specimen } from '@offramp/conformance'
import type { Destination, Item, Place } from '@offramp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cyrus, cyrusProblem, startCyrus } from '../../../test/servers/cyrus.ts'
import { connectTo, faultOf, folder, putAll, soon } from '../../../test/servers/imap-desk.ts'

const HOME = folder('Projects')
const item = (n: number, facts: SpecimenFacts = {}): Item => specimen('mail', HOME, n, facts)
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const problem = cyrusProblem()

describe.skipIf(problem !== undefined)(problem ?? 'writing to Cyrus, the strictest server', () => {
  let server: Cyrus
  let destination: Destination
  let place: Place
  beforeAll(async () => {
    server = await startCyrus()
    destination = await connectTo({ port: server.imapPort }, 'anna')
    place = await destination.prepare(HOME, soon())
  })
  afterAll(async () => {
    await destination.close?.()
    await server.stop()
  })
  const held = async (uid: string): Promise<Buffer> => {
    const message = (await (await server.raw()).messages('Projects')).find((one) => String(one.uid) === uid)
    return message?.bytes ?? Buffer.alloc(0)
  }

  test('raw 8-bit headers, which it would turn into X, are written in encoded words, and the item is found again', async () => {
    const body = Buffer.from(
      'Message-ID: <8bit@example.test>\r\nSubject: Grüße aus Köln\r\nFrom: "Jürgen" <j@example.test>\r\n\r\nGrüße\r\n',
    )
    const [receipt] = await putAll(destination, place, [item(1, { body, naturalKey: '<8bit@example.test>' })])
    const bytes = await held(receipt?.locator ?? '')
    expect(bytes.toString()).toBe(
      'Message-ID: <8bit@example.test>\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?= aus =?utf-8?B?S8O2bG4=?=\r\nFrom: =?utf-8?B?SsO8cmdlbg==?= <j@example.test>\r\n\r\nGrüße\r\n',
    )
    expect(receipt?.hash).toBe(createHash('sha256').update(bytes).digest('hex').slice(0, 16))
    expect(await destination.find(item(1, { body, naturalKey: '<8bit@example.test>' }), [{ place: place.id }], soon())).toHaveLength(1)
  })

  test('bare line feeds, which it refuses, are CRLF when they come; bare CR, NUL and 8-bit bodies come as they are', async () => {
    const bodies = [
      'Subject: lf\nX: y\n\na\nb\n',
      'Subject: cr\r\n\r\na\rb\r\r\nc\r',
      'Subject: nul\r\n\r\na\0b\xff\r\n',
      `Subject: long\r\n\r\n${'x'.repeat(300_000)}`,
    ]
    const receipts = await putAll(
      destination,
      place,
      bodies.map((body, n) => item(10 + n, { body: latin(body), naturalKey: '' })),
    )
    for (const [n, receipt] of receipts.entries()) {
      expect((await held(receipt.locator)).toString('latin1')).toBe((bodies[n] ?? '').replace(/(?<!\r)\n/g, '\r\n'))
    }
  })

  test('its own digest of what it holds is that of what was sent', async () => {
    const one = item(20, { fill: 100_000 })
    const [receipt] = await putAll(destination, place, [one])
    const raw = await server.raw()
    await raw.command('SELECT Projects')
    const answer = (await raw.command(`UID FETCH ${receipt?.locator} (DIGEST.SHA1)`)).toString()
    expect(answer).toContain(
      createHash('sha1')
        .update(await readAll(one.body(soon())))
        .digest('hex'),
    )
  })

  test('a message without a header is refused alone, in the server’s words', async () => {
    const answers =
      (await destination.putMany?.(place, [item(30), item(31, { body: latin('no header'), naturalKey: '' }), item(32)], soon())) ?? []
    expect(answers[1]).toMatchObject({
      reach: 'item',
      reason: 'refused-by-destination',
      message: expect.stringContaining('invalid header'),
    })
    expect([answers[0], answers[2]]).toEqual([expect.objectContaining({ place: place.id }), expect.objectContaining({ place: place.id })])
  })
})

test.skipIf(problem !== undefined)('a full Cyrus, which gives no response code, stops the account', async () => {
  const server = await startCyrus({ quotaKib: 100 })
  const destination = await connectTo({ port: server.imapPort }, 'anna')
  const place = await destination.prepare(HOME, soon())
  const items = Array.from({ length: 6 }, (_, n) => item(n, { fill: 50_000 }))
  const fault = await faultOf(destination.putMany?.(place, items, soon()) ?? Promise.resolve())
  expect([fault.reach, fault.code]).toEqual(['account', 'imap-over-quota'])
  await server.stop()
})

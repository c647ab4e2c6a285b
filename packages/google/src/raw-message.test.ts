import { expect, test } from 'vitest'
import { RawMessage, rawBytes, readMessage } from './raw-message.ts'

const ABOUT = 'the mailbox of anna@example.com'

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const message = Buffer.from(Array.from({ length: 1000 }, (_, n) => (n * 7) % 256))

const answer = (raw: string, before = true): string =>
  before
    ? JSON.stringify({ id: '1', snippet: 'a "raw": "\\\\" text ü', labelIds: ['raw', 'INBOX'], raw, internalDate: '5' })
    : JSON.stringify({ raw, id: '1', snippet: 'a "raw": "\\\\" text ü', labelIds: ['raw', 'INBOX'], internalDate: '5' })

test.each([1, 2, 3, 5, 64, 100_000])('a message comes out byte by byte, however the answer is cut (%i)', async (size) => {
  for (const length of [0, 1, 2, 3, 999, 1000]) {
    const bytes = message.subarray(0, length)
    const padded = bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    for (const raw of [bytes.toString('base64url'), padded]) {
      for (const before of [true, false]) {
        const read = await readMessage(inPieces(answer(raw, before), size), { most: 5_000 }, ABOUT)
        expect(read.bytes?.equals(bytes)).toBe(true)
        expect(read.size).toBe(length)
        expect(read.message).toEqual({
          id: '1',
          snippet: 'a "raw": "\\\\" text ü',
          labelIds: ['raw', 'INBOX'],
          internalDate: '5',
          raw: '',
        })
      }
    }
  }
})

test.each([1, 7, 1000])('escapes in the text and in other strings change nothing (%i)', async (size) => {
  const text = `{ "a\\"raw" : "x\\\\", "message" : {\n "raw" :\n "${message.toString('base64').replaceAll('=', '\\u003d').replaceAll('/', '\\/')}" , "id": "2" } }`
  const read = await readMessage(inPieces(text, size), { most: 5_000 }, ABOUT)
  expect(read.bytes?.equals(message)).toBe(true)
  expect(read.message).toEqual({ 'a"raw': 'x\\', message: { raw: '', id: '2' } })
})

test('a value "raw" is not the key of that name', async () => {
  const read = await readMessage(inPieces('{"labelIds":["raw","SENT"],"x":"raw","y":"c2VjcmV0"}', 3), { most: 5_000 }, ABOUT)
  expect(read.size).toBe(0)
  expect(read.message).toEqual({ labelIds: ['raw', 'SENT'], x: 'raw', y: 'c2VjcmV0' })
})

test('a message above the bound is read to its end and not held', async () => {
  const large = Buffer.alloc(700_000, 'header: x\r\n')
  const read = await readMessage(inPieces(answer(large.toString('base64url')), 10_000), { most: 400_000 }, ABOUT)
  expect([read.bytes, read.size, read.head.length]).toEqual([undefined, large.length, 262_144])
  expect(read.head.equals(large.subarray(0, 262_144))).toBe(true)
  expect(read.message['internalDate']).toBe('5')
})

test('a message that breaks off is a fault, also while it streams', async () => {
  const text = answer(message.toString('base64url'))
  for (const cut of [text.slice(0, 60), text.slice(0, -3), '<html>']) {
    await expect(readMessage(inPieces(cut, 50), { most: 5_000 }, ABOUT)).rejects.toMatchObject({ reach: 'call', code: 'google-bad-json' })
    const drain = async () => {
      for await (const _ of rawBytes(inPieces(cut, 50), ABOUT));
    }
    await expect(drain()).rejects.toMatchObject({ reach: 'call' })
  }
})

test('no piece of a long message is held back', () => {
  const reading = new RawMessage()
  reading.push(Buffer.from('{"raw":"'))
  for (let n = 0; n < 10; n++) expect(reading.push(Buffer.from('QUJD'.repeat(1000))).length).toBe(3000)
})

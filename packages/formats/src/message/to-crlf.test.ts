import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesToCrlf, toCrlf } from './to-crlf.ts'

const lineEnds = fc.string({ unit: fc.constantFrom('\r', '\n', 'a', '\0', 'é'), maxLength: 60 })

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

/** Written differently on purpose. */
const expected = (text: string): string => text.replace(/(?<!\r)\n/g, '\r\n')

test('bare LF becomes CRLF; bare CR, NUL and 8-bit bytes stay', () => {
  expect(Buffer.from(bytesToCrlf(Buffer.from('a\nb\r\nc\rd\0\n'))).toString()).toBe('a\r\nb\r\nc\rd\0\r\n')
})

test('whatever the chunks, a stream gives the same bytes as the whole', async () => {
  await fc.assert(
    fc.asyncProperty(lineEnds, fc.array(fc.nat(5), { maxLength: 20 }), async (text, sizes) => {
      const parts: Uint8Array[] = []
      for await (const part of toCrlf(inPieces(Buffer.from(text), sizes))) parts.push(part)
      expect(Buffer.concat(parts).toString()).toBe(expected(text))
      expect(Buffer.from(bytesToCrlf(Buffer.from(text))).toString()).toBe(expected(text))
    }),
  )
})

test('bytes that need nothing are handed back and not copied', () => {
  const bytes = Buffer.from('a\r\nb\r')
  expect(bytesToCrlf(bytes)).toBe(bytes)
})

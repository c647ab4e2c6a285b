import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Spool } from './spool.ts'
import { openFiles } from './testing/open-files.ts'

const call = { signal: new AbortController().signal }
const folder = mkdtempSync(join(tmpdir(), 'offramp-spool-test-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = []
  for await (const piece of pieces) read.push(piece)
  return Buffer.concat(read)
}

test('bytes come back as often as wanted, from a file that has no name and shows nothing of them', async () => {
  const spool = await Spool.open(folder)
  expect(readdirSync(folder)).toEqual([])
  const secret = Buffer.from('Subject: the secret subject\r\n'.repeat(100))
  const pieces = [secret, Buffer.alloc(0), randomBytes(700_001), Buffer.from([1])]
  for (const piece of pieces) await spool.add(piece)
  const [path = ''] = openFiles(folder)
  const written = readFileSync(path)
  expect(written).toHaveLength(Buffer.concat(pieces).length)
  expect(written.includes('secret')).toBe(false)
  const [one, two] = await Promise.all([all(spool.read(call)), all(spool.read(call))])
  expect(one.equals(Buffer.concat(pieces))).toBe(true)
  expect(two.equals(one)).toBe(true)
  await spool.end()
  await spool.end()
  expect(openFiles(folder)).toEqual([])
  await expect(all(spool.read(call))).rejects.toThrow('after its end')
})

test('who reads when it is let go reads to the end', async () => {
  const spool = await Spool.open(tmpdir())
  const bytes = randomBytes(600_000)
  await spool.add(bytes)
  const reading = spool.read(call)
  const first = await reading.next()
  await spool.end()
  const rest = await all(reading)
  expect(Buffer.concat([first.value ?? Buffer.alloc(0), rest]).equals(bytes)).toBe(true)
})

test('a folder that is not there is an error at once', async () => {
  await expect(Spool.open(join(folder, 'none'))).rejects.toThrow('ENOENT')
})

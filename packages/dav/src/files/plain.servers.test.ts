import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { readAll } from '@offramp/conformance'
import { Fault, type Item } from '@offramp/core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type ApacheDav, haveApache, startApache } from '../../../../test/servers/apache.ts'
import { startCuttingProxy } from '../../../../test/servers/cutting-proxy.ts'
import { faultOf, receiptOf } from '../../../../test/servers/dav-desk.ts'
import { diskShelf } from '../../../../test/servers/disk-shelf.ts'
import { CHUNK_BYTES, FOLDER, fileItem, filesEndpoint, soonPut } from '../../../../test/servers/files-desk.ts'
import { haveRclone, type RcloneWebdav, startRcloneWebdav } from '../../../../test/servers/rclone-webdav.ts'

const closing: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Larger than what is held in memory, so that it is streamed. */
const LARGE = new Uint8Array(CHUNK_BYTES + 700_000).fill(9)

const breaking = (item: Item): Item => ({
  ...item,
  async *body() {
    yield LARGE.subarray(0, CHUNK_BYTES)
    throw new Fault({ reach: 'call', code: 'source-broke-off', message: 'The source broke off.' })
  },
})

/** With as many blanks at its end as make a sample of it. */
function sampled(text: Buffer): Uint8Array {
  for (let blanks = 0; ; blanks++) {
    const bytes = Buffer.concat([text, Buffer.alloc(blanks, ' ')])
    if (createHash('sha256').update(bytes).digest('hex').endsWith('0')) return bytes
  }
}

const SERVERS = [
  ['Apache', haveApache(), startApache],
  ['rclone', haveRclone(), startRcloneWebdav],
] as const

for (const [name, have, start] of SERVERS)
  describe.skipIf(!have)(name, () => {
    let server: Promise<ApacheDav | RcloneWebdav> | undefined
    afterAll(async () => (await server)?.stop())

    test('of a large file that breaks off nothing stays, and later it arrives whole', async () => {
      server ??= start()
      const { url, root, account } = await server
      await account('anna')
      const endpoint = filesEndpoint(`${url}${name === 'Apache' ? 'basic/' : ''}anna/`, 'secret')
      closing.push(() => endpoint.close?.())
      const destination = await endpoint.connect('anna', 'file', soonPut())
      const place = await destination.prepare(FOLDER, soonPut())
      const item = fileItem(1, 'large.bin', { body: LARGE })
      expect(await faultOf(destination.put(place, breaking(item), undefined, soonPut()))).toMatchObject({ code: 'source-broke-off' })
      const eyes = diskShelf(`${root}/anna`)
      expect((await eyes.list()).map(({ path }) => path)).toEqual([])
      const proof = receiptOf(await destination.put(place, item, undefined, soonPut()))
      expect((await eyes.list()).map(({ path, body }) => [path, body.length])).toEqual([['/Folder/large.bin', LARGE.length]])
      expect(await readAll(destination.read(proof, soonPut()))).toHaveLength(LARGE.length)
      const over = { ...breaking(fileItem(1, 'large.bin', { body: LARGE.map(() => 1) })), id: item.id }
      await faultOf(destination.put(place, over, proof, soonPut()))
      expect((await eyes.list()).map(({ path, body }) => [path, body[0]])).toEqual([['/Folder/large.bin', 9]])
    })
  })

describe.skipIf(!haveApache())('what stands there in the moment after a write', () => {
  const text = Buffer.from(sampled(Buffer.from('What the source has, and some more of it.')))
  const moments = [
    ['what a person has saved over it stays, and ours comes beside it', Buffer.from('What a person has written.'), 'a person'],
    ['what a person has saved over it stays, also in as many bytes', Buffer.alloc(text.length, 'p'), 'a person'],
    ['what a person has saved over it stays, also where it begins like ours', Buffer.concat([text, text]), 'a person'],
    ['the first part of ours is damage, and goes', text.subarray(0, 20), 'damage'],
    ['nothing at all is damage, and goes', Buffer.alloc(0), 'damage'],
  ] as const
  test.each(moments)('%s', async (_, found, whose) => {
    const apache = await startApache()
    closing.push(() => apache.stop())
    await apache.account('anna')
    const path = `${apache.root}/anna/Folder/file.txt`
    let isArmed = true
    const answers = (answer: string): string => {
      if (isArmed && answer.startsWith('HTTP/1.1 201') && existsSync(path)) {
        isArmed = false
        writeFileSync(path, found)
      }
      return answer
    }
    const proxy = await startCuttingProxy({ port: apache.port, answers })
    closing.push(() => proxy.stop())
    const endpoint = filesEndpoint(`http://127.0.0.1:${proxy.port}/basic/anna/`, 'secret')
    closing.push(() => endpoint.close?.())
    const destination = await endpoint.connect('anna', 'file', soonPut())
    const place = await destination.prepare(FOLDER, soonPut())
    // Of one in sixteen the end is read back: this is one of them, so that also bytes in equal number are looked at.
    const item = fileItem(1, 'file.txt', { body: text })
    expect(await faultOf(destination.put(place, item, undefined, soonPut()))).toMatchObject({ code: 'dav-damaged' })
    expect(isArmed).toBe(false)
    await destination.put(place, item, undefined, soonPut())
    const eyes = await diskShelf(`${apache.root}/anna`).list()
    const standing = eyes.map(({ body }) => Buffer.from(body).toString()).sort()
    const ours = text.toString()
    expect(standing).toEqual((whose === 'damage' ? [ours] : [ours, found.toString()]).sort())
  })
})

describe.skipIf(!haveApache())('Digest', () => {
  test('a wrong password is refused once, and not tried again', async () => {
    const apache = await startApache()
    closing.push(() => apache.stop())
    const asked: string[] = []
    const auth = {
      kind: 'digest' as const,
      secret: async () => {
        asked.push('secret')
        return 'wrong'
      },
    }
    const endpoint = filesEndpoint(`${apache.url}digest/anna/`, '', { auth })
    closing.push(() => endpoint.close?.())
    for (let n = 0; n < 2; n++)
      expect(await faultOf(endpoint.connect('anna', 'file', soonPut()))).toMatchObject({ reach: 'account', code: 'dav-login-refused' })
  })
})

test('a server that leads elsewhere is not followed with the password', async () => {
  const seen: string[] = []
  const elsewhere = createServer((request, response) => {
    seen.push(request.headers.authorization ?? 'none')
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const portOf = (server: typeof elsewhere): number => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  const here = createServer((_, response) => response.writeHead(302, { location: `http://localhost:${portOf(elsewhere)}/` }).end())
  await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve))
  for (const server of [here, elsewhere])
    closing.push(async () => {
      server.closeAllConnections()
      server.close()
    })
  const endpoint = filesEndpoint(`http://127.0.0.1:${portOf(here)}/`, 'secret')
  closing.unshift(() => endpoint.close?.())
  expect(await faultOf(endpoint.connect('anna', 'file', soonPut()))).toBeInstanceOf(Fault)
  expect(seen.filter((one) => one !== 'none')).toEqual([])
})

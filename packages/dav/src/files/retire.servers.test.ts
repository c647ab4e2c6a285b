import type { Destination, LeftPlace, Place } from '@offramp/core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FilesDesk, filesEndpoint, openFilesDesk, soonPut } from '../../../../test/servers/files-desk.ts'
import { type HeaderProxy, startHeaderProxy } from '../../../../test/servers/header-proxy.ts'

let desk: FilesDesk
let proxy: HeaderProxy
let pass = ''
let destination: Destination
/** What happens in the moment before such a request reaches the server. */
let before: ((line: string) => Promise<void>) | undefined
let used = 0

beforeAll(async () => {
  desk = await openFilesDesk()
  pass = (await desk.cloud.user('anna').credentials()).appPassword
  proxy = await startHeaderProxy({ port: Number(new URL(desk.cloud.url).port), drop: [], before: async (line) => before?.(line) })
})
beforeEach(async () => {
  destination = await filesEndpoint(proxy.url, pass).connect('anna', 'file', soonPut())
})
afterEach(() => {
  before = undefined
})
afterAll(async () => {
  await proxy?.close()
  await desk?.close()
})

const standing = async (path: string) => (await desk.cloud.user('anna').files.tree()).find((one) => one.path === path)

const left = ({ id, made }: Place): LeftPlace => ({ place: id, made: made?.get(id) ?? 'not made by us' })

async function empty(): Promise<{ readonly name: string; readonly one: LeftPlace }> {
  const name = `Left ${used++}`
  return { name, one: left(await destination.prepare({ id: name, path: [name] }, soonPut())) }
}

const retire = async (...all: readonly LeftPlace[]) => destination.retire?.(all, soonPut())

const asUser = (method: string, path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, desk.cloud.url), {
    method,
    body,
    headers: { authorization: `Basic ${Buffer.from(`anna:${pass}`).toString('base64')}`, ...headers },
  })

test('what somebody puts into it between the look and the removal is put back, and the folder stays', async () => {
  const { name, one } = await empty()
  before = async (line) => {
    if (line.startsWith('DELETE ')) await desk.cloud.user('anna').files.put(`${name}/a thought.txt`, 'just now')
  }
  expect(await retire(one)).toEqual([expect.stringMatching(/something in it/)])
  expect((await standing(`${name}/a thought.txt`))?.size).toBe(8)
  expect(await retire(one)).toEqual([expect.stringMatching(/something in it/)])
})

test('whoever dies between the removal and the look into the trash bin leaves a word about it to the next', async () => {
  const { name, one } = await empty()
  const death = new AbortController()
  before = async (line) => {
    if (line.startsWith('DELETE ')) await desk.cloud.user('anna').files.put(`${name}/a thought.txt`, 'just now')
    if (line.startsWith('PROPFIND /remote.php/dav/trashbin')) death.abort()
  }
  await expect(destination.retire?.([one], { signal: death.signal })).rejects.toThrow()
  before = undefined
  expect(await standing(name)).toBeUndefined()
  expect(await retire(one)).toEqual([expect.stringMatching(/trash bin/)])
})

test('a folder that is shared, or a favourite, stays', async () => {
  const [shared, favourite] = [await empty(), await empty()]
  await desk.cloud.user('anna').files.put(`${shared.name}/x`, 'x')
  await desk.cloud.user('anna').remove(`files/${shared.name}/x`)
  const said = await asUser(
    'POST',
    '/ocs/v2.php/apps/files_sharing/api/v1/shares',
    new URLSearchParams({ path: `/${shared.name}`, shareType: '3' }).toString(),
    {
      'ocs-apirequest': 'true',
      'content-type': 'application/x-www-form-urlencoded',
    },
  )
  expect(said.status).toBe(200)
  const favour =
    '<d:propertyupdate xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><d:set><d:prop><o:favorite>1</o:favorite></d:prop></d:set></d:propertyupdate>'
  expect((await asUser('PROPPATCH', `/remote.php/dav/files/anna/${encodeURIComponent(favourite.name)}`, favour)).status).toBe(207)
  expect(await retire(shared.one, favourite.one)).toEqual([
    expect.stringMatching(/shared, marked/),
    expect.stringMatching(/shared, marked/),
  ])
  expect([await standing(shared.name), await standing(favourite.name)].every((one) => one !== undefined)).toBe(true)
})

test('no server takes a folder away on condition of its ETag, so nothing is built on that', async () => {
  const { name } = await empty()
  const href = `/remote.php/dav/files/anna/${encodeURIComponent(name)}`
  const etag = /<d:getetag>&quot;([^&]*)/.exec(await (await asUser('PROPFIND', href, '', { depth: '0' })).text())?.[1]
  expect(etag).toBeDefined()
  expect((await asUser('DELETE', href, '', { 'if-match': `"${etag}"` })).status).toBe(412)
})

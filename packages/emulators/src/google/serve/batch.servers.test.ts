import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client.ts'
import { ANNA } from '../test-domain.ts'
import { type EmulatedWorkspace, startWorkspace } from '../workspace.ts'

let workspace: EmulatedWorkspace
let client: TestClient

beforeAll(async () => {
  workspace = await startWorkspace({ seed: 4, accounts: [{ address: ANNA, admin: true, messages: 5 }] })
  client = testClient(workspace, workspace.key())
  await client.logIn()
})
afterAll(async () => {
  client.close()
  await workspace.stop()
})

const bodyOf = (paths: readonly string[]): string =>
  `${paths.map((path, at) => `--cut\r\nContent-Type: application/http\r\nContent-ID: <item-${at}>\r\n\r\nGET ${path}\r\n\r\n`).join('')}--cut--\r\n`

const batch = (address: string, paths: readonly string[]) =>
  client.send('POST', address, { body: bodyOf(paths), headers: { 'content-type': 'multipart/mixed; boundary="cut"' } })

const path = (rest: string): string => `/gmail/v1/users/me/${rest}${rest.includes('?') ? '&' : '?'}quotaUser=purse`

test.each(['/batch', '/batch/gmail/v1'])('a batch at %s is 200 whatever its parts are, and says which is which', async (address) => {
  const answer = await batch(address, [path('profile'), path('messages/0000000000000001?format=raw')])
  expect(answer.status).toBe(200)
  const boundary = /boundary=(\S+)/.exec(String(answer.headers['content-type']))?.[1]
  const parts = answer.text.split(`--${boundary}`).slice(1, -1)
  const part = (id: number) => parts.find((each) => each.includes(`Content-ID: <response-item-${id}>`))
  expect(part(0)).toContain('HTTP/1.1 200 OK')
  expect(part(0)).toContain(`"emailAddress":"${ANNA}"`)
  expect(part(1)).toContain('HTTP/1.1 404 Not Found')
})

test('each part is a call of its own: the eleventh is one too many in flight, and all cost units', async () => {
  const before = (await workspace.stats()).units[ANNA] ?? 0
  const answer = await batch(
    '/batch',
    Array.from({ length: 12 }, () => path('profile')),
  )
  expect(answer.text.match(/HTTP\/1\.1 200/g)).toHaveLength(10)
  expect(answer.text.match(/Too many concurrent requests for user","domain/g)).toHaveLength(2)
  expect(((await workspace.stats()).units[ANNA] ?? 0) - before).toBe(10)
  expect((await client.get('profile')).status).toBe(200)
})

test('what is no batch, or too large a one, is refused as a whole', async () => {
  expect((await client.send('POST', '/batch', { body: 'x', headers: { 'content-type': 'application/json' } })).status).toBe(400)
  const paths = (count: number) => Array.from({ length: count }, () => path('labels'))
  expect((await batch('/batch', paths(101))).status).toBe(400)
  expect((await batch('/batch', paths(100))).status).toBe(200)
})

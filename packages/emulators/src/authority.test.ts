import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { makeAuthority } from './authority.ts'

async function statusOf(notAfter: number, trusted: boolean): Promise<number | string> {
  const authority = await makeAuthority()
  const pair = await authority.issue({ hosts: ['localhost', '127.0.0.1'], notBefore: notAfter - 86_400_000, notAfter })
  const server = createServer({ cert: pair.cert, key: pair.key }, (_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const answer = await new Promise<number | string>((resolve) => {
    const ca = trusted ? { ca: authority.ca } : {}
    get({ host: '127.0.0.1', port, ...ca, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  server.closeAllConnections()
  server.close()
  return answer
}

test('a client that trusts the authority accepts its certificates, and nobody else does', async () => {
  expect(await statusOf(Date.now() + 3_600_000, true)).toBe(200)
  expect(await statusOf(Date.now() + 3_600_000, false)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
})

test('an expired certificate is refused also by a client that trusts the authority', async () => {
  expect(await statusOf(Date.now() - 3_600_000, true)).toBe('CERT_HAS_EXPIRED')
})

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeDigest } from './digest.ts'

const fields = (header: string | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...(header ?? '').matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(([, name, quoted, bare]) => [name, quoted ?? bare ?? '']),
  )

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

test('the answer is what RFC 7616 says, and counts', () => {
  const digest = makeDigest('Mufasa', 'Circle of Life')
  expect(digest.answer({ method: 'GET', uri: '/' })).toBeUndefined()
  expect(digest.take('Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf", opaque="FQhe"')).toBe(true)
  for (const nc of ['00000001', '00000002']) {
    const said = fields(digest.answer({ method: 'PUT', uri: '/a%20b?x=1' }))
    expect(said).toMatchObject({
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      nonce: '7ypf',
      uri: '/a%20b?x=1',
      qop: 'auth',
      opaque: 'FQhe',
      nc,
    })
    const ours = md5('Mufasa:http-auth@example.org:Circle of Life')
    expect(said['response']).toBe(md5(`${ours}:7ypf:${nc}:${said['cnonce']}:auth:${md5('PUT:/a%20b?x=1')}`))
  }
})

test('the stronger of two challenges is taken', () => {
  const digest = makeDigest('anna', 'secret')
  digest.take('Digest realm="r", nonce="a", qop="auth", algorithm=MD5, Digest realm="r", nonce="b", qop="auth", algorithm=SHA-256')
  expect(fields(digest.answer({ method: 'GET', uri: '/' }))).toMatchObject({ nonce: 'b', algorithm: 'SHA-256' })
})

test('a stale nonce is worth another try, a refusal is none', () => {
  const digest = makeDigest('anna', 'secret')
  expect(digest.take('Digest realm="r", nonce="a", qop="auth"')).toBe(true)
  expect(digest.take('Digest realm="r", nonce="b", qop="auth", stale=true')).toBe(true)
  expect(digest.take('Digest realm="r", nonce="c", qop="auth"')).toBe(false)
  expect(digest.take(undefined)).toBe(false)
})

test('a server without Digest is told of, and a quote in a name stays in its place', () => {
  expect(() => makeDigest('anna', 'secret').take('Basic realm="r"')).toThrow('Digest')
  const digest = makeDigest('an"na', 'secret')
  digest.take('Digest realm="a \\"b\\" c", nonce="n"')
  expect(digest.answer({ method: 'GET', uri: '/' })).toContain('username="an\\"na", realm="a \\"b\\" c"')
})

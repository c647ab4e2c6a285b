import { createSign } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { fullScope } from './token/scopes.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
  readonly text: string
  /** The body as JSON, of the shape that the test expects. */
  json<Shape>(): Shape
}

export interface TokenShape {
  readonly access_token: string
  readonly expires_in: number
  readonly token_type: string
  readonly error: string
  readonly error_description: string
}

interface Claims {
  readonly iss?: string
  readonly aud?: string
  readonly sub?: string
  readonly scope?: string
  readonly iat?: number
  readonly exp?: number
}

/** A bare client for tests: no library of ours or of Google's between the test and the wire. */
export interface TestClient {
  /** An assertion for reading Anna's mail, signed by the key, but for what is said otherwise. */
  assertion(claims?: Claims): string
  exchange(assertion: string, path?: string): Promise<Answer>
  logIn(claims?: Claims): Promise<void>
  /** A path below the mailbox, or below the root where it begins with a slash. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  send(
    method: string,
    path: string,
    options?: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Answer>
  close(): void
}

export interface Reachable {
  readonly url: string
  readonly ca: string
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function answerOf(response: IncomingMessage, bytes: Buffer): Answer {
  const text = bytes.toString()
  const json = <Shape>(): Shape => {
    const shape: Shape = JSON.parse(text)
    return shape
  }
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text, json }
}

export function testClient(workspace: Reachable, keyText: string, now: () => number = Date.now): TestClient {
  const agent = new Agent({ keepAlive: true, ca: workspace.ca })
  const key: { readonly client_email: string; readonly private_key: string } = JSON.parse(keyText)
  let authorization: string | undefined
  const send: TestClient['send'] = (method, path, { body, headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(path.startsWith('/') ? path : `/gmail/v1/users/me/${path}`, workspace.url)
      const asking = request(
        url,
        { agent, method, headers: { ...(authorization !== undefined && { authorization }), ...headers } },
        (response) => {
          const pieces: Buffer[] = []
          response.on('data', (piece: Buffer) => pieces.push(piece))
          response.on('error', reject)
          response.on('end', () => resolve(answerOf(response, Buffer.concat(pieces))))
        },
      )
      asking.on('error', reject)
      asking.end(body)
    })
  const assertion: TestClient['assertion'] = (claims = {}) => {
    const iat = Math.floor(now() / 1000)
    const usual = { iss: key.client_email, aud: 'https://oauth2.googleapis.com/token', iat, exp: iat + 3_600 }
    const signed = `${part({ alg: 'RS256' })}.${part({ ...usual, sub: 'anna@fabrikam.example', scope: fullScope('gmail.readonly'), ...claims })}`
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key.private_key, 'base64url')}`
  }
  const exchange: TestClient['exchange'] = async (text, path = '/token') => {
    const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: text }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    authorization = undefined
    return send('POST', path, { body, headers })
  }
  return {
    assertion,
    exchange,
    send,
    logIn: async (claims) => {
      const answer = (await exchange(assertion(claims))).json<TokenShape>()
      authorization = `Bearer ${answer.access_token}`
    },
    get: (path, headers = {}) => send('GET', path, { headers: { 'x-goog-quota-user': 'purse', ...headers } }),
    close: () => agent.destroy(),
  }
}

import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
  readonly text: string
  /** The body as JSON, of the shape that the test expects. */
  json<Shape>(): Shape
}

/** A page of a collection. */
export interface Page<T> {
  readonly value: readonly T[]
  readonly '@odata.nextLink'?: string
  readonly '@odata.deltaLink'?: string
  readonly '@odata.count'?: number
}

/** An error's body. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly innerError: Readonly<Record<string, string>> }
}

/** What the token endpoint answers. */
export interface TokenBody {
  readonly access_token: string
  readonly expires_in: number
  readonly error: string
  readonly error_description: string
  readonly error_codes: readonly number[]
}

/** A bare client for tests: no library of ours or of Microsoft's between the test and the wire. */
export interface TestClient {
  logIn(): Promise<void>
  token(form: Readonly<Record<string, string>>, tenant?: string): Promise<Answer>
  /** A path behind `/v1.0`, or a whole URL. `immutable` is the default. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  send(method: string, path: string, body?: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  readonly login: Readonly<Record<string, string>>
  close(): void
}

export interface Reachable {
  readonly graphUrl: string
  readonly loginUrl: string
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly ca: string
}

export const IMMUTABLE = { prefer: 'IdType="ImmutableId"' }

interface Asking {
  readonly agent: Agent
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

function call(url: string, { agent, method, headers, body }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, method, headers }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => resolve(answerOf(response, Buffer.concat(pieces))))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

function answerOf(response: IncomingMessage, bytes: Buffer): Answer {
  const text = bytes.toString()
  const json = <Shape>() => {
    const shape: Shape = JSON.parse(text)
    return shape
  }
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text, json }
}

export function testClient(tenant: Reachable): TestClient {
  const agent = new Agent({ keepAlive: true, ca: tenant.ca })
  let authorization: string | undefined
  const login = {
    client_id: tenant.clientId,
    client_secret: tenant.clientSecret,
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
  }
  const send: TestClient['send'] = (method, path, body, headers = IMMUTABLE) =>
    call(path.startsWith('https:') ? path : `${tenant.graphUrl}v1.0${path}`, {
      agent,
      method,
      headers: { 'user-agent': 'ISV|Offramp|Test/1.0', ...(authorization !== undefined && { authorization }), ...headers },
      body,
    })
  const token: TestClient['token'] = (form, name = tenant.tenantId) =>
    call(`${tenant.loginUrl}${name}/oauth2/v2.0/token`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
  return {
    login,
    token,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    logIn: async () => {
      authorization = `Bearer ${(await token(login)).json<TokenBody>().access_token}`
    },
    close: () => agent.destroy(),
  }
}

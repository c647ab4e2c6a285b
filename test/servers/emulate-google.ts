import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { makeAuthority } from '@offramp/emulators'
import { createEmulator } from 'emulate'
import { freePort } from './free-port.ts'

/** A mailbox as `emulate` is seeded with it. */
export interface EmulateMailbox {
  readonly address: string
  /** Names of user labels; their ids are `Label_1` and so on. */
  readonly labels: readonly string[]
  readonly messages: readonly EmulateMessage[]
}

export interface EmulateMessage {
  readonly bytes: Buffer
  readonly labelIds: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly internalDate: number
}

export interface EmulateGoogle {
  readonly url: string
  /** PEM. */
  readonly ca: string
  /** A service account's key file. */
  readonly key: string
  readonly admin: string
  stop(): Promise<void>
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('utf8')
}

const nothingFound = {
  error: { code: 404, message: 'Not Found', errors: [{ domain: 'global', reason: 'notFound', message: 'Not Found' }] },
}

/** What `emulate` does not have (0.12.2) and a domain needs: the service account's token, a profile, and the list of users. */
function makeShim(upstream: string, mailboxes: readonly EmulateMailbox[]) {
  const tokenOf = (address: string): string => `token-of-${address}`
  const ask = async (path: string, authorization: string): Promise<Record<string, unknown>> => {
    const answer: Record<string, unknown> = JSON.parse(await (await fetch(upstream + path, { headers: { authorization } })).text())
    return answer
  }
  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const assertion = new URLSearchParams(await textOf(request)).get('assertion') ?? ''
    const { sub }: { sub?: string } = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'))
    if (mailboxes.some(({ address }) => address === sub)) {
      return json(response, 200, { access_token: tokenOf(String(sub)), expires_in: 3599, token_type: 'Bearer' })
    }
    json(response, 400, { error: 'invalid_grant', error_description: 'Invalid email or User ID' })
  }
  const profile = async (authorization: string, response: ServerResponse): Promise<void> => {
    const { historyId } = await ask('/gmail/v1/users/me/history?startHistoryId=1', authorization)
    const mailbox = mailboxes.find(({ address }) => authorization === `Bearer ${tokenOf(address)}`)
    if (!mailbox) return json(response, 401, { error: { code: 401, message: 'Invalid Credentials', status: 'UNAUTHENTICATED' } })
    const count = mailbox.messages.length
    json(response, 200, { emailAddress: mailbox.address, messagesTotal: count, threadsTotal: count, historyId })
  }
  const userOf = ({ address }: EmulateMailbox, at: number) => ({
    id: String(1_000 + at),
    primaryEmail: address,
    name: { fullName: address },
    isAdmin: at === 0,
    suspended: false,
    archived: false,
    isMailboxSetup: true,
  })
  const users = (path: string): object | undefined => {
    if (path.endsWith('/users')) return { users: mailboxes.map(userOf) }
    const wanted = decodeURIComponent(path.split('/').at(-1) ?? '')
    const at = mailboxes.findIndex((mailbox, nth) => mailbox.address === wanted || userOf(mailbox, nth).id === wanted)
    const found = mailboxes[at]
    return found && userOf(found, at)
  }
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'https://shim')
    const authorization = request.headers.authorization ?? ''
    if (pathname === '/token') return token(request, response)
    if (pathname.endsWith('/profile')) return profile(authorization, response)
    if (/^\/admin\/directory\/v1\/users(\/[^/]+)?$/.test(pathname)) {
      const found = users(pathname)
      return json(response, found ? 200 : 404, found ?? nothingFound)
    }
    if (pathname.startsWith('/admin/')) return json(response, 200, {})
    const answer = await fetch(upstream + (request.url ?? '/'), { headers: { authorization } })
    const type = answer.headers.get('content-type') ?? 'application/json'
    response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()))
  }
}

/**
 * The Gmail of `emulate` 0.12.2 (vercel-labs), which none of us wrote, behind a shim that gives it a service account, profiles and a directory.
 * The mailboxes' messages and labels, and all answers about them, are its own.
 */
export async function startEmulateGoogle(mailboxes: readonly EmulateMailbox[]): Promise<EmulateGoogle> {
  const emulator = await createEmulator({
    service: 'google',
    port: await freePort(),
    hostname: '127.0.0.1',
    seed: {
      tokens: Object.fromEntries(
        mailboxes.map(({ address }) => [
          `token-of-${address}`,
          { login: address, scopes: ['https://www.googleapis.com/auth/gmail.readonly'] },
        ]),
      ),
      google: {
        users: mailboxes.map(({ address }) => ({ email: address, name: address })),
        labels: mailboxes.flatMap(({ address, labels }) =>
          labels.map((name, at) => ({ id: `Label_${at + 1}`, user_email: address, name })),
        ),
        messages: mailboxes.flatMap(({ address, messages }) =>
          messages.map(({ bytes, labelIds, internalDate }, at) => ({
            id: `msg_${address}_${at}`,
            user_email: address,
            raw: bytes.toString('base64url'),
            label_ids: labelIds,
            internal_date: String(internalDate),
          })),
        ),
      },
    },
  })
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue({ hosts: ['localhost'] })
  const handle = makeShim(emulator.url.replace('localhost', '127.0.0.1'), mailboxes)
  const server = createServer({ cert, key }, (request, response) => {
    handle(request, response).catch((error: unknown) => json(response, 500, { error: { code: 500, message: String(error) } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const account = {
    type: 'service_account',
    project_id: 'emulate',
    private_key_id: 'emulate-key',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'offramp@emulate.iam.gserviceaccount.com',
    client_id: '100000000000000000001',
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  return {
    url: `https://localhost:${port}`,
    ca: authority.ca,
    key: JSON.stringify(account),
    admin: mailboxes[0]?.address ?? '',
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await emulator.close()
    },
  }
}

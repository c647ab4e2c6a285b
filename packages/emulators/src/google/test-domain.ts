import type { Reply } from '../serve/reply.ts'
import { GmailDesk } from './control/gmail-desk.ts'
import { accountNamed } from './directory/account.ts'
import { makeState } from './make-state.ts'
import type { WorkspaceOptions } from './options.ts'
import { type Answer, answerCall } from './serve/answer.ts'
import type { WorkspaceState } from './serve/state.ts'
import { fullScope } from './token/scopes.ts'

export const ANNA = 'anna@fabrikam.example'

/** A domain without a wire, for tests: requests go straight to the methods, and the clock stands still. */
export interface TestDomain {
  readonly state: WorkspaceState
  readonly desk: GmailDesk
  readonly clock: { now: number }
  /** Whose token the next calls carry. */
  as(address: string, scopes: readonly string[]): string
  answer(path: string, headers?: Readonly<Record<string, string>>): Answer
  /** A path below Anna's mailbox, or below the root where it begins with a slash. */
  get<Shape>(path: string): { readonly status: number; readonly json: Shape }
}

/** An error's body. */
export interface ErrorShape {
  readonly error: {
    readonly code: number
    readonly message: string
    readonly status: string
    readonly errors: readonly { readonly reason: string; readonly domain: string; readonly message: string }[]
  }
}

export function parsed<Shape>(reply: Reply): Shape {
  const shape: Shape = JSON.parse(Buffer.concat(reply.body).toString())
  return shape
}

export function testDomain(options: Partial<WorkspaceOptions> = {}): TestDomain {
  const clock = { now: Date.UTC(2026, 6, 1) }
  const state = makeState({ seed: 1, accounts: [{ address: ANNA, admin: true, messages: 40 }], now: () => clock.now, ...options })
  let token = ''
  const as: TestDomain['as'] = (address, scopes) => {
    const expiresAt = clock.now + 3_600_000
    token = state.mint.issue({ as: 'user', sub: address, scopes: new Set(scopes.map(fullScope)), expiresAt })
    return token
  }
  as(ANNA, ['gmail.readonly'])
  const answer: TestDomain['answer'] = (path, headers = {}) => {
    const url = new URL(path.startsWith('/') ? path : `/gmail/v1/users/me/${path}`, 'https://gmail.googleapis.com')
    const own = { authorization: `Bearer ${token}`, 'x-goog-quota-user': 'purse', ...headers }
    return answerCall(state, { method: 'GET', path: url.pathname, query: url.searchParams, headers: own })
  }
  return {
    state,
    clock,
    desk: new GmailDesk(accountNamed(state, state.accounts[0]?.address ?? ANNA).mailbox, state),
    as,
    answer,
    get: (path) => {
      const { reply, leave } = answer(path)
      leave()
      return { status: reply.status, json: parsed(reply) }
    },
  }
}

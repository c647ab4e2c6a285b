import { MemoryGate } from '@offramp/conformance'
import {
  type Call,
  type Collection,
  type Destination,
  type DestinationEndpoint,
  Fault,
  type Item,
  type Kept,
  type Place,
  type Receipt,
  silentLog,
  systemClock,
} from '@offramp/core'
import { type ImapAuth, type ImapSettings, imapDestination } from '@offramp/imap'

export const gate = () => new MemoryGate(systemClock)

/** Enough for every test, and never for ever. */
export const soon = (ms = 60_000): Call => ({ signal: AbortSignal.timeout(ms) })

export const password = (pass: string): ImapAuth => ({ kind: 'password', secret: async () => pass })

export interface DeskWish {
  readonly port: number
  readonly security?: ImapSettings['security']
  readonly auth?: ImapAuth
  readonly more?: Partial<ImapSettings>
}

/** An endpoint on loopback, as a project's settings would make it. */
export function endpointTo({ port, security = 'plain', auth = password('secret'), more = {} }: DeskWish): DestinationEndpoint {
  const settings: ImapSettings = { name: 'desk', host: '127.0.0.1', port, security, auth, ...more }
  return imapDestination(settings, { gate: gate(), log: silentLog, clock: systemClock })
}

export const connectTo = (wish: DeskWish, account: string): Promise<Destination> => endpointTo(wish).connect(account, 'mail', soon())

export const folder = (...path: readonly string[]): Collection => ({ id: `id:${path.join('\0')}`, path })

/** The fault that a promise ends with; fails the test when it does not. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    (value) => new Error(`No fault, but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (thrown instanceof Fault) return thrown
  throw thrown
}

export function receiptOf(answer: Receipt | Kept | Fault | undefined): Receipt {
  if (answer === undefined || answer instanceof Fault || 'kept' in answer) throw new Error(`No receipt: ${String(answer)}`)
  return answer
}

/** Writes many, and gives back receipts only. */
export async function putAll(destination: Destination, place: Place, items: readonly Item[]): Promise<readonly Receipt[]> {
  const answers = await destination.putMany?.(place, items, soon())
  return (answers ?? []).map((answer) => receiptOf(answer))
}

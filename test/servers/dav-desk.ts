import { MemoryGate, type SpecimenFacts, specimen } from '@offramp/conformance'
import {
  type Call,
  type Collection,
  type DestinationEndpoint,
  Fault,
  type Item,
  type Kept,
  type Receipt,
  silentLog,
  systemClock,
} from '@offramp/core'
import { type DavSettings, davDestination } from '@offramp/dav'
import { type CalendarEvent, writeEvent } from '@offramp/formats'

/** Enough for every test, and never for ever. */
export const soon = (ms = 60_000): Call => ({ signal: AbortSignal.timeout(ms) })

export const calendar = (name: string, more: Partial<Collection> = {}): Collection => ({ id: `id:${name}`, path: [name], ...more })

/** An endpoint on loopback, as a project's settings would make it. */
export function davEndpoint(url: string, more: Partial<DavSettings> = {}, clock = systemClock): DestinationEndpoint {
  const settings: DavSettings = { name: 'desk', url, auth: { kind: 'password', secret: async () => 'secret' }, ...more }
  return davDestination(settings, { gate: new MemoryGate(clock), log: silentLog, clock })
}

/** An event as a source would hand it over. */
export function eventItem(home: Collection, event: CalendarEvent, id = event.uid): Item {
  const facts: SpecimenFacts = { naturalKey: event.uid, body: writeEvent(event).bytes, traits: {} }
  return { ...specimen('event', home, 0, facts), id }
}

export function receiptOf(answer: Receipt | Kept | Fault | undefined): Receipt {
  if (answer === undefined || answer instanceof Fault || 'kept' in answer)
    throw new Error(`No receipt: ${JSON.stringify(answer)} ${String(answer)}`)
  return answer
}

/** The fault that a promise ends with; fails the test when it does not. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    (value) => new Error(`No fault, but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (thrown instanceof Fault) return thrown
  throw thrown
}

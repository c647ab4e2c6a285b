import { type Call, Fault, type Found, type Item, type Kept, type Place, type Receipt, type Search } from '@offramp/core'
import { expect } from 'vitest'
import { type DestinationLab, type Seen, topCollection } from '../lab.ts'
import { type SpecimenFacts, specimen } from '../specimens.ts'
import type { Case } from '../suite.ts'

export type DestinationCase = Case<DestinationLab>

/** A call that nobody breaks off. */
export const call: Call = { signal: new AbortController().signal }

export const brokenOff = (): Call => ({ signal: AbortSignal.abort(new Error('The caller has broken off.')) })

export const SUITE = topCollection('Suite')

/** The `n`th specimen of the lab's kind, at home in `Suite`. */
export const item = (lab: DestinationLab, n: number, facts: SpecimenFacts = {}): Item =>
  specimen(lab.destination.profile.kind, SUITE, n, facts)

export const place = (lab: DestinationLab): Promise<Place> => lab.destination.prepare(SUITE, call)

/** Writes, and expects a receipt. */
export async function arrive(lab: DestinationLab, at: Place, written: Item, over?: Receipt): Promise<Receipt> {
  const answer = await lab.destination.put(at, written, over, call)
  expect('kept' in answer ? answer : 'a receipt').toBe('a receipt')
  return receipt(answer)
}

export function receipt(answer: Receipt | Kept | Fault): Receipt {
  if (answer instanceof Fault || 'kept' in answer) throw new Error(`A receipt was expected: ${JSON.stringify(answer)}`)
  return answer
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

export const sentBytes = (sent: Item): Promise<Buffer> => bytesOf(sent.body(call))

/** Kinds whose natural key (UID) is what an item *is*: there is none without, and no second one of it in a place. */
export const hasUid = (lab: DestinationLab): boolean => ['event', 'task', 'contact'].includes(lab.destination.profile.kind)

export const isFiles = (lab: DestinationLab): boolean => lab.destination.profile.kind === 'file'

export const uidLacks = (lab: DestinationLab): string | undefined =>
  hasUid(lab) || isFiles(lab) ? 'an item of this kind always has a natural key' : undefined

/** A person adds an own item that looks like this one. */
export async function personAdds(lab: DestinationLab, at: Place, like: Item): Promise<void> {
  const body = await sentBytes(like)
  return lab.files ? lab.files.add(at, like.naturalKey, body) : lab.person.add(at, body, {})
}

/** Byte for byte, unless the lab's server writes its items anew: then in meaning. */
export function expectSame(lab: DestinationLab, meant: Uint8Array, found: Uint8Array): void {
  if (lab.differences) expect(lab.differences(meant, found)).toEqual([])
  else expect(Buffer.from(found)).toEqual(Buffer.from(meant))
}

export async function walked(lab: DestinationLab, search: Search): Promise<readonly Found[]> {
  const found: Found[] = []
  for await (const one of lab.destination.walk(search, call)) found.push(one)
  return found
}

/** What stands in a place, by other eyes. */
export const seenIn = async (lab: DestinationLab, at: Place): Promise<readonly Seen[]> =>
  (await lab.peek()).filter((seen) => seen.place === at.name)

export async function seen(lab: DestinationLab, at: Place, of: Receipt): Promise<Seen> {
  const one = (await seenIn(lab, at)).find(({ locator }) => locator === of.locator)
  if (!one) throw new Error(`There is nothing at ${at.name} ${of.locator}.`)
  return one
}

/** The fault that a promise is rejected with. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof Fault)) throw thrown
  return thrown
}

export const keepsOr =
  (...traits: readonly DestinationLab['destination']['profile']['keeps'][number][]) =>
  (lab: DestinationLab): string | undefined => {
    const missing = traits.filter((trait) => !lab.destination.profile.keeps.includes(trait))
    return missing.length === 0 ? undefined : `the destination does not keep ${missing.join(', ')}`
  }

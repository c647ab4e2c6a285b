import { type Call, type Collection, type Cursor, Fault, type Item, type ItemRef, type Listing, type Traits } from '@offramp/core'
import type { SourceLab } from '../lab.ts'
import { receivedAt, specimenBytes } from '../specimens.ts'
import type { Case } from '../suite.ts'

export type SourceCase = Case<SourceLab>

export const call: Call = { signal: new AbortController().signal }

export const brokenOff = (): Call => ({ signal: AbortSignal.abort(new Error('The caller has broken off.')) })

/** The person adds the `n`th specimen. Answers with its id. */
export const add = (lab: SourceLab, home: string, n: number, traits: Traits = {}): Promise<string> =>
  lab.person.add(home, specimenBytes(lab.source.profile.kind, n), { receivedAt: receivedAt(n), ...traits })

export async function listings(lab: SourceLab): Promise<readonly Listing[]> {
  const all: Listing[] = []
  for await (const listing of lab.source.listings(call)) all.push(listing)
  return all
}

/** Where each listing stands, and what all of them said on the way there. */
export interface Walk {
  readonly cursors: ReadonlyMap<string, Cursor>
  /** By id: the last word of each listing, in the order of listings. */
  readonly said: readonly { readonly listing: Listing; readonly ref: ItemRef }[]
  readonly pages: number
  /** Folders that pages named, by id: the last word of each. */
  readonly folders: ReadonlyMap<string, Collection>
}

/** Walks every listing to its end, from where `since` stood. */
export async function walk(lab: SourceLab, since?: Walk, limit = 50): Promise<Walk> {
  const cursors = new Map<string, Cursor>()
  const said: { listing: Listing; ref: ItemRef }[] = []
  const folders = new Map<string, Collection>()
  let pages = 0
  for (const listing of await listings(lab)) {
    if (listing.skip !== undefined) continue
    const last = new Map<string, ItemRef>()
    for (let after = since?.cursors.get(listing.id); ; ) {
      const page = await lab.source.page(listing, after, limit, call)
      if (page.refs.length > limit) throw new Error(`A page of at most ${limit} has ${page.refs.length} refs.`)
      if (++pages > 1_000) throw new Error('The listing does not end.')
      for (const ref of page.refs) last.set(ref.id, ref)
      for (const folder of page.collections ?? []) folders.set(folder.id, folder)
      after = page.cursor
      cursors.set(listing.id, page.cursor)
      if (page.last) break
    }
    for (const ref of last.values()) said.push({ listing, ref })
  }
  return { cursors, said, pages, folders }
}

export const present = (walked: Walk): readonly ItemRef[] => walked.said.flatMap(({ ref }) => (ref.removed ? [] : [ref]))

export function refOf(walked: Walk, id: string): ItemRef {
  const ref = present(walked).find((one) => one.id === id)
  if (!ref) throw new Error(`No listing names ${id}.`)
  return ref
}

export const open = (lab: SourceLab, ref: ItemRef): Promise<Item> => lab.source.open(ref, call)

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof Fault)) throw thrown
  return thrown
}

import { asFault, Fault, type Item, type ItemRef, type Listing, REASONS, type Source } from '@offramp/core'
import { call } from './workspace-lab.ts'

/** What all listings of a source said, by item; the later word holds. */
export interface WorkWalk {
  readonly refs: ReadonlyMap<string, ItemRef>
  readonly removed: readonly string[]
  /** Where each listing stands. */
  readonly cursors: ReadonlyMap<string, string>
  readonly pages: number
}

export async function listingsOf(source: Source): Promise<readonly Listing[]> {
  const all: Listing[] = []
  for await (const listing of source.listings(call)) all.push(listing)
  return all
}

/** Walks every listing to its end, from where `since` stood. */
export async function walkWork(source: Source, { since, limit = 50 }: { since?: WorkWalk; limit?: number } = {}): Promise<WorkWalk> {
  const refs = new Map<string, ItemRef>()
  const removed: string[] = []
  const cursors = new Map<string, string>()
  let pages = 0
  for (const listing of await listingsOf(source)) {
    if (listing.skip !== undefined) continue
    for (let after = since?.cursors.get(listing.id); ; pages++) {
      const page = await source.page(listing, after, limit, call)
      for (const ref of page.refs) {
        if (ref.removed) removed.push(ref.id)
        else refs.set(ref.id, ref)
      }
      after = page.cursor
      cursors.set(listing.id, page.cursor)
      if (page.last) break
    }
  }
  return { refs, removed, cursors, pages }
}

export async function textOfItem(item: Item): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of item.body(call)) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}

export interface Opened {
  readonly item: Item
  readonly text: string
}

/** As the engine does: where the outcome is unknown, it is asked for once more. */
async function opening(source: Source, ref: ItemRef): Promise<Item | Fault> {
  const first = await source.open(ref, call).catch(asFault)
  return first instanceof Fault && first.reach !== 'item' ? source.open(ref, call) : first
}

/** Every item of a walk: what it says, or the reason for which it stays behind. Anything else that goes wrong is thrown. */
export async function openAll(
  source: Source,
  { refs }: WorkWalk,
): Promise<{ readonly items: readonly Opened[]; readonly left: ReadonlyMap<string, string> }> {
  const items: Opened[] = []
  const left = new Map<string, string>()
  for (const ref of refs.values()) {
    const opened = await opening(source, ref)
    if (!(opened instanceof Fault)) items.push({ item: opened, text: await textOfItem(opened) })
    else if (opened.reason === undefined || !(opened.reason in REASONS)) throw opened
    else left.set(ref.id, opened.reason)
  }
  return { items, left }
}

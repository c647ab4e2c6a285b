import type { Call, Item, Source } from '@offramp/core'

/** Items of a page that are asked for at once where the source has no census. */
const PAGE = 200

async function* opened(source: Source, listing: Parameters<Source['page']>[0], call: Call): AsyncIterable<readonly Item[]> {
  for (let after: string | undefined; ; ) {
    const page = await source.page(listing, after, PAGE, call)
    const items: Item[] = []
    for (const ref of page.refs.filter(({ removed }) => removed === undefined)) items.push(await source.open(ref, call))
    yield items
    if (page.last) return
    after = page.cursor
  }
}

/** Everything that the source has now, a part at a time, without bodies. */
export async function* walkSource(source: Source, call: Call): AsyncIterable<readonly Item[]> {
  for await (const listing of source.listings({ ...call, bare: true })) {
    if (listing.skip !== undefined) continue
    yield* source.census?.(listing, call) ?? opened(source, listing, call)
  }
}

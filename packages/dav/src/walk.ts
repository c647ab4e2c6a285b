import type { Call, Found, Search } from '@offramp/core'
import { uidOf } from '@offramp/formats'
import { isInBin } from './bin.ts'
import type { Desk } from './desk.ts'
import { isRefusal } from './faults.ts'
import { PAGE } from './limits.ts'
import { type Listed, listedOf, multiget, receiptOf } from './objects.ts'
import { ask, writeXml } from './write-xml.ts'

/** Names, sizes and states of everything in a collection: some 150 bytes each, so that a large one fits into memory before its pages are read. */
export async function listObjects({ client }: Pick<Desk, 'client'>, place: string, call: Call): Promise<readonly Listed[]> {
  const found: Listed[] = []
  const body = writeXml('D:propfind', ask('D:getetag', 'D:getcontentlength', 'D:resourcetype'))
  try {
    await client.multistatus(
      { method: 'PROPFIND', href: place, depth: '1', body, asks: 'look' },
      (response) => {
        const listed = (response.props.get('D:resourcetype')?.children ?? []).length === 0 ? listedOf(client, response) : undefined
        if (listed !== undefined) found.push(listed)
      },
      call,
    )
  } catch (thrown) {
    if (!isRefusal(thrown, 404, 410)) throw thrown
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Pages bounded in items and bytes; one that is larger than a page goes alone. */
export function* pages(listed: readonly Listed[]): Generator<readonly Listed[]> {
  let page: Listed[] = []
  let bytes = 0
  for (const one of listed) {
    if (page.length > 0 && (page.length >= PAGE.items || bytes + one.size > PAGE.bytes)) {
      yield page
      page = []
      bytes = 0
    }
    page.push(one)
    bytes += one.size
  }
  if (page.length > 0) yield page
}

const uidIn = (text: string): string => {
  try {
    return uidOf(Buffer.from(text, 'utf8'))
  } catch {
    return ''
  }
}

/** Everything in the place, in the order of names. The UIDs are in the objects, which are read page by page and forgotten. */
export async function* walk(desk: Desk, { place }: Search, call: Call): AsyncGenerator<Found> {
  if (await isInBin(desk, place, call)) return
  for (const page of pages(await listObjects(desk, place, call))) {
    const uids = new Map<string, string>()
    const names = page.map(({ name }) => name)
    await multiget(desk, { place, names, data: (name, text) => void uids.set(name, uidIn(text)) }, call)
    for (const listed of page) {
      const uid = uids.get(listed.name)
      // Deleted since it was listed.
      if (uid === undefined) continue
      yield { receipt: receiptOf(listed, { place, hash: undefined, etag: listed.etag }), naturalKey: uid, traits: {} }
    }
  }
}

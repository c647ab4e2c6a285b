import type { Call, Item, Receipt, Search } from '@offramp/core'
import { derivedUid } from '@offramp/formats'
import { isInBin } from './bin.ts'
import { type Desk, meaningOf } from './desk.ts'
import { objectName } from './names.ts'
import { multiget, nameIn, pathTo, readObject, receiptOf, withUidIn } from './objects.ts'
import { lasting, outgoingOf, underUid } from './outgoing.ts'
import { isOthers } from './put-new.ts'

/** Everything in the places that means what the item means: under its own name, under that of its second UID, or under any other. */
export async function findItem(desk: Desk, item: Item, where: readonly Search[], call: Call): Promise<readonly Receipt[]> {
  const out = await outgoingOf(desk, item, undefined, call)
  const second = underUid(desk, out, derivedUid(out.uid, item.id))
  const wanted = new Set([out, second].flatMap((one) => [one.hash, lasting(desk, one)?.hash ?? one.hash]))
  const found: Receipt[] = []
  for (const { place } of where) {
    if (await isInBin(desk, place, call)) continue
    const names = new Set([out.name, objectName(second.uid, desk.kind)])
    for (const path of await withUidIn(desk, place, out.uid, call)) names.add(nameIn(path))
    for (const name of names) {
      const standing = await readObject(desk, pathTo(place, name), call)
      const hash = standing && meaningOf(desk.kind, standing.bytes)
      if (standing === undefined || hash === undefined || !wanted.has(hash) || isOthers(standing, out)) continue
      const [listed] = await multiget(desk, { place, names: [name] }, call)
      found.push(receiptOf(listed ?? { name, size: standing.bytes.length }, { place, hash, etag: standing.etag }))
    }
  }
  return found
}

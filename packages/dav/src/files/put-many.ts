import { asFault, type Call, Fault, type Item, type Receipt } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { inTurns } from '../in-turns.ts'
import { receiptOf } from './adopt.ts'
import { partsFor, uploadBulk } from './bulk.ts'
import { contentOf } from './content.ts'
import { type FilesDesk, plainName } from './desk.ts'
import { sameName } from './names/encode.ts'
import { targetOf } from './target.ts'
import { writeFile } from './write.ts'

/** Many new items, into names of their own that are free. Whatever has such a name already is left to be decided alone, with the ledger's help. */
export async function putMany(desk: FilesDesk, place: string, items: readonly Item[], call: Call): Promise<readonly (Receipt | Fault)[]> {
  call.signal.throwIfAborted()
  const named = items.map((item) => ({ item, name: plainName(desk.server.rules, item) }))
  // What goes in bulk stands open under its name at once.
  const parts = (await desk.closed?.(call)) === undefined ? await partsFor(desk, { place, named }, call) : []
  const claims = named.map(({ name }) => `${place}\n${name}`)
  for (const claim of claims) desk.folders.busy.add(claim)
  try {
    const sent = parts.length === 0 ? new Map<Item, Receipt | Fault>() : await uploadBulk(desk, { place, parts }, call)
    const first = new Map<string, Item>()
    for (const { item, name } of named)
      if (!first.has(sameName(name, desk.server.rules))) first.set(sameName(name, desk.server.rules), item)
    return await inTurns(named, desk.settings.connectionsPerAccount ?? 4, async (one) => {
      const isFirst = first.get(sameName(one.name, desk.server.rules)) === one.item
      return sent.get(one.item) ?? (isFirst ? putAlone(desk, place, one, call) : later(desk))
    })
  } finally {
    for (const claim of claims) desk.folders.busy.delete(claim)
  }
}

async function putAlone(
  desk: FilesDesk,
  place: string,
  { item, name }: { readonly item: Item; readonly name: string },
  call: Call,
): Promise<Receipt | Fault> {
  try {
    if (item.versions !== undefined) throw later(desk)
    const at = { place, name }
    return receiptOf(at, await writeFile(desk, targetOf(at, item, undefined), contentOf(item), call))
  } catch (thrown) {
    return isRefusal(thrown, 412) ? later(desk) : asFault(thrown)
  }
}

const later = ({ client }: FilesDesk): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-alone',
    message: `Something of that name stands on ${client.host} already; the file is written alone.`,
    unwritten: true,
  })

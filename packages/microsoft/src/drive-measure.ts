import { type Call, type Collection, Fault, type Item, type Measured } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { type Json, textOf } from '@offramp/wire'
import type { DriveClient } from './drive-client.ts'
import type { FolderTable } from './drive-folders.ts'
import { CENSUS_SELECT, nameOf, parentIdOf, sizeOf, sortOf } from './drive-item.ts'
import type { FoundDrive } from './drive-list.ts'
import { factsOf } from './drive-open.ts'
import { readDrivePage } from './drive-pages.ts'
import { LOSSES } from './losses.ts'

interface Walking {
  readonly client: DriveClient
  readonly folders: FolderTable
}

/** Everything in a drive, page by page, without what only bytes need. */
async function* walk({ client, folders }: Walking, drive: FoundDrive, call: Call): AsyncGenerator<readonly Json[]> {
  for (let after: string | undefined; ; ) {
    const page = await readDrivePage(client, { drive, after, select: CENSUS_SELECT }, call)
    for (const item of page.values) if (['folder', 'root', 'package'].includes(sortOf(item))) folders.learn(drive, item)
    yield page.values.filter((item) => !['folder', 'root', 'deleted'].includes(sortOf(item)))
    if (page.last) return
    after = page.cursor
  }
}

/** What a drive holds now. One request a page; one more for each folder that the feed names after what is in it. */
export async function* censusOf(on: Walking & { drive(call: Call): Promise<FoundDrive> }, call: Call): AsyncGenerator<readonly Item[]> {
  const drive = await on.drive(call)
  const seen = new Map<string, string>()
  for await (const values of walk(on, drive, call)) {
    const items: Item[] = []
    for (const value of values) {
      const id = textOf(value['id']) ?? ''
      const home = await homeOf(on.folders, drive, { item: value }, call)
      if (home === undefined) continue
      const item: Item = {
        ...factsOf(drive.idOf(id), value, home),
        naturalKey: nameOf(value),
        label: nameOf(value),
        size: sizeOf(value),
        body: unread,
      }
      if (seen.get(id) === item.version) continue
      seen.set(id, item.version)
      items.push(item)
    }
    yield items
  }
}

// biome-ignore lint/correctness/useYield: it only refuses.
async function* unread(): AsyncGenerator<Uint8Array> {
  throw new Fault({ reach: 'run', code: 'graph-census-body', message: 'An item of a census has no bytes; open it.' })
}

async function homeOf(
  folders: FolderTable,
  drive: FoundDrive,
  { item }: { readonly item: Json },
  call: Call,
): Promise<Collection | undefined> {
  try {
    return await folders.collection(drive, parentIdOf(item) ?? '', call)
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reason === 'gone') return undefined
    throw thrown
  }
}

interface Count {
  items: number
  bytes: number
  readonly losses: Map<string, number>
}

/** How much each folder holds, and what of it cannot be moved. As many requests as a census. */
export async function* measureDrives(
  on: Walking & { drives(call: Call): Promise<readonly FoundDrive[]>; readonly choices: Choices['files'] },
  call: Call,
): AsyncGenerator<Measured> {
  for (const drive of await on.drives(call)) {
    if (drive.listing.skip !== undefined) continue
    const counts = new Map<string, Count>()
    const seen = new Set<string>()
    for await (const values of walk(on, drive, call)) {
      for (const item of values) {
        const id = textOf(item['id']) ?? ''
        if (!seen.has(id)) addTo(counts, item, on.choices)
        seen.add(id)
      }
    }
    for (const [parent, { items, bytes, losses }] of counts) {
      const collection = await homeOf(on.folders, drive, { item: { parentReference: { id: parent } } }, call)
      if (collection === undefined) continue
      const lost = [...losses].map(([says, count]) => ({ says, items: count }))
      yield { collection, items, bytes, ...(lost.length === 0 ? {} : { losses: lost }) }
    }
  }
}

function addTo(counts: Map<string, Count>, item: Json, choices: Choices['files']): void {
  const parent = parentIdOf(item) ?? ''
  const count = counts.get(parent) ?? { items: 0, bytes: 0, losses: new Map<string, number>() }
  counts.set(parent, count)
  count.items++
  count.bytes += sizeOf(item)
  const says = lossOf(item, choices)
  if (says !== undefined) count.losses.set(says, (count.losses.get(says) ?? 0) + 1)
}

function lossOf(item: Json, choices: Choices['files']): string | undefined {
  const sort = sortOf(item)
  if (sort === 'shortcut') return choices?.shortcuts === 'address' ? undefined : LOSSES.shortcut
  if (sort === 'package' || sort === 'other') return LOSSES.notebook
  return sort === 'malware' ? LOSSES.malware : undefined
}

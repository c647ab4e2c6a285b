import type { Call, Collection, Measured } from '@offramp/core'
import type { DriveClient } from './files-client.ts'
import type { Folders } from './files-folders.ts'
import { type FileChoices, lossesOf, refusalOf } from './files-formats.ts'
import { isFolder } from './files-model.ts'
import { allFiles } from './files-pages.ts'
import { inBin } from './files-walk.ts'

interface Sum {
  readonly collection: Collection
  items: number
  bytes: number
  readonly losses: Map<string, number>
}

/** Items and bytes of every folder, and what will be lost: 100 units for 1,000 files. */
export async function* measureFiles(
  {
    client,
    driveId,
    folders,
    choices,
  }: { readonly client: DriveClient; readonly driveId: string | undefined; readonly folders: Folders; readonly choices: FileChoices },
  call: Call,
): AsyncGenerator<Measured> {
  const sums = new Map<string, Sum>()
  for await (const files of allFiles(client, { driveId, ...inBin(choices) }, call))
    for (const file of files) {
      if (isFolder(file)) continue
      const collection = await folders.homeOf(file, call)
      const sum = sums.get(collection.id) ?? { collection, items: 0, bytes: 0, losses: new Map() }
      sums.set(collection.id, sum)
      sum.items += 1
      sum.bytes += file.size ?? 0
      const refusal = refusalOf(file, choices, { about: client.about, shared: driveId !== undefined })
      for (const says of refusal === undefined ? lossesOf(file, choices) : [refusal.message])
        sum.losses.set(says, (sum.losses.get(says) ?? 0) + 1)
    }
  for (const { collection, items, bytes, losses } of sums.values()) {
    const lost = [...losses].map(([says, count]) => ({ says, items: count }))
    yield { collection, items, bytes, ...(lost.length === 0 ? {} : { losses: lost }) }
  }
}

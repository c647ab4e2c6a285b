import { type Call, type Collection, Fault } from '@offramp/core'
import { type Json, textOf } from '@offramp/wire'
import type { DriveClient } from './drive-client.ts'
import { datesOf, nameOf, parentIdOf, sortOf } from './drive-item.ts'
import type { FoundDrive } from './drive-list.ts'

interface Known {
  readonly name: string
  /** Absent: it is the root. */
  readonly parent?: string
  readonly dates: Pick<Collection, 'modifiedAt' | 'createdAt'>
}

/** Folders of the drives of one account, by the server's ids. The feed gives no paths: they are made of names and parents. */
export interface FolderTable {
  learn(drive: FoundDrive, folder: Json): void
  forget(drive: FoundDrive, id: string): void
  /** The folder as a collection. Costs a request for each folder on the way up that no page has named. Fault `item`/`gone` where there is none. */
  collection(drive: FoundDrive, id: string, call: Call): Promise<Collection>
  /** Ids of the folders around one that `collection` has given, the nearest first. */
  above(drive: FoundDrive, id: string): readonly string[]
}

const SELECT = 'id,name,parentReference,root,folder,package,fileSystemInfo'
/** SharePoint allows some 200; more is a circle. */
const MOST_LEVELS = 1_000

export function folderTable(client: DriveClient): FolderTable {
  const known = new Map<string, Known>()
  const asked = new Map<string, Promise<Known>>()
  const keyOf = (drive: FoundDrive, id: string): string => `${drive.id}/${id}`

  function learn(drive: FoundDrive, folder: Json): Known | undefined {
    const id = textOf(folder['id'])
    if (id === undefined) return undefined
    const parent = sortOf(folder) === 'root' ? undefined : parentIdOf(folder)
    const entry: Known = { name: nameOf(folder), dates: datesOf(folder), ...(parent === undefined ? {} : { parent }) }
    known.set(keyOf(drive, id), entry)
    return entry
  }

  async function ask(drive: FoundDrive, id: string, call: Call): Promise<Known> {
    const key = keyOf(drive, id)
    const here = asked.get(key)
    if (here !== undefined) return here
    const path = `/drives/${encodeURIComponent(drive.id)}/items/${encodeURIComponent(id)}?$select=${SELECT}`
    const asking = client.json({ path, asks: 'drive-item' }, call).then((folder) => {
      const entry = learn(drive, { ...folder, id })
      if (entry === undefined) throw gone(client)
      return entry
    })
    asked.set(key, asking)
    try {
      return await asking
    } finally {
      asked.delete(key)
    }
  }

  return {
    learn: (drive, folder) => void learn(drive, folder),
    forget: (drive, id) => void known.delete(keyOf(drive, id)),
    above(drive, id) {
      const ids: string[] = []
      for (let at = known.get(keyOf(drive, id))?.parent; at !== undefined && ids.length < MOST_LEVELS; ) {
        ids.push(at)
        at = known.get(keyOf(drive, at))?.parent
      }
      return ids
    },
    async collection(drive, id, call) {
      const names: string[] = []
      let dates: Known['dates'] = {}
      let at: string | undefined = id
      for (let level = 0; at !== undefined; level++) {
        if (level > MOST_LEVELS) throw gone(client)
        const folder: Known = known.get(keyOf(drive, at)) ?? (await ask(drive, at, call))
        if (level === 0) dates = folder.dates
        if (folder.parent !== undefined) names.unshift(folder.name)
        at = folder.parent
      }
      return { id: drive.idOf(id), path: [...drive.path, ...names], ...dates }
    },
  }
}

const gone = (client: DriveClient): Fault =>
  new Fault({ reach: 'item', reason: 'gone', code: 'graph-gone', message: `A folder of ${client.about} was deleted at the source.` })

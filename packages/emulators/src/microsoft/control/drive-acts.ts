import type { Random } from '../../generate/random.ts'
import type { Drive, DriveItem } from '../drive/drive.ts'

const ACTS = [
  'add-file',
  'edit-file',
  'rename-file',
  'move-file',
  'delete-file',
  'add-dir',
  'rename-dir',
  'move-dir',
  'delete-dir',
] as const

export type DriveAct = (typeof ACTS)[number]

export const isDriveAct = (act: string): act is DriveAct => ACTS.some((each) => each === act)

const oneOf = <Item>(all: readonly Item[], random: Random): Item | undefined => all[random.between(0, Math.max(0, all.length - 1))]

/** A person at work on whatever is there. Where there is nothing to work on, nothing happens. */
export function actOnDrive(drive: Drive, act: DriveAct, random: Random): void {
  const all = [...drive.items.values()]
  const folders = all.filter(({ sort }) => sort === 'folder')
  const file = oneOf(
    all.filter(({ sort }) => sort === 'file'),
    random,
  )
  const folder = oneOf(folders, random)
  const parent = oneOf([drive.root, ...folders], random) ?? drive.root
  const number = random.between(2, 99_999)
  const content = { seed: `act/${number}`, size: random.between(0, 50_000) }
  if (act === 'add-file') drive.add({ sort: 'file', name: `Added ${number}.txt`, parent, content })
  else if (act === 'add-dir') drive.add({ sort: 'folder', name: `Folder ${number}`, parent })
  else if (act.endsWith('file') && file) onFile(drive, { act, file, parent, number, content })
  else if (folder) onFolder(drive, { act, folder, parent, number })
}

function onFile(
  drive: Drive,
  on: {
    readonly act: DriveAct
    readonly file: DriveItem
    readonly parent: DriveItem
    readonly number: number
    readonly content: NonNullable<DriveItem['content']>
  },
): void {
  const { act, file } = on
  if (act === 'edit-file') drive.edit(file, on.content)
  else if (act === 'rename-file') drive.rename(file, `${on.number} ${file.name}`.slice(0, 200))
  else if (act === 'move-file') drive.move(file, on.parent)
  else drive.remove(file)
}

function onFolder(
  drive: Drive,
  {
    act,
    folder,
    parent,
    number,
  }: { readonly act: DriveAct; readonly folder: DriveItem; readonly parent: DriveItem; readonly number: number },
): void {
  if (act === 'rename-dir') drive.rename(folder, `Renamed ${number}`)
  else if (act === 'delete-dir') drive.remove(folder)
  else if (!within(parent, folder)) drive.move(folder, parent)
}

function within(item: DriveItem, folder: DriveItem): boolean {
  for (let at: DriveItem | undefined = item; at; at = at.parent) if (at === folder) return true
  return false
}

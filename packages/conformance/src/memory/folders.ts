import type { Call, Collection, Destination, LeftPlace, Place } from '@offramp/core'
import type { FileTree } from './file-tree.ts'
import type { Wire } from './wire.ts'

export interface FolderOptions {
  /**
   * What becomes of folders that were left. Absent: those that are ours and empty go. `stay`: none does. Wrong on purpose, for tests that show what they
   * break: `full` takes those with something in them as well, `any` those that somebody else has made.
   */
  readonly leaves?: 'stay' | 'full' | 'any'
}

interface FoldersOf extends FolderOptions {
  readonly tree: FileTree
  readonly wire: Wire
  readonly encodeName: (name: string) => string
}

/** How folders are made and taken away. */
export const memoryFolders = ({ tree, wire, encodeName, leaves }: FoldersOf): Pick<Destination, 'prepare' | 'retire'> => ({
  prepare: ({ path }, call) => wire('destination.prepare', () => make(tree, path, path.map(encodeName)), call),
  async retire(left, call: Call) {
    const answers: (string | undefined)[] = []
    for (const one of left) answers.push(await wire('destination.retire', () => takeAway(tree, one, leaves), call))
    return answers
  },
})

function make(tree: FileTree, path: Collection['path'], names: readonly string[]): Place {
  const missing = names.map((_, at) => names.slice(0, at + 1).join('/')).filter((one) => tree.folder(one) === undefined)
  const id = names.join('/')
  tree.make(id)
  const made = new Map(missing.map((one) => [one, String(tree.folder(one)?.id)]))
  return { id, name: path.map((part) => part.normalize('NFC')).join(' / '), made }
}

function takeAway(tree: FileTree, { place, made }: LeftPlace, leaves: FolderOptions['leaves']): string | undefined {
  const folder = tree.folder(place)
  if (!folder) return undefined
  if (leaves === 'stay') return 'Nothing is taken away here.'
  if (made !== String(folder.id) && leaves !== 'any') return 'Somebody else has made it.'
  if (!tree.isEmpty(place) && leaves !== 'full') return 'Something is in it.'
  tree.removeFolder(place)
  return undefined
}

import { Fault } from '@offramp/core'
import type { DestinationLab, SourceLab } from '../lab.ts'
import { MemoryDrive, ROOT } from './drive.ts'
import { FileTree } from './file-tree.ts'
import { type MemoryDriveOptions, memoryDrive } from './memory-drive.ts'
import { type MemoryFilesOptions, memoryFiles } from './memory-files.ts'
import { directWire, type Wire } from './wire.ts'

/** A lab over a memory drive. */
export function memoryDriveLab(options: MemoryDriveOptions = {}): SourceLab {
  const drive = new MemoryDrive()
  let named = 0
  return {
    source: memoryDrive(drive, options),
    person: {
      collection: async (name, parent) => drive.addFolder(name, parent),
      add: async (home, body, { modifiedAt }) => drive.add(home, `specimen-${named++}.txt`, body, modifiedAt),
      edit: async (id, body) => drive.edit(id, body),
      move: async (id, parent) => drive.move(id, { parent }),
      remove: async (id) => drive.remove(id),
    },
    peek: async () => drive.files().map(({ id, parent, name }) => ({ id, home: parent, naturalKey: name })),
    forgetCursors: async () => drive.forgetCursors(),
    files: {
      root: ROOT,
      add: async (home, name, body) => drive.add(home, name, body),
      rename: async (id, name) => drive.move(id, { name }),
      moveFolder: async (id, to) => drive.moveFolder(id, to),
      twins: true,
      ...(options.versions === undefined ? {} : { versions: options.versions }),
      again: async () => memoryDrive(drive, options),
    },
    close: async () => undefined,
  }
}

const PART = 1_000

/** A lab over a tree of files. */
export function memoryFilesLab(options: MemoryFilesOptions = {}): DestinationLab {
  const tree = new FileTree()
  let [lose, taken] = [false, 0]
  let breakAt = Number.POSITIVE_INFINITY
  const wire: Wire = async (what, effect, call) => {
    if (what === 'destination.part') {
      if (taken >= breakAt) {
        breakAt = Number.POSITIVE_INFINITY
        throw new Fault({ reach: 'call', code: 'memory-hung-up', message: 'The server hung up.', connection: true })
      }
      taken += PART
    }
    const answer = await directWire(what, effect, call)
    if (!lose || !/put|store|move/.test(what)) return answer
    lose = false
    throw new Fault({ reach: 'call', code: 'memory-answer-lost', message: 'The answer was lost.', connection: true })
  }
  const connect = () => memoryFiles(tree, { part: PART, ...options, wire })
  return {
    destination: connect(),
    again: async () => connect(),
    person: {
      add: async (place, body) => void tree.write(place.id, 'of a person', body),
      flag: async () => undefined,
      edit: async ({ place, locator }, body) => void tree.write(place, locator, body),
      move: async ({ place, locator }, to) => void tree.move([place, locator], [to.id, locator]),
      remove: async ({ place, locator }) => void tree.remove(place, locator),
    },
    peek: async () =>
      tree.folders().flatMap(({ path, files }) =>
        [...files].map(([locator, { body, modifiedAt }]) => ({
          // As `Place.name` has it.
          place: path.split('/').map(decodeName).join(' / '),
          locator,
          body,
          traits: { modifiedAt },
        })),
      ),
    loseNextAnswer: async () => {
      lose = true
    },
    files: {
      add: async (place, name, body) => void tree.write(place.id, name, body),
      changedAt: async ({ id }) => tree.folder(id)?.modifiedAt,
      removeFolder: async ({ id }) => tree.removeFolder(id),
      parts: {
        bytes: 10 * PART,
        breakOff: async (after) => {
          breakAt = taken + after
        },
        taken: async () => taken,
        leftovers: async () => [...tree.uploads.keys()],
      },
      history: async ({ place, locator }) => tree.file(place, locator)?.history.map((body) => Buffer.from(body)) ?? [],
    },
    close: async () => undefined,
  }
}

const decodeName = (name: string): string =>
  name === '%00' ? '' : name.replaceAll('%2E', '.').replaceAll('%2F', '/').replaceAll('%25', '%')

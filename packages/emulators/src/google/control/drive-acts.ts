import type { Random } from '../../generate/random.ts'
import { contentOf, generatedContent } from '../drive/content.ts'
import { type DriveFile, FOLDER, isBlob } from '../drive/file.ts'
import type { DriveStore } from '../drive/store.ts'

/** What a scripted user does in a drive. Choices depend on the seed and on what is there, never on time. */
export type DriveAct =
  | 'add-file'
  | 'edit-file'
  | 'rename-file'
  | 'move-file'
  | 'trash-file'
  | 'move-folder'
  | 'rename-folder'
  | 'edit-document'

interface Scene {
  readonly store: DriveStore
  readonly owner: string
  readonly random: Random
  /** How many acts there were before. */
  readonly turn: number
}

const mine = ({ store, owner }: Scene, fits: (file: DriveFile) => boolean): readonly DriveFile[] =>
  [...store.files.values()].filter((file) => file.owner === owner && !store.isRoot(file.id) && !store.isTrashed(file) && fits(file))

const isFolder = ({ mimeType }: DriveFile): boolean => mimeType === FOLDER

function onAny(scene: Scene, fits: (file: DriveFile) => boolean, act: (file: DriveFile) => void): void {
  const all = mine(scene, fits)
  const file = all[scene.random.between(0, Math.max(0, all.length - 1))]
  if (file) act(file)
}

/** A folder that is not in `moved`, or the top. */
function elsewhere(scene: Scene, moved: DriveFile): string {
  const { store, owner, random } = scene
  const isBelow = (file: DriveFile | undefined): boolean =>
    file !== undefined && (file.id === moved.id || isBelow(store.files.get(file.parents[0] ?? '')))
  const free = mine(scene, (file) => isFolder(file) && !isBelow(file))
  return free[random.between(0, Math.max(0, free.length - 1))]?.id ?? store.rootOf(owner)
}

const ACTS: Readonly<Record<DriveAct, (scene: Scene) => void>> = {
  'add-file': (scene) => {
    const { store, owner, turn } = scene
    const parents = [mine(scene, isFolder)[turn % 5]?.id ?? store.rootOf(owner)]
    store.add({
      name: `Added ${turn}.txt`,
      mimeType: 'text/plain',
      owner,
      parents,
      content: generatedContent(`added ${turn}`, 5_000 + turn),
    })
  },
  'edit-file': (scene) =>
    onAny(scene, isBlob, (file) => scene.store.write(file, contentOf(Buffer.from(`edited ${scene.turn} `.repeat(scene.turn % 90))))),
  'rename-file': (scene) => onAny(scene, isBlob, (file) => scene.store.change(file, { name: `Renamed ${scene.turn}.txt` })),
  'move-file': (scene) => onAny(scene, isBlob, (file) => scene.store.move(file, [elsewhere(scene, file)])),
  'trash-file': (scene) => onAny(scene, isBlob, (file) => scene.store.change(file, { trashed: true })),
  'move-folder': (scene) => onAny(scene, isFolder, (file) => scene.store.move(file, [elsewhere(scene, file)])),
  'rename-folder': (scene) => onAny(scene, isFolder, (file) => scene.store.change(file, { name: `Folder ${scene.turn} renamed` })),
  'edit-document': (scene) =>
    onAny(
      scene,
      ({ mimeType }) => mimeType.endsWith('.document'),
      (file) => scene.store.say(file, `edited ${scene.turn}`),
    ),
}

export const isDriveAct = (act: string): act is DriveAct => Object.hasOwn(ACTS, act)

/** One act of a scripted user in a drive. */
export const playInDrive = (act: DriveAct, scene: Scene): void => ACTS[act](scene)

import { randomFrom } from '../../generate/random.ts'
import type { FilesSeed } from '../options.ts'
import { generatedContent } from './content.ts'
import { FOLDER } from './file.ts'
import type { DriveStore, NewFile } from './store.ts'

/** Whose files are made. */
export interface Spot {
  readonly root: string
  readonly owner: string | undefined
  readonly driveId: string | undefined
  readonly seed: number
}

const ENDINGS: readonly (readonly [string, string])[] = [
  ['pdf', 'application/pdf'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['jpg', 'image/jpeg'],
  ['txt', 'text/plain'],
  ['json', 'application/json'],
]
const WORDS = ['Report', 'Offer', 'Minutes', 'Photo', 'Plan', 'Übersicht', 'Facture', 'Draft', 'List', 'Notes'] as const
const DOCUMENTS = ['document', 'spreadsheet', 'presentation', 'drawing'] as const
const DAY = 86_400_000

const sizes = (bytes: FilesSeed['bytes'] = 'usual'): readonly [number, number] => {
  if (bytes === 'tiny') return [0, 60]
  return bytes === 'usual' ? [1_000, 100_000] : [bytes.from, bytes.to]
}

/** A tree that the seed decides; bytes are made when somebody reads them. */
export function generateTree(store: DriveStore, wish: FilesSeed, spot: Spot): void {
  const { files = 0, documents = 0 } = wish
  const random = randomFrom(spot.seed, 'tree', spot.root)
  const own: Pick<NewFile, 'owner' | 'driveId'> = { owner: spot.owner, driveId: spot.driveId }
  const folders = [spot.root]
  const dated = (n: number) => ({ createdAt: Date.UTC(2018, 0, 1) + n * 7_000_001, modifiedAt: Date.UTC(2024, 0, 1) + (n % 700) * DAY + n })
  const count = wish.folders ?? (files + documents === 0 ? 0 : Math.max(1, Math.floor(files / 10)))
  for (let n = 0; n < count; n++) {
    const parent = folders[random.between(0, folders.length - 1)] ?? spot.root
    const made = store.add({ ...own, ...dated(n), name: `Folder ${n}`, mimeType: FOLDER, parents: [parent] })
    folders.push(made.id)
  }
  const [from, to] = sizes(wish.bytes)
  for (let n = 0; n < files; n++) {
    const [ending, mimeType] = ENDINGS[random.between(0, ENDINGS.length - 1)] ?? ['txt', 'text/plain']
    const parents = [folders[random.between(0, folders.length - 1)] ?? spot.root]
    const content = generatedContent(`${spot.seed}/${spot.root}/${n}`, random.between(from, to))
    store.add({ ...own, ...dated(n), name: `${random.pick(WORDS)} ${n}.${ending}`, mimeType, parents, content })
  }
  for (let n = 0; n < documents; n++) {
    const type = DOCUMENTS[n % DOCUMENTS.length] ?? 'document'
    const parents = [folders[random.between(0, folders.length - 1)] ?? spot.root]
    const text = `${random.pick(WORDS)} number ${n}\nsecond line, with two cells`
    store.add({ ...own, ...dated(n), name: `${random.pick(WORDS)} ${n}`, mimeType: `application/vnd.google-apps.${type}`, parents, text })
  }
}

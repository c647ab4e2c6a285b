import { type Random, randomFrom } from '../../generate/random.ts'
import type { Drive, DriveItem } from './drive.ts'
import type { DriveSeed, FileFacts } from './options.ts'

const FOLDERS = [
  'Projects',
  'Invoices',
  'Contracts',
  'Photos',
  'Customers',
  'Archive',
  'Templates',
  'Offers',
  'Personal',
  'Sölden 2024',
  'R&D',
] as const
const WORDS = [
  'Plan',
  'Report',
  'Budget',
  'Notes',
  'Protokoll',
  'Angebot',
  'Rechnung',
  'Übersicht',
  'Draft',
  'Image',
  'Minutes',
  'Roadmap',
] as const
const ENDINGS = ['pdf', 'docx', 'xlsx', 'pptx', 'jpg', 'png', 'txt', 'md', 'csv', 'zip', 'heic'] as const

/** Office files, and live photos, are rewritten on their way out. */
const LIARS: ReadonlySet<string> = new Set(['docx', 'xlsx', 'pptx', 'heic'])

/** A tree as people make it. Costs some microseconds a file: no byte is made before somebody asks for it. */
export function generateTree(drive: Drive, seed: DriveSeed, key: string): void {
  const { files = 0, sizes = [1_000, 100_000], perFolder = 40 } = seed
  const random = randomFrom(key, 'tree')
  const folders: DriveItem[] = []
  for (let number = 0; number < files; number++) {
    if (number % perFolder === 0) folders.push(addFolder(drive, folders, random))
    const parent = folders.at(-1) ?? drive.root
    const ending = random.pick(ENDINGS)
    const name = `${random.pick(WORDS)} ${random.pick(WORDS)} ${number + 1}.${ending}`
    const size = random.between(...sizes)
    const item = drive.add({
      sort: 'file',
      name,
      parent,
      content: { seed: `${key}/${number}`, size },
      facts: factsOf(seed, ending, random),
    })
    for (let version = 0; version < (seed.versions ?? 0); version++) {
      drive.edit(item, { seed: `${key}/${number}/${version}`, size: random.between(...sizes) }, item.modifiedAt + 86_400_000)
    }
  }
}

function factsOf(seed: DriveSeed, ending: string, random: Random): FileFacts {
  const createdAt = Date.UTC(2019, 0, 1) + random.between(0, 2_000) * 86_400_000 + random.between(0, 86_399) * 1000
  const modifiedAt = createdAt + random.between(0, 400) * 3_600_000
  const lies = seed.lies !== false && LIARS.has(ending) && random.chance(0.3)
  return { createdAt, modifiedAt, ...(lies ? { lie: random.between(-900, 900) } : {}) }
}

function addFolder(drive: Drive, folders: readonly DriveItem[], random: Random): DriveItem {
  const isDeep = folders.length > 0 && random.chance(0.7)
  const parent = (isDeep ? folders[random.between(0, folders.length - 1)] : undefined) ?? drive.root
  const at = Date.UTC(2020, 0, 1) + random.between(0, 1_500) * 86_400_000
  return drive.add({
    sort: 'folder',
    name: `${random.pick(FOLDERS)} ${folders.length + 1}`,
    parent,
    facts: { createdAt: at, modifiedAt: at },
  })
}

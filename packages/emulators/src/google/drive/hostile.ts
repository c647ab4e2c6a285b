import { contentOf } from './content.ts'
import { FOLDER, SHORTCUT } from './file.ts'
import type { Spot } from './generate.ts'
import type { DriveStore, NewFile } from './store.ts'

/** Names of which each has broken something (failures, section 5, item 16). */
export const HOSTILE_NAMES: readonly string[] = [
  'CON',
  'a.',
  'a ',
  ' a',
  'A.txt',
  'a.txt',
  ':*?"<>|',
  '%2F',
  '..',
  '.',
  'x/y\\z.txt',
  'n'.repeat(255),
  `${'ü'.repeat(200)}.txt`,
  'M\u00e4rz.txt',
  'Ma\u0308rz.txt',
  'SQ-0.5%BF-150',
  'new\nline\ttab.txt',
  '\u202Egpj.exe',
  '.htaccess',
  '=HYPERLINK("http://x")',
  '<script>alert(1)</script>',
  '\u0001control.txt',
  '👩‍👩‍👧.txt',
]

const AT = Date.UTC(2021, 2, 4, 5, 6, 7)
const APPS = 'application/vnd.google-apps.'

/** One of everything that has ever gone wrong. */
export function seedHostile(store: DriveStore, spot: Spot): void {
  const own: Pick<NewFile, 'owner' | 'driveId' | 'modifiedAt'> = { owner: spot.owner, driveId: spot.driveId, modifiedAt: AT }
  const folder = (name: string, parent = spot.root): string => store.add({ ...own, name, mimeType: FOLDER, parents: [parent] }).id
  const text = (name: string, parents: readonly string[], more: Partial<NewFile> = {}) =>
    store.add({ ...own, name, mimeType: 'text/plain', parents, content: contentOf(Buffer.from(`${name} ${parents[0] ?? ''}`)), ...more })
  const native = (name: string, type: string, more: Partial<NewFile> = {}) =>
    store.add({ ...own, name, mimeType: `${APPS}${type}`, parents: [spot.root], text: name, ...more })

  const names = folder('names / of \\ every sort')
  for (const name of HOSTILE_NAMES) text(name, [names])
  const [one, two] = [folder('Twins'), folder('Twins')]
  for (const parent of [one, one, two]) text('same.txt', [parent])
  text('same.txt', [one], { content: contentOf(Buffer.from('other bytes')) })
  let deep = spot.root
  for (let n = 0; n < 12; n++) deep = folder(`${n} ${'d'.repeat(30)}`, deep)
  text('at the bottom.txt', [deep])
  folder('empty')
  text('empty.bin', [spot.root], { content: contentOf(Buffer.alloc(0)) })
  text('old.bin', [spot.root], { old: true })
  text('evil.exe', [spot.root], { abusive: true })
  text('locked.pdf', [spot.root], { undownloadable: true })
  text('encrypted.bin', [spot.root], { encrypted: true })
  text('described.txt', [spot.root], { description: 'What this is', starred: true })
  text('in the bin.txt', [spot.root], { trashed: true })
  if (spot.owner !== undefined) {
    text('orphan.txt', [])
    text('stray.txt', ['1SomebodyElsesFolderXXXXXXXXXXXX'])
    // Of before 2020.
    text('in two places.txt', [one, two])
  }
  const loop = folder('loop')
  store.add({ ...own, name: 'up again', mimeType: SHORTCUT, parents: [loop], target: loop, text: FOLDER })
  store.add({ ...own, name: 'dangling', mimeType: SHORTCUT, parents: [loop], target: '1GoneXXXXXXXXXXXXXXXXXXXXXXXXXXX' })
  const bin = store.add({ ...own, name: 'thrown away', mimeType: FOLDER, parents: [spot.root], trashed: true })
  text('with its folder.txt', [bin.id])
  native('Report.docx', 'document')
  native('Report.odt', 'document')
  native('Sums', 'spreadsheet')
  native('Talk', 'presentation')
  native('Sketch', 'drawing')
  native('Macro', 'script')
  native('Film', 'vid')
  native('Forty megabytes', 'presentation', { exportBytes: 12 * 2 ** 20 })
  native('Without a link', 'document', { exportBytes: 11 * 2 ** 20, unlinked: true })
  for (const type of ['form', 'site', 'map', 'fusiontable', 'drive-sdk.123']) native(`A ${type}`, type)
}

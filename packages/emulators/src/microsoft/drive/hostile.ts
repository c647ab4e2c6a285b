import type { Content } from './content.ts'
import type { Drive, DriveItem } from './drive.ts'

/** Names that a drive takes and something else does not. */
export const HOSTILE_NAMES: readonly string[] = [
  'CON',
  'nul.txt',
  'a.',
  'A.txt',
  'a.txt',
  '100% sure.txt',
  'SQ-0.5%BF-150.csv',
  '%2F.txt',
  '..hidden',
  '.htaccess',
  'upload.part',
  'März.txt'.normalize('NFC'),
  'März.txt'.normalize('NFD'),
  'emoji 🧾 rechnung.pdf',
  "über & unter #1 (Kopie) [final]+v2;=,@!$'`^~.txt",
  'スケジュール'.repeat(30),
  `${'x'.repeat(240)}.txt`,
  'مرحبا.txt',
  'tab\u200bzero-width.txt',
]

/** Names that have broken migrations before, folders that are empty or deep, and one of each thing that nobody can copy. */
export function seedHostile(drive: Drive, key: string): void {
  const folder = drive.add({ sort: 'folder', name: 'Hostile 100%', parent: drive.root })
  for (const [number, name] of HOSTILE_NAMES.entries()) {
    drive.add({ sort: 'file', name, parent: folder, content: { seed: `${key}/hostile/${number}`, size: 100 + number } })
  }
  drive.add({ sort: 'folder', name: 'Empty', parent: drive.root })
  drive.add({ sort: 'folder', name: 'Empty too', parent: folder })
  let deep = folder
  for (let level = 1; level <= 12; level++) deep = drive.add({ sort: 'folder', name: `level ${level} of many`, parent: deep })
  drive.add({ sort: 'file', name: 'at the bottom.txt', parent: deep, content: text('deep') })
  seedOdd(drive, drive.add({ sort: 'folder', name: 'Odd', parent: drive.root }), key)
}

const text = (words: string): Content => ({ bytes: Buffer.from(words) })

function seedOdd(drive: Drive, parent: DriveItem, key: string): void {
  const add = (name: string, content: Content, facts: DriveItem['facts'] = {}) => drive.add({ sort: 'file', name, parent, content, facts })
  add('nothing.txt', text(''))
  add('virus.com', text('X5O!P%@AP[4'), { malware: true })
  add('long ago.zip', { seed: `${key}/archived`, size: 5_000 }, { archived: true })
  add('no hash.bin', { seed: `${key}/no-hash`, size: 70_000 }, { noHash: true })
  add('page.html', text('<!DOCTYPE html><html><body>A file that is a page.</body></html>'))
  add('old.txt', text('from before there were computers'), { modifiedAt: Date.UTC(1969, 6, 20), createdAt: Date.UTC(1969, 6, 16) })
  add('Rewritten.docx', { seed: `${key}/docx`, size: 19_340 }, { lie: -2_207 })
  add('Live.heic', { seed: `${key}/heic`, size: 40_000 }, { lie: 12_345 })
  const notebook = drive.add({ sort: 'package', name: 'Notebook', parent })
  drive.add({ sort: 'file', name: 'Section.one', parent: notebook, content: { seed: `${key}/one`, size: 4_321 } })
  drive.add({ sort: 'package', name: 'Empty notebook', parent })
  drive.add({
    sort: 'remote',
    name: 'Shared folder',
    parent,
    target: { webUrl: 'https://contoso.sharepoint.com/sites/other/Shared%20Documents', isFolder: true },
  })
  drive.add({
    sort: 'remote',
    name: 'Shared file.docx',
    parent,
    target: { webUrl: 'https://contoso.sharepoint.com/sites/other/Shared%20Documents/a.docx', isFolder: false },
  })
}

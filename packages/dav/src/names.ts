import { createHash } from 'node:crypto'
import type { Collection, Kind } from '@offramp/core'
import { NAME_CHARACTERS, NEXTCLOUD_CHARACTERS } from './limits.ts'

const mark = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length)

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

const WORDS: Readonly<Record<string, string>> = { event: 'Calendar', task: 'Tasks', contact: 'Contacts' }

/** What people see. Names of several parts are joined; what no screen can show is a space. */
export function displayName(collection: Collection, kind: Kind): string {
  const parts = collection.path.map((part) => part.normalize('NFC').replace(CONTROL, ' ').trim()).filter((part) => part !== '')
  const whole = parts.join(' / ')
  if (whole === '') return WORDS[kind] ?? kind
  const letters = [...whole]
  return letters.length <= NAME_CHARACTERS ? whole : `${letters.slice(0, NAME_CHARACTERS - 8).join('')}… ${mark(whole, 6)}`
}

/** As much of it as servers keep. */
export function shortDescription({ description }: Collection): string | undefined {
  const letters = [...(description ?? '')]
  return letters.length <= NEXTCLOUD_CHARACTERS ? description : `${letters.slice(0, NEXTCLOUD_CHARACTERS - 1).join('')}…`
}

/** The same, told apart from another collection of that name; the same in every process. */
export const markedName = (collection: Collection, kind: Kind): string => `${displayName(collection, kind)} (${mark(collection.id, 4)})`

const printOf = ({ id }: Collection, kind: Kind): string => mark(`${kind}\0${id}`, 12)

/** Whether it is this collection's, under whatever name it was made. */
export const isSlugOf = (slug: string, collection: Collection, kind: Kind): boolean =>
  new RegExp(`^[a-z0-9-]+-${printOf(collection, kind)}(?:-[2-5])?$`).test(slug)

/**
 * The last part of the address, of letters, digits and hyphens only: it says what it is, and the print of the source's own id makes it this
 * collection's alone, through renames and in every process. A person's own calendar is never called so.
 */
export function slugOf(collection: Collection, kind: Kind): string {
  const words = (collection.path.at(-1) ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 24)
  return `${words === '' ? kind : words}-${printOf(collection, kind)}`
}

/** Where an earlier one of that name lies in the server's trash bin, its address is taken for a month (Nextcloud: 405). */
export const slugs = (collection: Collection, kind: Kind): readonly string[] => {
  const first = slugOf(collection, kind)
  return [first, ...[2, 3, 4, 5].map((n) => `${first}-${n}`)]
}

/**
 * Name of an object: UIDs of Exchange are longer than file names may be, and hold slashes, which Nextcloud does not find again (`%2F`: 404). The
 * same UID has the same name, so that writing it twice is writing it once.
 */
export const objectName = (uid: string, kind: Kind): string => `${mark(uid, 40)}${kind === 'contact' ? '.vcf' : '.ics'}`

/** A name that is safe in a folder of files, and tells its content. */
export function fileName(name: string, bytes: Uint8Array): string {
  const clean = name
    .normalize('NFC')
    .replace(CONTROL, ' ')
    .replace(/[\\/:*?"<>|]/g, '_')
    .trim()
    .replace(/^\.+/, '_')
  const end = /\.[a-z0-9]{1,10}$/i.exec(clean)?.[0] ?? ''
  const stem = clean.slice(0, clean.length - end.length)
  const print = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  // Nextcloud writes `.part` for ever as locked, and names above some 220 bytes not at all.
  return `${[...(stem === '' ? 'attachment' : stem)].slice(0, 40).join('')} (${print})${end.toLowerCase() === '.part' ? '.part_' : end}`
}

import type { Call } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'
import { listFolder } from './stat.ts'

/**
 * What has been begun for an item, noted beside its uploads: names of empty files in a folder of the account's space for uploads that is called after the
 * item alone, so that it is found without listing that space. Nextcloud 34.0.1 answers such a listing with 405, where 29.0.1 and 32.0.1 give it.
 */
export interface Note {
  /** The state of the item whose upload it speaks of. */
  readonly state: string
  /** When a process asked for it to be put together, milliseconds since the Unix epoch. Undefined: it was opened. */
  readonly asked?: number
}

export interface OfItem {
  /** A print of the item's id. */
  readonly item: string
}

export const uploadHref = ({ server }: FilesDesk, name: string): string => `${server.uploads ?? ''}${name}`

const bookHref = (desk: FilesDesk, { item }: OfItem): string => uploadHref(desk, `offramp-${item}`)

/** Digits alone: a server may come to take nothing else in an upload. 20 of the state, 10 of the second. */
const nameOf = ({ state, asked = 0 }: Note): string =>
  BigInt(`0x${state}`).toString().padStart(20, '0') + String(Math.floor(asked / 1000)).padStart(10, '0')

function noteOf(name: string): Note | undefined {
  const [, state = '', seconds = ''] = /^(\d{20})(\d{10})$/.exec(name) ?? []
  if (state === '') return undefined
  const asked = Number(seconds) * 1000
  return { state: BigInt(state).toString(16).padStart(16, '0'), ...(asked === 0 ? {} : { asked }) }
}

const noteHref = (desk: FilesDesk, of: OfItem, note: Note): string => `${bookHref(desk, of)}/${nameOf(note)}`

export async function notesOf(desk: FilesDesk, of: OfItem, call: Call): Promise<readonly Note[]> {
  const notes: Note[] = []
  const take = ({ name }: { readonly name: string }): void => {
    const note = noteOf(name)
    if (note) notes.push(note)
  }
  await listFolder(desk, `${bookHref(desk, of)}/`, take, call)
  return notes
}

export const makeNotes = (desk: FilesDesk, of: OfItem, call: Call): Promise<void> => makeFolder(desk, bookHref(desk, of), {}, call)

export async function writeNote(desk: FilesDesk, of: OfItem, note: Note, call: Call): Promise<void> {
  const put = () =>
    desk.client.send(
      { method: 'PUT', href: noteHref(desk, of, note), asks: 'upload', body: new Uint8Array(), headers: { 'content-length': '0' } },
      call,
    )
  try {
    await put()
  } catch (thrown) {
    // An upload has taken more than a day, after which servers clear away what nothing was added to.
    if (!isRefusal(thrown, 404, 409)) throw thrown
    await makeNotes(desk, of, call)
    await put()
  }
}

export const dropNote = (desk: FilesDesk, of: OfItem, note: Note, call: Call): Promise<void> => remove(desk, noteHref(desk, of, note), call)

/** All of them. */
export const dropNotes = (desk: FilesDesk, of: OfItem, call: Call): Promise<void> => remove(desk, bookHref(desk, of), call)

export async function makeFolder(
  { client }: FilesDesk,
  href: string,
  headers: Readonly<Record<string, string>>,
  call: Call,
): Promise<void> {
  try {
    await client.send({ method: 'MKCOL', href, asks: 'folder', headers }, call)
  } catch (thrown) {
    if (!isRefusal(thrown, 405)) throw thrown
  }
}

/** Gone is gone; what cannot be removed now, the server removes itself after a day. */
export async function remove({ client }: FilesDesk, href: string, call: Call): Promise<void> {
  await client.send({ method: 'DELETE', href, asks: 'remove' }, call).catch((thrown: unknown) => {
    if (!isRefusal(thrown) || thrown.reach === 'account') throw thrown
  })
}

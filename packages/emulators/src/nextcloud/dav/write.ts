import { updateBirthday } from '../contacts/birthdays.ts'
import type { CloudState } from '../serve/state.ts'
import type { DavCollection } from './collection.ts'
import type { Stored, Writer } from './shelf.ts'

export interface NewStored {
  readonly name: string
  readonly bytes: Buffer
  readonly uid: string
  readonly component: string
}

const userOf = (writer: Writer, owner: string): string => (writer.by === 'server' ? owner : writer.user)

const pathOf = ({ kind, uri }: DavCollection, name: string): string =>
  `${kind === 'calendar' ? 'calendars' : 'addressbooks'}/${uri}/${name}`

/** Puts an object onto its shelf, and notes who did. */
export function keep(state: CloudState, collection: DavCollection, facts: NewStored, writer: Writer): Stored {
  const isNew = collection.shelf.get(facts.name) === undefined
  const stored = collection.shelf.put({ ...facts, modified: state.now(), writer })
  state.writes.push({
    at: state.now(),
    by: writer.by,
    user: userOf(writer, collection.owner),
    home: collection.owner,
    path: pathOf(collection, facts.name),
    action: isNew ? 'create' : 'update',
  })
  if (collection.kind === 'book') updateBirthday(state, collection, { name: facts.name, bytes: facts.bytes })
  return stored
}

/** Takes an object from its shelf, and notes who did. */
export function discard(state: CloudState, collection: DavCollection, name: string, writer: Writer): void {
  if (!collection.shelf.remove(name)) return
  state.writes.push({
    at: state.now(),
    by: writer.by,
    user: userOf(writer, collection.owner),
    home: collection.owner,
    path: pathOf(collection, name),
    action: 'delete',
  })
  if (collection.kind === 'book') updateBirthday(state, collection, { name })
}

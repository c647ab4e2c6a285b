import { Violations } from '../../serve/violations.ts'
import { type DavCollection, DISPLAY_NAME } from '../dav/collection.ts'
import { ROOT } from '../dav/paths.ts'
import { answerDav } from '../dav/route.ts'
import type { Stored } from '../dav/shelf.ts'
import { readAll } from '../files/blob.ts'
import { below, pathOf } from '../files/node.ts'
import { DavError } from '../serve/errors.ts'
import { Manners } from '../serve/manners.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { readXml } from '../xml/read.ts'
import type { CollectionTruth, StoredTruth, UserControl } from './cloud-control.ts'
import { fileDesk } from './file-desk.ts'

/** One user of a Nextcloud in this process. */
export function userDesk(state: CloudState, id: string): UserControl {
  const user = state.users.get(id)
  if (!user) throw new Error(`There is no user "${id}" in the emulated Nextcloud.`)
  return {
    credentials: async () => ({ user: id, password: user.password, appPassword: [...user.appPasswords.keys()].at(-1) ?? user.password }),
    collections: async () => [...user.calendars, ...user.books].map(collectionTruth),
    stored: async (below = '') => everythingOf(user).filter(({ path }) => path.startsWith(below)),
    write: async (path, text) => person(state, user, { method: 'PUT', path, text }),
    move: async (path, to) => person(state, user, { method: 'MOVE', path, to }),
    remove: async (path) => person(state, user, { method: 'DELETE', path }),
    disable: async (disabled) => {
      user.disabled = disabled
    },
    quota: async (bytes) => {
      user.quota = bytes < 0 ? Number.POSITIVE_INFINITY : bytes
    },
    revoke: async () => user.appPasswords.clear(),
    files: fileDesk(state, user),
  }
}

/** What XML says in a text without elements. */
const plainText = (xml: string): string => readXml(`<x>${xml}</x>`).text

const collectionTruth = (collection: DavCollection): CollectionTruth => ({
  uri: collection.uri,
  kind: collection.kind,
  displayName: plainText(collection.properties.get(DISPLAY_NAME) ?? ''),
  components: collection.components,
  properties: Object.fromEntries(collection.properties),
  shares: Object.fromEntries(collection.shares),
  deleted: collection.deletedAt !== undefined,
  objects: collection.shelf.size,
})

function truth(path: string, stored: Stored): StoredTruth {
  const { uid, component, etag, writer, writes } = stored
  return { path, uid, component, etag, by: writer.by, writer: 'user' in writer ? writer.user : '', writes, text: stored.bytes.toString() }
}

function everythingOf(user: CloudUser): readonly StoredTruth[] {
  const inCollection = (collection: DavCollection): readonly StoredTruth[] => [
    ...collection.shelf
      .all()
      .map((stored) => truth(`${collection.kind === 'calendar' ? 'calendars' : 'addressbooks'}/${collection.uri}/${stored.name}`, stored)),
    ...[...collection.trash.values()].map(({ stored }) => truth(`trash/${collection.uri}/${stored.name}`, stored)),
  ]
  return [
    ...[...user.calendars, ...user.books].flatMap(inCollection),
    ...user.inbox.all().map((stored) => truth(`inbox/${stored.name}`, stored)),
    ...filesIn(user),
  ]
}

/** Files as text, for the few that calendars attach: `files()` is for trees. */
function filesIn(user: CloudUser): readonly StoredTruth[] {
  return [...below(user.files.root)].flatMap((node): readonly StoredTruth[] => {
    if (node.kind === 'folder') return []
    const path = ['files', ...pathOf(node)].join('/')
    const text = node.blob.size > MOST_TEXT ? '' : readAll(node.blob).toString()
    return [{ path, uid: String(node.id), component: 'FILE', etag: node.etag, by: 'client', writer: user.id, writes: 1, text }]
  })
}

/** Larger files have no text here. */
const MOST_TEXT = 1024 * 1024

/** `calendars/personal/a.ics` as the server has it: below the user's own home. */
function segmentsFor(user: CloudUser, path: string): readonly string[] {
  const [first = '', ...rest] = path.split('/')
  if (first === 'addressbooks') return ['addressbooks', 'users', user.id, ...rest]
  if (first === 'calendars' || first === 'files') return [first, user.id, ...rest]
  throw new Error(`A person writes below calendars/, addressbooks/ or files/, not to "${path}".`)
}

interface PersonalAct {
  readonly method: string
  readonly path: string
  readonly text?: string
  /** Where it is moved to. */
  readonly to?: string
}

const hrefOf = (segments: readonly string[]): string => `${ROOT}${segments.map(encodeURIComponent).join('/')}`

/** A person's own PUT, MOVE or DELETE: as any client's, but without what is only asked of a migration. */
function person(state: CloudState, viewer: CloudUser, { method, path, text = '', to }: PersonalAct): void {
  const segments = segmentsFor(viewer, path)
  const body = Buffer.from(text)
  const destination = to === undefined ? {} : { destination: hrefOf(segmentsFor(viewer, to)), overwrite: 'F' }
  const violations = new Violations()
  const manners = new Manners({ violations, limits: state.limits, now: state.now })
  try {
    answerDav({
      state: { ...state, violations, manners },
      viewer,
      by: 'person',
      method,
      path: hrefOf(segments),
      segments,
      headers: { 'content-length': String(body.length), ...destination },
      body,
      query: new URLSearchParams(),
    })
  } catch (error) {
    if (error instanceof DavError)
      throw new Error(`The emulated Nextcloud refused ${method} ${path} with ${error.status}: ${error.message}`)
    throw error
  }
}

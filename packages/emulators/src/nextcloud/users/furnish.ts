import { type DavCollection, named, newCollection } from '../dav/collection.ts'
import { EMPTY, zeros } from '../files/blob.ts'
import { newFile, newFolder, rootOf } from '../files/node.ts'
import { attach } from '../files/tree.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from './user.ts'

/** What a user is given by the first login with a password. */
export function furnished(user: CloudUser, nextId: () => number): CloudUser {
  const owner = user.id
  user.calendars.push(newCollection({ id: nextId(), kind: 'calendar', uri: 'personal', owner, properties: named('Personal') }))
  user.books.push(newCollection({ id: nextId(), kind: 'book', uri: 'contacts', owner, properties: named('Contacts') }))
  return user
}

/** Example files with their sizes: 11 MB in all, as measured (facts 4.7). */
const EXAMPLES: readonly (readonly [path: string, bytes: number])[] = [
  ['Documents/Example.md', 1_095],
  ['Documents/Nextcloud flyer.pdf', 1_083_339],
  ['Documents/Readme.md', 136],
  ['Documents/Welcome to Nextcloud Hub.docx', 24_295],
  ['Photos/Birdie.jpg', 593_508],
  ['Photos/Frog.jpg', 457_744],
  ['Photos/Gorilla.jpg', 474_653],
  ['Photos/Library.jpg', 2_170_375],
  ['Photos/Nextcloud community.jpg', 797_325],
  ['Photos/Readme.md', 150],
  ['Photos/Steps.jpg', 567_689],
  ['Photos/Toucan.jpg', 167_989],
  ['Photos/Vineyard.jpg', 427_030],
  ['Templates/Diagram & table.ods', 13_378],
  ['Templates/Elegant.odp', 14_316],
  ['Templates/Letter.odt', 15_961],
  ['Nextcloud intro.mp4', 3_963_036],
  ['Nextcloud Manual.pdf', 593_000],
  ['Nextcloud.png', 50_598],
  ['Reasons to use Nextcloud.pdf', 976_625],
  ['Templates credits.md', 2_403],
]

/** Programs ask for it, and whoever has no calendar for events yet is given one by that (seen with 32.0.1). */
export function defaultCalendar({ nextId, now }: CloudState, { id: owner, calendars }: CloudUser): DavCollection {
  const standing = calendars.filter(
    ({ deletedAt, birthdays, components }) => deletedAt === undefined && !birthdays && components.includes('VEVENT'),
  )
  const there = standing.find(({ uri }) => uri === 'personal') ?? standing[0]
  if (there) return there
  const aside = calendars.findIndex(({ uri }) => uri === 'personal')
  const deleted = calendars[aside]
  // It makes room, and can still be restored.
  if (deleted) calendars[aside] = { ...deleted, uri: `personal-back-${Math.floor(now() / 1000)}` }
  const components = ['VEVENT', 'VTODO', 'VJOURNAL']
  const made = newCollection({ id: nextId(), kind: 'calendar', uri: 'personal', owner, components, properties: named('Personal') })
  calendars.push(made)
  return made
}

/**
 * The first login: whoever has been made by an administrator finds a calendar, an address book, and example files, unless `skeletondirectory` is
 * empty. Who comes with an app password finds none of it, then or later (seen with 32.0.1, and read in 29's Session.php).
 */
export function welcome({ settings, now, nextId }: CloudState, user: CloudUser, byPassword: boolean): void {
  if (!user.isNew) return
  user.isNew = false
  if (!byPassword) return
  furnished(user, nextId)
  if (settings.skeleton === 'no') return
  const modified = Math.floor(now() / 1000)
  for (const [path, bytes] of EXAMPLES) {
    const [name = '', folder] = path.split('/').reverse()
    let parent = user.files.root
    if (folder !== undefined) {
      const there = parent.entries.get(folder)
      const made = there?.kind === 'folder' ? there : newFolder(folder, modified)
      if (made !== there) attach(parent, made)
      parent = made
    }
    const blob = bytes === 0 ? EMPTY : zeros(bytes)
    attach(parent, newFile(name, { modified, blob, type: 'application/octet-stream' }))
  }
}

/** Somebody goes, and what they have shared with them. */
export function dropUser(state: CloudState, id: string): void {
  const user = state.users.get(id)
  state.users.delete(id)
  for (const share of state.shares.values())
    if (share.by === id || (share.kind === 'user' && share.to === id) || (user && rootOf(share.node) === user.files.root))
      state.shares.delete(share.id)
}

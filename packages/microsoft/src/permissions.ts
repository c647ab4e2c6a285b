import type { Finding, Kind } from '@offramp/core'

/** A permission, and those that include it. https://learn.microsoft.com/graph/permissions-reference */
interface Needed {
  readonly name: string
  readonly includedIn: readonly string[]
  readonly without: string
  readonly level: 'error' | 'warning'
  /** Exchange can grant it for some mailboxes only, and a token does not show that. */
  readonly scoped: boolean
  /** Only where this kind moves. Absent: always. */
  readonly kind?: Kind
}

const NEEDED: readonly Needed[] = [
  {
    name: 'User.Read.All',
    includedIn: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    without: 'Without it the users of the tenant and their addresses cannot be listed.',
    level: 'error',
    scoped: false,
  },
  {
    name: 'Mail.Read',
    includedIn: ['Mail.ReadWrite'],
    without: 'Without it no message can be read.',
    level: 'error',
    scoped: true,
    kind: 'mail',
  },
  {
    name: 'Calendars.Read',
    includedIn: ['Calendars.ReadWrite'],
    without: 'Without it no calendar can be read.',
    level: 'error',
    scoped: true,
    kind: 'event',
  },
  {
    name: 'Contacts.Read',
    includedIn: ['Contacts.ReadWrite'],
    without: 'Without it no contact can be read.',
    level: 'error',
    scoped: true,
    kind: 'contact',
  },
  {
    // Exchange has no role for it: it is granted for the whole tenant or not at all.
    name: 'Tasks.Read.All',
    includedIn: ['Tasks.ReadWrite.All'],
    without: 'Without it no task of To Do can be read.',
    level: 'error',
    scoped: false,
    kind: 'task',
  },
  {
    name: 'Files.Read.All',
    includedIn: ['Files.ReadWrite.All', 'Sites.Read.All', 'Sites.ReadWrite.All', 'Sites.FullControl.All', 'Sites.Selected'],
    without: 'Without it no file can be read.',
    level: 'error',
    scoped: false,
    kind: 'file',
  },
  {
    name: 'Sites.Read.All',
    includedIn: ['Sites.ReadWrite.All', 'Sites.FullControl.All', 'Sites.Selected'],
    without: 'Without it team sites cannot be listed, and only OneDrives can be moved.',
    level: 'warning',
    scoped: false,
    kind: 'file',
  },
  {
    name: 'MailboxSettings.Read',
    includedIn: ['MailboxSettings.ReadWrite'],
    without:
      'Without it shared mailboxes and rooms cannot be told from people, rules and automatic replies cannot be exported, and the time zone of events and tasks that say none is not known.',
    level: 'warning',
    scoped: true,
  },
]

/** Write permissions of a kind that a migration must not have in its hands. */
const TOO_MUCH = /\.(ReadWrite(\.All)?|Send|FullControl\.All|Manage\.All)$|^full_access_as_app$/

const CONSENT = 'App registrations, API permissions, Add a permission, Microsoft Graph, Application permissions; then Grant admin consent.'

/** Which of the asked kinds could be read of some mailbox. */
interface Opened {
  readonly mailboxes: number
  readonly kinds: ReadonlySet<Kind>
}

/** What the token holds against what the asked kinds need. */
export function* permissions(roles: readonly string[], asked: readonly Kind[], opened: Opened): Generator<Finding> {
  if (roles.length === 0 && opened.kinds.size === 0) {
    const says = 'The token holds no permission at all: nobody has consented to any, or consent is younger than the token.'
    yield { level: 'error', about: 'permissions', says, remedy: CONSENT }
  }
  for (const needed of NEEDED) if (needed.kind === undefined || asked.includes(needed.kind)) yield findingOf(needed, roles, opened)
  for (const role of roles.filter((each) => TOO_MUCH.test(each))) {
    const says = 'The app may write, and a migration only reads here.'
    yield {
      level: 'warning',
      about: `permission ${role}`,
      says,
      remedy: 'Remove it in App registrations, API permissions, and in Enterprise applications, Permissions.',
    }
  }
}

function findingOf({ name, includedIn, without, level, scoped, kind }: Needed, roles: readonly string[], opened: Opened): Finding {
  const about = `permission ${name}`
  const wider = includedIn.find((each) => roles.includes(each))
  const isOpen = kind === undefined ? opened.kinds.size > 0 : opened.kinds.has(kind)
  if (roles.includes(name)) return { level: 'ok', about, says: 'Granted for the whole tenant.' }
  if (wider !== undefined) return { level: 'ok', about, says: `Contained in ${wider}.` }
  if (scoped && isOpen)
    return { level: 'ok', about, says: 'Not in the token, and yet mailboxes open: granted in Exchange (RBAC for Applications).' }
  if (scoped && opened.mailboxes === 0) {
    return {
      level: 'warning',
      about,
      says: `Not in the token. ${without} It may be granted in Exchange, which shows with the first mailbox.`,
    }
  }
  return { level, about, says: `Missing. ${without}`, remedy: CONSENT }
}

const EVERYBODYS: readonly (readonly [string, string])[] = [
  ['Mail.', 'mail'],
  ['Calendars.', 'calendars'],
  ['Contacts.', 'contacts'],
]

/** What the app can read of everybody, by what stands in the token: `mail and calendars`. Tasks cannot be limited and are not counted. */
export function everybodys(roles: readonly string[]): string | undefined {
  const found = EVERYBODYS.filter(([prefix]) => roles.includes(`${prefix}Read`) || roles.includes(`${prefix}ReadWrite`)).map(
    ([, what]) => what,
  )
  return found.length === 0 ? undefined : found.join(', ').replace(/, ([^,]+)$/, ' and $1')
}

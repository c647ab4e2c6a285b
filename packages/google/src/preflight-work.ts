import type { Account, Call, CheckRequest, Finding, Kind } from '@offramp/core'
import { asError } from './as-error.ts'
import { readCalendars } from './calendars-list.ts'
import type { Google } from './client.ts'
import { countPeople } from './contacts-pages.ts'
import type { PreflightParts } from './preflight.ts'
import { readTaskLists } from './tasks-pages.ts'

/** How many accounts are looked at side by side. */
const PROBES = 4

/** Whether calendars, contacts and tasks of each account can be read: two or three calls an account. */
export async function* probeWork({ google }: PreflightParts, asked: CheckRequest, call: Call): AsyncGenerator<Finding> {
  const work = asked.kinds.filter(isWork)
  // Who has no Gmail may have a calendar.
  const open = asked.accounts.filter(
    ({ unavailable, enabled, kind }) => unavailable === undefined || (kind === 'user' && enabled !== false),
  )
  if (work.length === 0) return
  for (let at = 0; at < open.length; at += PROBES) {
    const findings = await Promise.all(
      open.slice(at, at + PROBES).flatMap((account) => work.map((kind) => probe(google, { account, kind }, call))),
    )
    yield* findings
  }
  if (work.includes('event')) yield NOT_CARRIED
  if (work.includes('task')) yield NO_REPEATS
}

type WorkKind = Extract<Kind, 'event' | 'contact' | 'task'>

const isWork = (kind: Kind): kind is WorkKind => kind === 'event' || kind === 'contact' || kind === 'task'

const NOT_CARRIED: Finding = {
  level: 'warning',
  about: 'what an event of Google has, and iCalendar has not',
  says: "What guests may do (change, invite, see each other), files in Drive, other programs' data and appointment schedules are not moved; each event that loses something is counted in the report.",
  remedy: 'See docs/google-workspace.md, "Calendars".',
}

const NO_REPEATS: Finding = {
  level: 'warning',
  about: 'tasks that repeat',
  says: 'The Tasks API shows the next of a task that repeats, and not the rule by which it does; nor times of day, which it cuts off.',
  remedy: 'Have people set these anew.',
}

const count = (number: number, one: string, many: string): string => `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`

const SAYS: Readonly<Record<WorkKind, (google: Google, account: Account, call: Call) => Promise<string>>> = {
  async event(google, account, call) {
    const services = { client: google.calendars(account), acls: google.calendars(account, 'acls'), address: account.name }
    const all = await readCalendars(services, call)
    const own = all.filter(({ skip }) => skip === undefined).length
    const others = all.length - own
    const rest = others === 0 ? '' : `; ${count(others, 'other belongs', 'others belong')} to somebody else or to Google`
    return `The calendars can be read: ${own} of its own${rest}.`
  },
  contact: async (google, account, call) =>
    `The contacts can be read: ${count(await countPeople(google.people(account), call), 'contact', 'contacts')}.`,
  task: async (google, account, call) =>
    `The tasks can be read: ${count((await readTaskLists(google.tasks(account), call)).length, 'list', 'lists')}.`,
}

async function probe(
  google: Google,
  { account, kind }: { readonly account: Account; readonly kind: WorkKind },
  call: Call,
): Promise<Finding> {
  try {
    return { level: 'ok', about: account.name, says: await SAYS[kind](google, account, call) }
  } catch (thrown) {
    call.signal.throwIfAborted()
    return asError(account.name, thrown)
  }
}

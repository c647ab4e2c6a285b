import { asFault, type Call, type CheckRequest, type Finding, type Kind } from '@offramp/core'
import { listCollections } from './collections.ts'
import type { DavKind, Desk } from './desk.ts'
import { mostBytes } from './destination.ts'
import { NEXTCLOUD_ADDRESS_BOOKS, NEXTCLOUD_CALENDARS } from './limits.ts'
import { cautionOf, type DavSettings } from './settings.ts'
import { remedyFor } from './silence.ts'

export interface Checked {
  readonly settings: DavSettings
  readonly base: URL
  desk(account: string, kind: DavKind, call: Call): Promise<Desk>
}

const WORDS: Readonly<Record<DavKind, string>> = { event: 'calendars', task: 'calendars for tasks', contact: 'address books' }

const error = (about: string, thrown: unknown): Finding => {
  const fault = asFault(thrown)
  const level = fault.reach === 'gate' ? 'warning' : 'error'
  return { level, about, says: fault.message, ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }) }
}

/** What the server is and does, asked of the first account that opens. */
function* abilities({ server, client }: Desk): Generator<Finding> {
  const about = client.host
  yield { level: 'ok', about, says: `Reached ${server.says}.` }
  if (server.kind === 'nextcloud' && server.version.length === 0)
    yield {
      level: 'warning',
      about,
      says: 'Nextcloud does not tell its version (status.php), so its limits are taken for those of a new one.',
    }
}

/** How long this machine is made to wait already, because of logins that were refused. Milliseconds. */
async function delayed({ client, server }: Desk, call: Call): Promise<number> {
  if (server.kind !== 'nextcloud') return 0
  const request = { method: 'GET', href: `${server.webRoot}/ocs/v2.php/cloud/capabilities`, asks: 'discover' } as const
  const headers = { 'ocs-apirequest': 'true', accept: 'application/json' }
  const answer = await client.send({ ...request, headers }, call).catch(() => undefined)
  return Number(/bruteforce\W[^}]*?\bdelay\W{1,2}(\d+)/.exec((await answer?.text()) ?? '')?.[1] ?? 0)
}

async function* penalty(desk: Desk, call: Call): AsyncGenerator<Finding> {
  const ms = await delayed(desk, call)
  if (ms === 0) return
  yield {
    level: 'warning',
    about: desk.client.host,
    says: `Nextcloud makes everybody who comes from this machine wait ${ms} ms a request, because of logins that were refused.`,
    remedy:
      'occ security:bruteforce:reset <address of this machine>, and put it on the list: occ config:app:set bruteForce whitelist_0 --value=<address>/32',
  }
}

function* silence({ server, silence: method, settings, client }: Desk): Generator<Finding> {
  const about = `${client.host} invitations`
  if (!method.known) {
    const sink = settings.silence?.sink
    const says = `The server sends invitations by itself, and Offramp does not know how to stop it. ${sink === undefined ? 'No event will be written.' : 'It is tried with the sink address before the first event.'}`
    yield { level: sink === undefined ? 'error' : 'warning', about, says, remedy: remedyFor(server) }
    return
  }
  yield { level: 'ok', about, says: `${method.says} (This is how it will be; a canary proves it for each account before its first event.)` }
}

async function* account(desk: Desk, call: Call): AsyncGenerator<Finding> {
  const { kind, client, home, server } = desk
  const standing = await listCollections(client, home, call)
  const own = standing.filter(({ foreign }) => !foreign)
  const about = `${client.account} ${WORDS[kind]}`
  yield {
    level: 'ok',
    about,
    says: `The login works; ${own.length} ${own.length === 1 ? 'stands' : 'stand'} there already, and ${own.length === 1 ? 'stays' : 'stay'} as ${own.length === 1 ? 'it is' : 'they are'}.`,
  }
  if (server.kind === 'nextcloud') yield creation(desk, own.length)
  const most = await mostBytes(desk, own[0]?.path ?? '', call)
  const name = kind === 'contact' ? 'card' : kind === 'task' ? 'task' : 'event'
  if (most !== undefined) {
    const where =
      desk.files === undefined
        ? 'attachments beyond that are left out and listed'
        : "attachments beyond that go into the account's files, with a link"
    const rest = kind === 'contact' ? 'photos are made smaller' : where
    yield { level: 'ok', about, says: `One ${name} may have ${(most / 1_048_576).toFixed(1)} MB; ${rest}.` }
  }
}

/** Nextcloud's limits are not told by any interface; these are what it has when nobody changes them. */
function creation({ kind, client }: Desk, standing: number): Finding {
  const isBook = kind === 'contact'
  const { perHour, most } = isBook ? NEXTCLOUD_ADDRESS_BOOKS : NEXTCLOUD_CALENDARS
  const keys = isBook
    ? 'rateLimitAddressBookCreation and maximumAdressbooks (spelled so)'
    : 'rateLimitCalendarCreation and maximumCalendarsSubscriptions'
  return {
    level: most - standing < perHour ? 'warning' : 'ok',
    about: `${client.account} ${WORDS[kind]}`,
    says: `Unless its admin has changed it, Nextcloud lets an account make ${perHour} ${WORDS[kind]} an hour and have ${most}; there is room for ${Math.max(0, most - standing)} more. Beyond ${perHour} the move waits, beyond ${most} it stops.`,
    remedy: `Before the move, raise ${keys} with: occ config:app:set dav <name> --value=<number> (-1: no limit).`,
  }
}

const isDav = (kind: Kind): kind is DavKind => kind === 'event' || kind === 'task' || kind === 'contact'

/** Everything that could stop the run, said before it starts. Nothing is written; a refused password is used once. */
export async function* check(checked: Checked, asked: CheckRequest, call: Call): AsyncGenerator<Finding> {
  const { settings } = checked
  const caution = cautionOf(settings)
  if (caution !== undefined) yield { level: 'warning', about: settings.name, says: caution }
  const told = new Set<string>()
  for (const { id } of asked.accounts) {
    for (const kind of asked.kinds.filter(isDav)) {
      try {
        const desk = await checked.desk(id, kind, call)
        if (!told.has('server')) {
          yield* abilities(desk)
          yield* penalty(desk, call)
        }
        if (kind === 'event' && !told.has('silence')) yield* silence(desk)
        told.add('server').add(kind === 'event' ? 'silence' : kind)
        yield* account(desk, call)
      } catch (thrown) {
        if (call.signal.aborted) throw thrown
        yield error(`${id} ${WORDS[kind]}`, thrown)
        // A refused login is the same for every kind.
        if (asFault(thrown).code === 'dav-login-refused') break
      }
    }
  }
}

import { asFault, type Call, type CheckRequest, type Finding } from '@offramp/core'
import type { Connection } from './connection.ts'
import { encodeMailbox } from './modified-utf7.ts'
import { listOf, textOf } from './responses.ts'
import type { Session } from './session.ts'
import { cautionOf, type ImapSettings } from './settings.ts'
import { type Line, quoted } from './wire-client.ts'

interface Endpoint {
  readonly settings: ImapSettings
  session(account: string): Session
}

/** Storage of an account in bytes, as GETQUOTAROOT tells it in KiB. Undefined where there is no limit. */
export interface Quota {
  readonly used: number
  readonly limit: number
}

const KIB = 1024

export async function readQuota(connection: Connection, call: Call): Promise<Quota | undefined> {
  if (!connection.capabilities.has('QUOTA')) return undefined
  let quota: Quota | undefined
  const QUOTA = async (line: Line) => {
    const items = listOf(line.attributes?.[1]).map(textOf)
    const at = items.findIndex((item) => item.toUpperCase() === 'STORAGE')
    const [used, limit] = [Number(items[at + 1]), Number(items[at + 2])]
    if (at >= 0 && limit > 0 && (quota === undefined || (limit - used) * KIB < quota.limit - quota.used)) {
      quota = { used: used * KIB, limit: limit * KIB }
    }
  }
  await connection.exec(
    'GETQUOTAROOT',
    [quoted(encodeMailbox('INBOX'))],
    { untagged: { QUOTA, QUOTAROOT: async () => {} }, doing: 'asking for the quota' },
    call,
  )
  return quota
}

const size = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`)

const error = (about: string, thrown: unknown): Finding => {
  const fault = asFault(thrown)
  return {
    level: fault.reach === 'gate' ? 'warning' : 'error',
    about,
    says: fault.message,
    ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }),
  }
}

const ABILITIES: readonly (readonly [capability: string, has: string, lacks: string])[] = [
  [
    'MULTIAPPEND',
    'takes many messages in one command, which is several times faster',
    'takes one message a command: about as many a second as there are round trips',
  ],
  [
    'UIDPLUS',
    'says where it has put a message',
    'does not say where it has put a message (no UIDPLUS): each is looked up, changed messages leave their earlier version behind',
  ],
  ['MOVE', 'moves messages', 'copies and removes instead of moving'],
  [
    'SPECIAL-USE',
    'marks the folders for sent, drafts, trash and junk',
    'does not mark special folders; they are told by their names in about twenty languages',
  ],
  ['QUOTA', 'tells how much room is left', 'does not tell how much room is left; a full mailbox is found when it is full'],
]

/** What the server can do, in plain words; asked of the first account that opens. */
function* abilities(connection: Connection, settings: ImapSettings, plannedEnd: number | undefined): Generator<Finding> {
  const about = `${settings.host}:${settings.port}`
  const tls = connection.tls === undefined ? 'without encryption' : `with ${connection.tls}`
  yield {
    level: connection.tls === undefined ? 'warning' : 'ok',
    about,
    says: `Reached ${tls}; it calls itself "${connection.server || 'nothing'}".`,
  }
  const end = connection.certificateEnd
  if (end !== undefined && plannedEnd !== undefined && end < plannedEnd) {
    const day = new Date(end).toISOString().slice(0, 10)
    yield { level: 'warning', about, says: `The certificate ends on ${day}, before the migration does.`, remedy: 'Renew it before.' }
  }
  for (const [capability, has, lacks] of ABILITIES) {
    const can = connection.capabilities.has(capability)
    const grave = capability === 'UIDPLUS' && !can
    yield { level: grave ? 'warning' : 'ok', about: `${about} ${capability}`, says: `The server ${can ? has : lacks}.` }
  }
  if (connection.server.includes('cyrus')) {
    yield {
      level: 'warning',
      about: `${about} headers`,
      says: 'Cyrus destroys raw 8-bit letters in headers. Where a message has such a header, it is written in encoded words: the text stays, those bytes do not.',
    }
  }
  const limit = connection.appendLimit ?? settings.sizeLimit
  if (limit === undefined) {
    yield {
      level: 'warning',
      about: `${about} APPENDLIMIT`,
      says: 'The server does not say how large a message may be; a message over its limit is found when it is refused.',
      remedy: 'Write it into the settings of this endpoint (sizeLimitMegabytes), and such messages are listed without being sent.',
    }
  } else yield { level: 'ok', about: `${about} APPENDLIMIT`, says: `A message may have up to ${size(limit)}.` }
}

async function* account(connection: Connection, name: string, call: Call): AsyncGenerator<Finding> {
  const inbox = await connection.select('INBOX', call)
  if (inbox === undefined) {
    yield {
      level: 'error',
      about: name,
      says: 'The login works, but shows no INBOX.',
      remedy: 'An administrator\'s own login shows none: use "authzid" or "master".',
    }
    return
  }
  const keywords = inbox.permanentFlags.includes('\\*')
  const quota = await readQuota(connection, call)
  const room = quota === undefined ? 'no quota is set' : `${size(Math.max(0, quota.limit - quota.used))} of ${size(quota.limit)} are free`
  yield { level: 'ok', about: name, says: `The login works; ${room}.` }
  if (quota !== undefined && quota.limit - quota.used < 100 * 1024 * KIB) {
    yield {
      level: 'warning',
      about: name,
      says: `Only ${size(Math.max(0, quota.limit - quota.used))} are free.`,
      remedy: 'Give it at least 1.2 times what the source mailbox holds.',
    }
  }
  if (!keywords) yield { level: 'warning', about: name, says: 'The server keeps no keywords: categories and "forwarded" are lost.' }
}

/** Everything that could stop the run, said before it starts. Each account is logged in to once, and never twice with a refused password. */
export async function* check(endpoint: Endpoint, asked: CheckRequest, call: Call): AsyncGenerator<Finding> {
  const { settings } = endpoint
  const caution = cautionOf(settings)
  if (caution !== undefined) yield { level: 'warning', about: settings.name, says: caution, remedy: 'Use "tls" or "starttls".' }
  let told = false
  for (const { id } of asked.accounts) {
    const session = endpoint.session(id)
    try {
      const findings = await session.use(async (connection) => {
        const all = told ? [] : [...abilities(connection, settings, asked.plannedEnd)]
        for await (const finding of account(connection, id, call)) all.push(finding)
        return all
      }, call)
      told = true
      yield* findings
    } catch (thrown) {
      if (call.signal.aborted) throw thrown
      yield error(id, thrown)
    } finally {
      await session.close()
    }
  }
}

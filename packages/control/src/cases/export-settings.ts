import { type Account, asFault, type Call, type Collection, type Destination, Fault, type MailSettings, type Role } from '@offramp/core'
import { type SieveScript, toSieve } from '@offramp/formats'
import { type Mapping, placesOf } from '../mappings/mapping.ts'
import { InputRefused } from '../project/problem.ts'
import { patiently } from '../run/patiently.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { LOOK_AT_ONCE } from './losses-before.ts'

export interface ExportOptions {
  /** Lines of the table by their account at either end. Empty: all. */
  readonly accounts: readonly string[]
  /** Forwarding stays in force. Otherwise it is kept as comments and listed. */
  readonly forwarding: boolean
}

/** What one account's owner has set up. Where an end failed, what could be had all the same, and why the rest is missing. */
export interface ExportedSettings {
  /** As the source names it, or as the table does where the source does not know it. */
  readonly account: string
  readonly settings?: MailSettings
  readonly sieve?: SieveScript
  readonly why?: string
}

interface Folders {
  /** Full paths at the destination, by the collection's id. */
  readonly byId: ReadonlyMap<string, string>
  readonly byRole: ReadonlyMap<Role, string>
}

/** Roles that rules file into, also where the source has no such folder. */
const ALWAYS: readonly Role[] = ['inbox', 'trash', 'junk', 'archive']

async function collectionsOf(workplace: Workplace, account: Account, call: Call): Promise<readonly Collection[]> {
  const source = await workplace.source.connect(account, 'mail')
  const found: Collection[] = []
  try {
    for await (const { collection, collections, skip } of source.listings({ ...call, bare: true })) {
      if (skip === undefined) found.push(...(collections ?? []), ...(collection === undefined ? [] : [collection]))
    }
  } finally {
    await source.close?.()
  }
  return found
}

/** Where the migration puts each folder. In the order of the listings, as the migration asks, so that twins get the same names. */
async function foldersOf(destination: Destination, collections: readonly Collection[], call: Call): Promise<Folders> {
  const { pathOf } = destination
  if (pathOf === undefined || destination.flagOf === undefined) {
    const message = `${destination.name} cannot say what its folders will be called, so that no Sieve script can name them.`
    throw new Fault({ reach: 'run', code: 'no-folder-names', message, remedy: 'The settings are in the JSON file all the same.' })
  }
  const byId = new Map<string, string>()
  const byRole = new Map<Role, string>()
  for (const collection of collections) {
    const path = await pathOf.call(destination, collection, call)
    byId.set(collection.id, path)
    if (collection.role !== undefined && !byRole.has(collection.role)) byRole.set(collection.role, path)
  }
  for (const role of ALWAYS) {
    if (!byRole.has(role)) byRole.set(role, await pathOf.call(destination, { id: `offramp:${role}`, path: [capital(role)], role }, call))
  }
  return { byId, byRole }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The source's addresses, and the login at the destination where it is one. */
const addressesOf = (account: Account, mapping: Mapping): readonly string[] => [
  ...new Map(
    [account.name, ...(account.aliases ?? []), mapping.destination]
      .filter((address) => address.includes('@'))
      .map((address) => [address.toLowerCase(), address]),
  ).values(),
]

interface Place {
  readonly workplace: Workplace
  readonly mapping: Mapping
  readonly forwarding: boolean
}

async function scriptOf(
  { workplace, mapping, forwarding }: Place,
  account: Account,
  settings: MailSettings,
  call: Call,
): Promise<SieveScript> {
  const facts = [...workplace.destinations].map(([name, { kinds }]) => ({ name, kinds }))
  const place = placesOf(mapping, facts).find(({ kinds }) => kinds.includes('mail'))
  const endpoint = workplace.destinations.get(place?.endpoint ?? '')
  if (endpoint === undefined) {
    throw new Fault({
      reach: 'run',
      code: 'no-such-endpoint',
      message: 'The project has no destination for mail.',
    })
  }
  const collections = await patiently(workplace, call, () => collectionsOf(workplace, account, call))
  return patiently(workplace, call, async () => {
    const destination = await endpoint.connect(mapping.destination, 'mail', call)
    try {
      const { byId, byRole } = await foldersOf(destination, collections, call)
      return toSieve(settings, {
        account: account.name,
        addresses: addressesOf(account, mapping),
        forwarding,
        folder: (ref) => ('id' in ref ? byId.get(ref.id) : byRole.get(ref.role)),
        flag: (category) => (destination.profile.keeps.includes('keywords') ? destination.flagOf?.(category) : undefined),
      })
    } finally {
      // The script is made; how the connection ends changes nothing.
      await destination.close?.().catch(() => {})
    }
  })
}

async function settingsOf(place: Place, call: Call): Promise<ExportedSettings> {
  const { workplace, mapping } = place
  const { source } = workplace
  let name = mapping.source
  let settings: MailSettings | undefined
  try {
    const account = await patiently(workplace, call, () => source.account(mapping.source, call))
    if (account === undefined) return { account: name, why: 'There is no such account at the source.' }
    name = account.name
    if (account.unavailable !== undefined) return { account: name, why: account.unavailable }
    settings = await patiently(workplace, call, async () => source.mailSettings?.(account, call))
    if (settings === undefined) return { account: name, why: `${source.name} has no rules and replies that could be exported.` }
    return { account: name, settings, sieve: await scriptOf(place, account, settings, call) }
  } catch (thrown) {
    call.signal.throwIfAborted()
    const { message, remedy } = asFault(thrown)
    const why = remedy === undefined ? message : `${message} ${remedy}`
    return { account: name, why, ...(settings === undefined ? {} : { settings }) }
  }
}

/** The lines of the table that are meant. Throws `InputRefused` for a name that is on none of them. */
export function chosenMappings({ mappings, mappingsFile }: OpenedProject, names: readonly string[]): readonly Mapping[] {
  if (names.length === 0) return mappings
  const wanted = new Set(names.map((name) => name.trim().toLowerCase()))
  const isNamed = ({ source, destination }: Mapping, name: string): boolean =>
    source.toLowerCase() === name || destination.toLowerCase() === name
  const unknown = [...wanted].filter((name) => !mappings.some((mapping) => isNamed(mapping, name)))
  if (unknown.length > 0) {
    throw new InputRefused(
      unknown.map((name) => ({
        level: 'error',
        file: mappingsFile,
        says: `There is no line for ${name}. Name an account as the table does.`,
      })),
    )
  }
  return mappings.filter((mapping) => [...wanted].some((name) => isNamed(mapping, name)))
}

/** Settings and Sieve script of each account, in the order of the table. Writes nothing at either end. One account's failure is told of it alone. */
export async function* exportSettings(
  workplace: Workplace,
  opened: OpenedProject,
  { accounts, forwarding }: ExportOptions,
  call: Call,
): AsyncIterable<ExportedSettings> {
  const ahead: Promise<ExportedSettings>[] = []
  for (const mapping of chosenMappings(opened, accounts)) {
    const one = settingsOf({ workplace, mapping, forwarding }, call)
    // A later one may be interrupted while an earlier one is still waited for.
    one.catch(() => {})
    ahead.push(one)
    const first = ahead.length >= LOOK_AT_ONCE ? ahead.shift() : undefined
    if (first !== undefined) yield await first
  }
  for (const one of ahead) yield await one
}

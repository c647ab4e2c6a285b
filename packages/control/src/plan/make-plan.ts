import {
  type Account,
  type Call,
  type DestinationEndpoint,
  Fault,
  type Kind,
  type LaneId,
  type LanePlan,
  type SourceEndpoint,
} from '@offramp/core'
import { type Mapping, type MappingPlace, placesOf } from '../mappings/mapping.ts'
import { InputRefused, type Problem } from '../project/problem.ts'
import { eachAtOnce } from '../run/each-at-once.ts'
import { type Patience, patiently } from '../run/patiently.ts'
import { endpointAt } from './endpoint-at.ts'
import { laneId } from './lane-id.ts'

export interface PlanFacts {
  /** The table, as the operator named it. */
  readonly file: string
  /** Names the source for lane ids: the tenant. */
  readonly sourceId: string
  readonly source: SourceEndpoint
  readonly destinations: ReadonlyMap<string, DestinationEndpoint>
  readonly kinds: readonly Kind[]
  readonly mappings: readonly Mapping[]
  readonly patience: Patience
}

/** What the accounts at the source say about the table. */
export interface PlanDraft {
  readonly lanes: readonly LanePlan[]
  readonly accounts: readonly Account[]
  readonly warnings: readonly Problem[]
}

interface Found {
  readonly mapping: Mapping
  readonly account: Account | undefined
}

interface At {
  readonly place: MappingPlace
  readonly endpoint: DestinationEndpoint
}

/** What there is of an account: sites and shared drives have nothing but files, rooms no drive of their own. Unknown accounts: everything. */
const carries = (kind: Kind, account: Account | undefined): boolean => {
  if (account?.kind === 'site' || account?.kind === 'drive') return kind === 'file'
  return kind !== 'file' || (account?.kind !== 'room' && account?.kind !== 'equipment')
}

/** Where a mapping's kinds go, of those that are moved at all. */
function endsOf({ destinations, kinds, source }: PlanFacts, { mapping, account }: Found): readonly At[] {
  const facts = [...destinations].map(([name, endpoint]) => ({
    name,
    kinds: kinds.filter((kind) => source.kinds.includes(kind) && endpoint.kinds.includes(kind) && carries(kind, account)),
  }))
  return placesOf(mapping, facts).map((place) => {
    const endpoint = destinations.get(place.endpoint)
    if (endpoint === undefined)
      throw new Fault({ reach: 'run', code: 'no-such-endpoint', message: `There is no destination endpoint ${place.endpoint}.` })
    const { folder, team, kinds: here } = place
    const destination = { ...(folder === undefined ? {} : { folder }), ...(team === undefined ? {} : { team }) }
    return { place, endpoint: endpointAt(endpoint, { kind: here[0] ?? 'mail', destination }) }
  })
}

function lanesOf(facts: PlanFacts, mapping: Mapping, account: Account): readonly LanePlan[] {
  const { manner } = facts.source
  const lanes = endsOf(facts, { mapping, account }).flatMap(({ place, endpoint }) =>
    place.kinds.map(
      (kind): LanePlan => ({
        lane: laneId({ source: facts.sourceId, account: account.id, kind }),
        kind,
        // What is said of mail is not said of calendars.
        source: { id: account.id, name: account.name, kind: account.kind, ...(manner === undefined || kind !== 'mail' ? {} : { manner }) },
        destination: {
          endpoint: place.endpoint,
          account: place.account,
          address: endpoint.addressOf(place.account),
          ...(place.folder === undefined ? {} : { folder: place.folder }),
          ...(place.team === undefined ? {} : { team: place.team }),
          ...(place.passwordRef === undefined ? {} : { passwordRef: place.passwordRef }),
        },
        ...(mapping.wave === undefined ? {} : { wave: mapping.wave }),
      }),
    ),
  )
  return facts.kinds.flatMap((kind) => lanes.filter((lane) => lane.kind === kind))
}

/** Who goes where. Files may share an account as long as no folder of theirs is another's, or lies in it. */
class ClaimedPlaces {
  readonly #exact = new Map<string, Mapping>()
  /** Every folder that lies above a claimed one, with one of those who claimed below it. */
  readonly #above = new Map<string, Mapping>()

  /** Undefined where all of these were free, and are the mapping's now. */
  claim(mapping: Mapping, ends: readonly At[]): Mapping | undefined {
    const claims = ends.map(({ place, endpoint }) => ({ files: place.kinds.includes('file'), address: endpoint.addressOf(place.account) }))
    const taken = claims.map((claim) => this.#taken(claim)).find((other) => other !== undefined && other !== mapping)
    if (taken !== undefined) return taken
    for (const { files, address } of claims) {
      this.#exact.set(`${files} ${address}`, mapping)
      if (files) for (const above of aboveOf(address)) this.#above.set(above, mapping)
    }
    return undefined
  }

  #taken({ files, address }: { readonly files: boolean; readonly address: string }): Mapping | undefined {
    const same = this.#exact.get(`${files} ${address}`)
    if (same !== undefined || !files) return same
    return this.#above.get(address) ?? aboveOf(address).flatMap((above) => this.#exact.get(`true ${above}`) ?? [])[0]
  }
}

/** The addresses of all folders above one. */
const aboveOf = (address: string): readonly string[] =>
  [...address.matchAll(/\//g)].map(({ index }) => address.slice(0, index)).filter((above) => above !== '')

/** Twins that only the source and the destination can tell: an alias and its main address, two logins of one mailbox. */
function met(facts: PlanFacts, found: readonly Found[]): readonly Problem[] {
  const accounts = new Map<string, Mapping>()
  const places = new ClaimedPlaces()
  const problems: Problem[] = []
  const error = (mapping: Mapping, says: string): void => void problems.push({ level: 'error', file: facts.file, line: mapping.line, says })
  for (const { mapping, account } of found) {
    const samePlace = places.claim(mapping, endsOf(facts, { mapping, account }))
    if (samePlace !== undefined)
      error(mapping, `This is the same place as the destination on line ${samePlace.line}. Two accounts must not be mixed in one.`)
    if (account === undefined) {
      error(
        mapping,
        'There is no such account at the source. Check the spelling, or whether it was deleted; then delete or mend this line.',
      )
      continue
    }
    const sameAccount = accounts.get(account.id)
    if (sameAccount !== undefined) {
      error(
        mapping,
        `This is another name of the account on line ${sameAccount.line}. One account is moved to one place: delete one of the lines.`,
      )
    } else accounts.set(account.id, mapping)
    if (mapping.teamFolder !== undefined && account.kind !== 'site' && account.kind !== 'drive') error(mapping, NO_TEAM)
  }
  return problems
}

const NO_TEAM =
  "A team folder is for a site or a shared drive, whose files are nobody's own. This is an account of a person: name a file folder, or none."

/** Asks the source for every account of the table. Throws `InputRefused` with every line that cannot be used. */
export async function draftPlan(facts: PlanFacts, call: Call): Promise<PlanDraft> {
  const found: Found[] = []
  await eachAtOnce(facts.mappings, 8, async (mapping, index) => {
    found[index] = { mapping, account: await patiently(facts.patience, call, () => facts.source.account(mapping.source, call)) }
  })
  const problems = met(facts, found)
  if (problems.length > 0) throw new InputRefused(problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)))
  const lanes = found.flatMap(({ mapping, account }) => (account === undefined ? [] : lanesOf(facts, mapping, account)))
  const warnings = found.flatMap(({ mapping, account }): readonly Problem[] =>
    account?.unavailable === undefined ? [] : [{ level: 'warning', file: facts.file, line: mapping.line, says: account.unavailable }],
  )
  return { lanes, accounts: found.flatMap(({ account }) => (account === undefined ? [] : [account])), warnings }
}

/** What is known of a lane that has moved something before. */
export interface Standing {
  readonly address: string
  /** Entries in the ledger. */
  readonly entries: number
  readonly manner?: string | undefined
}

/**
 * A lane keeps its destination once something has moved: another one would leave half of a mailbox behind, and what the ledger calls
 * arrived would not be there. (Tools that took a changed identity for a new start wiped mailboxes: mailcow-dockerized#2269.)
 */
export function refuseChangedIdentity(lanes: readonly LanePlan[], standing: ReadonlyMap<LaneId, Standing>, file: string): void {
  const problems = lanes.flatMap((plan): readonly Problem[] => {
    const before = standing.get(plan.lane)
    if (before === undefined || before.entries === 0) return []
    if (before.manner !== plan.source.manner) return [{ level: 'error', file, says: otherManner(plan, before) }]
    if (before.address === plan.destination.address) return []
    const says = `${plan.source.name} has been moving to ${before.address} (${before.entries} items) and the table now says ${plan.destination.address}. Put the old destination back; or, to start over somewhere else, use another project name.`
    return [{ level: 'error', file, says }]
  })
  if (problems.length > 0) throw new InputRefused(problems)
}

const otherManner = ({ source }: LanePlan, { entries, manner }: Standing): string =>
  `${source.name} has been moved with ${manner ?? 'another setting of the source'} (${entries} items), and the project file now says ${source.manner ?? 'otherwise'}: all of it would be moved once more. Put the old setting back; or, to start over, use another project name and empty mailboxes.`

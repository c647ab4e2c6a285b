import { createHash } from 'node:crypto'
import { type Account, asFault, type Call, type Destination, type Grant, type Granted, type LanePlan, type Share } from '@offramp/core'
import type { FoundShare, ShareOptions, UnreadShares } from '../cases/shares.ts'
import { type PlannedGrant, type PlannedGrants, planGrants } from '../grants/plan-grants.ts'
import { planTeam } from '../grants/plan-team.ts'
import type { People } from '../grants/who.ts'
import { patiently } from '../run/patiently.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Ends, Workplace } from '../workplace/workplace.ts'
import { alike, laneTree } from './lane-tree.ts'
import { namesakes } from './namesakes.ts'
import { makePassword, type PasswordFile } from './password-file.ts'
import { peopleOf } from './people.ts'
import { letIn, listedTeam, type TeamAsked, teamAsked } from './share-team.ts'
import { whyNotYet } from './why-not-yet.ts'

interface Facts {
  readonly workplace: Workplace
  readonly opened: OpenedProject
  readonly lanes: readonly LanePlan[]
  readonly accounts: readonly Account[]
}

/** Links without an end at the source end after this many days. */
const LINK_DAYS = 90
const DAY_MS = 86_400_000

async function sharesOf({ workplace }: Facts, account: Account, call: Call): Promise<readonly Share[]> {
  return patiently(workplace, call, async () => {
    const found: Share[] = []
    for await (const share of workplace.source.shares?.(account, 'file', call) ?? []) found.push(share)
    return found
  })
}

interface Asked {
  readonly plan: LanePlan
  readonly shares: readonly Share[]
}

interface Planned extends PlannedGrants {
  readonly team?: TeamAsked
}

const placed = ({ grants, losses }: PlannedGrants, idOf: (place: string) => string): PlannedGrants => ({
  grants: grants.map((one) => ({ ...one, grant: { ...one.grant, place: idOf(one.grant.place) } })),
  losses,
})

/** What is to be given of one drive. Both ends are read, and nothing is written. */
async function planned(facts: Facts, { plan, shares }: Asked, options: ShareOptions, call: Call): Promise<Planned> {
  const { workplace, lanes, accounts, opened } = facts
  const { links = false, outsiders = false } = options
  const now = workplace.clock.now()
  const people = peopleOf({ lanes, accounts, groups: opened.groups ?? new Map(), links, outsiders, now }, plan)
  return patiently(workplace, call, async () => {
    const ends = await workplace.connect(plan, call)
    try {
      return await plannedWith(facts, { plan, shares, ends, people }, call)
    } finally {
      await ends.close()
    }
  })
}

interface At extends Asked {
  readonly ends: Ends
  readonly people: People
}

async function plannedWith({ workplace, lanes }: Facts, { plan, shares, ends, people }: At, call: Call): Promise<Planned> {
  const { ledger } = workplace
  const { team } = ends.destination
  const state = await team?.state(call)
  // A person's Team folder is a folder like any other: its members are left to them.
  if (team === undefined || state === 'theirs') {
    const { nodes, idOf } = await laneTree({ ends, ledger, lane: plan.lane }, { shares }, call)
    return placed(planGrants(shares, { nodes }, people), idOf)
  }
  const isOpen = state === 'open'
  const tree = await laneTree({ ends, ledger, lane: plan.lane }, { shares, root: team.place, isClosed: !isOpen }, call)
  const outside = await namesakes({ ledger, lanes, shares, people }, plan, team.name)
  const all = planTeam(shares, tree, people, { root: alike(team.place), isOpen, outside })
  return { ...placed(all, tree.idOf), team: teamAsked(team, all, tree) }
}

const whoOf = ({ to }: Grant): string | undefined => (to.kind === 'mail' ? to.address : to.kind === 'link' ? undefined : to.id)

/** The same for the same link in every run. */
const labelOf = ({ lane }: LanePlan, { grant, share }: PlannedGrant): string => {
  const { place, locator, to, access } = grant
  const text = JSON.stringify([lane, place, locator, to, access, share.to.kind, share.expires, share.access])
  return `Offramp ${createHash('sha256').update(text).digest('hex').slice(0, 10)}`
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

interface Giving {
  readonly workplace: Workplace
  readonly plan: LanePlan
  readonly destination: Destination
  readonly passwords: PasswordFile | undefined
}

/** With a password and an end, both of which are in the operator's hands before the server has them. */
async function giveSecret(giving: Giving, planned: PlannedGrant, call: Call): Promise<Pick<FoundShare, 'outcome' | 'why'>> {
  const { destination, passwords, workplace, plan } = giving
  if (passwords === undefined || destination.grant === undefined) return { outcome: 'not', why: 'There is no file for its password.' }
  const label = labelOf(plan, planned)
  const password = passwords.passwordOf(label) ?? makePassword()
  const expires = planned.grant.expires ?? workplace.clock.now() + LINK_DAYS * DAY_MS
  const { to } = planned.grant
  const grant: Grant = { ...planned.grant, password, expires, to: to.kind === 'link' ? { ...to, label } : to }
  const handed = {
    label,
    account: plan.source.name,
    path: [grant.place, grant.locator].filter((part) => part !== undefined).join('/'),
    to: whoOf(grant) ?? (planned.share.to.kind === 'public' ? 'anybody' : 'the organisation'),
    access: grant.access,
    expires: dayOf(expires),
    address: '',
    password,
  }
  await passwords.keep(handed)
  const granted = await destination.grant(grant, call)
  await passwords.keep({ ...handed, address: granted.address ?? '' })
  return outcomeOf(granted)
}

const outcomeOf = ({ state, says }: Granted): Pick<FoundShare, 'outcome' | 'why'> => ({
  outcome: state,
  ...(says === undefined ? {} : { why: says }),
})

async function give(giving: Giving, planned: PlannedGrant, call: Call): Promise<Pick<FoundShare, 'outcome' | 'why'>> {
  const { destination, workplace } = giving
  const { grant } = destination
  if (grant === undefined) return { outcome: 'not', why: `${destination.name} has no sharing that other programs can set.` }
  try {
    return await patiently(workplace, call, async () => {
      if (planned.secret) return giveSecret(giving, planned, call)
      return outcomeOf(await grant.call(destination, planned.grant, call))
    })
  } catch (thrown) {
    call.signal.throwIfAborted()
    const { message, remedy } = asFault(thrown)
    return { outcome: 'not', why: remedy === undefined ? message : `${message} ${remedy}` }
  }
}

async function* applied(
  { workplace }: Facts,
  plan: LanePlan,
  { grants, team, passwords }: Pick<Planned, 'grants' | 'team'> & { readonly passwords: PasswordFile | undefined },
  call: Call,
): AsyncIterable<FoundShare | UnreadShares> {
  const { destination, close } = await patiently(workplace, call, () => workplace.connect(plan, call))
  try {
    if (team !== undefined) yield* letIn({ workplace, plan, destination }, team, call)
    for (const one of grants) {
      const outcome = await give({ workplace, plan, destination, passwords }, one, call)
      yield { ...found(plan, one), ...outcome }
    }
  } finally {
    await close()
  }
}

const found = (plan: LanePlan, { share, grant }: PlannedGrant): Omit<FoundShare, 'outcome'> => {
  const to = whoOf(grant)
  return { account: plan.source.name, kind: 'file', share, grant, ...(to === undefined ? {} : { to }) }
}

async function* ofLane(
  facts: Facts,
  { plan, account }: { readonly plan: LanePlan; readonly account: Account },
  options: ShareOptions,
  call: Call,
): AsyncIterable<FoundShare | UnreadShares> {
  const about = { account: plan.source.name, kind: plan.kind }
  try {
    const shares = await sharesOf(facts, account, call)
    if (shares.length === 0) return
    const { grants, losses, team } = await planned(facts, { plan, shares }, options, call)
    const notYet = options.now ? undefined : await whyNotYet(facts.workplace, facts.opened, plan)
    if (notYet === undefined && options.apply)
      yield* applied(facts, plan, { grants, ...(team && { team }), passwords: options.passwords }, call)
    else {
      const why = notYet === undefined ? {} : { why: notYet }
      const outcome = { outcome: options.apply ? ('not' as const) : ('ready' as const), ...why }
      if (team !== undefined) yield* listedTeam(plan, team, outcome)
      for (const one of grants) yield { ...found(plan, one), ...outcome }
    }
    for (const { share, lost, why } of losses) yield { ...about, share, outcome: lost === 'all' ? 'not' : 'less', why }
  } catch (thrown) {
    call.signal.throwIfAborted()
    yield { ...about, why: asFault(thrown).message }
  }
}

/**
 * Who may see or change whose files, and, where it is asked for, the same at the destination: after they have moved and were verified, never wider than
 * at the source, and without mailing anybody.
 */
export async function* shareFiles(facts: Facts, options: ShareOptions, call: Call): AsyncIterable<FoundShare | UnreadShares> {
  for (const plan of facts.lanes.filter(({ kind }) => kind === 'file')) {
    const account = facts.accounts.find(({ id }) => id === plan.source.id)
    if (account !== undefined && account.unavailable === undefined) yield* ofLane(facts, { plan, account }, options, call)
  }
}

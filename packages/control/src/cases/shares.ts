import { type Account, asFault, type Call, type Grant, type Kind, type LanePlan, type Share, type TeamAccess } from '@offramp/core'
import { patiently } from '../run/patiently.ts'
import type { PasswordFile } from '../share-files/password-file.ts'
import { shareFiles } from '../share-files/share-files.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { draftOf } from './draft.ts'

/** A grant at the source, and what became of it. */
export interface FoundShare {
  /** Whose collection it is, as the source names the account. */
  readonly account: string
  readonly kind: Kind
  readonly share: Share
  /** The account at the destination that is meant. Absent where nobody of the table is. */
  readonly to?: string
  /** `ready`: it can be given, and was only listed. `less`: a part of it is not given. `not`: it cannot be, or not here. `why` says it. */
  readonly outcome: 'ready' | 'shared' | 'already' | 'less' | 'not'
  readonly why?: string
  /** Of files: what is given for it at the destination. One grant may take several, and several may come to one. Without a password. */
  readonly grant?: Grant
  /** Of a site or shared drive: the Team folder whose member `to` is for it, and what they may do where it was granted. */
  readonly team?: { readonly name: string; readonly access: TeamAccess }
}

/** One account whose grants could not be read, or something that is to be said of it. */
export interface UnreadShares {
  readonly account: string
  readonly kind: Kind
  readonly why: string
  /** They were read, and this is something else that the operator should know. */
  readonly note?: true
}

export interface ShareOptions {
  /** Grants are given at the destination. Otherwise they are listed and nothing is written. */
  readonly apply: boolean
  /** Links for everybody in the organisation and for anybody, each with a password. */
  readonly links?: boolean
  /** Shares by mail address for people outside, each with a password. Nobody is mailed. */
  readonly outsiders?: boolean
  /** Also of accounts that are still moving, or were not verified. */
  readonly now?: boolean
  /** Where the passwords go. */
  readonly passwords?: PasswordFile
}

/** What is shared as a whole, or not. Mail folders have no grants that a destination could keep; files have their own way. */
const SHARED: readonly Kind[] = ['event', 'contact', 'task']

/** Accounts of the table by every address by which the source may name them. */
function lanesByAddress(lanes: readonly LanePlan[], accounts: readonly Account[]): ReadonlyMap<string, readonly LanePlan[]> {
  const byAddress = new Map<string, readonly LanePlan[]>()
  for (const { id, name, aliases = [] } of accounts) {
    const own = lanes.filter(({ source }) => source.id === id)
    for (const address of [name, ...aliases]) byAddress.set(address.toLowerCase(), own)
  }
  return byAddress
}

interface Facts {
  readonly workplace: Workplace
  readonly byAddress: ReadonlyMap<string, readonly LanePlan[]>
  readonly apply: boolean
}

const NOBODY: Readonly<Record<Exclude<Share['to']['kind'], 'user'>, string>> = {
  group: 'It is given to a group. Groups are not moved; give it to its members, or to a group of the new server.',
  organisation: 'It is given to everybody in the organisation. Share it with a group of the new server if that is still wanted.',
  public: 'It is open to anybody. Publish it anew if that is still wanted; the address will be another one.',
}

/** Who is meant at the destination, or why nobody is. */
function targetOf({ byAddress }: Facts, plan: LanePlan, { to, access }: Share): { readonly to: string } | { readonly why: string } {
  if (to.kind !== 'user') return { why: NOBODY[to.kind] }
  const lane = byAddress.get(to.address?.toLowerCase() ?? '')?.find(({ kind }) => kind === plan.kind)
  if (lane === undefined) return { why: 'This account is not in the table, so nobody knows who it is at the destination.' }
  if (lane.destination.endpoint !== plan.destination.endpoint) return { why: 'This account moves to another server.' }
  if (access === 'free-busy')
    return { why: 'Only free and busy times are shown to it, which the destination cannot say: it would see more.' }
  return { to: lane.destination.account }
}

async function* ofLane(facts: Facts, plan: LanePlan, account: Account, call: Call): AsyncIterable<FoundShare | UnreadShares> {
  const { workplace, apply } = facts
  const about = { account: plan.source.name, kind: plan.kind }
  const found: Share[] = []
  try {
    await patiently(workplace, call, async () => {
      found.length = 0
      for await (const share of workplace.source.shares?.(account, plan.kind, call) ?? []) found.push(share)
    })
  } catch (thrown) {
    call.signal.throwIfAborted()
    yield { ...about, why: asFault(thrown).message }
    return
  }
  for (const share of found) {
    const target = targetOf(facts, plan, share)
    if ('why' in target) yield { ...about, share, outcome: 'not', why: target.why }
    else if (!apply) yield { ...about, share, to: target.to, outcome: 'ready' }
    else yield { ...about, share, to: target.to, ...(await give(workplace, plan, { share, to: target.to }, call)) }
  }
}

async function give(
  workplace: Workplace,
  plan: LanePlan,
  { share, to }: { readonly share: Share; readonly to: string },
  call: Call,
): Promise<Pick<FoundShare, 'outcome' | 'why'>> {
  try {
    return await patiently(workplace, call, async () => {
      const { destination, close } = await workplace.connect(plan, call)
      try {
        if (destination.share === undefined)
          return { outcome: 'not', why: `${destination.name} has no sharing between accounts that other programs can set.` }
        return { outcome: await destination.share(share.collection, to, share.access, call) }
      } finally {
        await close()
      }
    })
  } catch (thrown) {
    call.signal.throwIfAborted()
    const { message, remedy } = asFault(thrown)
    return { outcome: 'not', why: remedy === undefined ? message : `${message} ${remedy}` }
  }
}

/**
 * Who may see or change whose calendars and files at the source, and, where `apply` is set, the same between the moved accounts at the destination: after
 * their people and calendars are there, never wider than at the source, and without mailing anybody. Throws `InputRefused` for a table that
 * cannot be used.
 */
export async function* shares(
  workplace: Workplace,
  opened: OpenedProject,
  options: ShareOptions,
  call: Call,
): AsyncIterable<FoundShare | UnreadShares> {
  const { apply } = options
  const { lanes, accounts } = await draftOf(workplace, opened, call)
  const facts: Facts = { workplace, apply, byAddress: lanesByAddress(lanes, accounts) }
  for (const plan of lanes.filter(({ kind }) => SHARED.includes(kind))) {
    const account = accounts.find(({ id }) => id === plan.source.id)
    if (account !== undefined && account.unavailable === undefined) yield* ofLane(facts, plan, account, call)
  }
  yield* shareFiles({ workplace, opened, lanes, accounts }, options, call)
}

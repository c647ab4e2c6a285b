import { asFault, type Call, type Destination, type LanePlan, type TeamFolder, type TeamOpened, type TeamRights } from '@offramp/core'
import type { FoundShare, UnreadShares } from '../cases/shares.ts'
import type { PlannedTeam, TeamShare } from '../grants/plan-team.ts'
import { showMany } from '../report/show-numbers.ts'
import { patiently } from '../run/patiently.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { alike, type LaneTree } from './lane-tree.ts'

/** A Team folder that Offramp may let people into, and what it plans to. */
export interface TeamAsked {
  readonly name: string
  readonly rights: TeamRights
  readonly shared: readonly TeamShare[]
}

/** Folders and files that the plan was made with: what has come since is open to nobody yet. */
function knownIn({ nodes, places }: Pick<LaneTree, 'nodes' | 'places'>): NonNullable<TeamRights['isKnown']> {
  const folders = new Set(places)
  const files = new Set(
    nodes.flatMap(({ place, locator, stranger }) => (locator === undefined || stranger ? [] : [`${place}\n${locator}`])),
  )
  return (place, locator) => (locator === undefined ? folders.has(alike(place)) : files.has(`${alike(place)}\n${locator}`))
}

/** With places in the destination's own spelling. */
export const teamAsked = ({ name }: TeamFolder, { rights, shared }: PlannedTeam, { nodes, places, idOf }: LaneTree): TeamAsked => ({
  name,
  shared,
  rights: {
    members: rights.members,
    rules: rights.rules.map((rule) => ({ ...rule, place: idOf(rule.place) })),
    places: places.map(idOf),
    isKnown: knownIn({ nodes, places }),
  },
})

const base = (plan: LanePlan, { name }: TeamAsked, { share, to, access }: TeamShare): Omit<FoundShare, 'outcome'> => ({
  account: plan.source.name,
  kind: 'file',
  share,
  to: to.id,
  team: { name, access },
})

export const listedTeam = (plan: LanePlan, team: TeamAsked, outcome: Pick<FoundShare, 'outcome' | 'why'>): readonly FoundShare[] =>
  team.shared.map((one) => ({ ...base(plan, team, one), ...outcome }))

const OUTCOME = { joined: 'shared', already: 'already', refused: 'not' } as const

function outcomeOf({ members }: TeamOpened, { to }: TeamShare): Pick<FoundShare, 'outcome' | 'why'> {
  const one = members.find(({ kind, id }) => kind === to.kind && id === to.id)
  if (one === undefined) return { outcome: 'not', why: 'The server did not say what came of it.' }
  return { outcome: OUTCOME[one.state], ...(one.why === undefined ? {} : { why: one.why }) }
}

function* opened(plan: LanePlan, team: TeamAsked, done: TeamOpened): Iterable<FoundShare | UnreadShares> {
  for (const one of team.shared) yield { ...base(plan, team, one), ...outcomeOf(done, one) }
  const note = { account: plan.source.name, kind: 'file', note: true } as const
  if (done.closed !== undefined)
    yield {
      ...note,
      why: `In the Team folder ${team.name}, ${showMany(done.closed, 'file or folder', 'files and folders')} came while this was prepared, and stay closed to everybody: ask again.`,
    }
  if (done.kept.length === 0) return
  const first = done.kept
    .slice(0, 3)
    .map(({ place, locator }) => (locator === undefined ? place : `${place}/${locator}`))
    .join(', ')
  yield {
    ...note,
    why: `In the Team folder ${team.name}, ${showMany(done.kept.length, 'access list says', 'access lists say')} something else than the source does now (${first}). People are in, so they were left as they are: compare them by hand.`,
  }
}

/** Lets people in. Where that fails nobody has more than at the source, and it can be asked for again. */
export async function* letIn(
  { workplace, plan, destination }: { readonly workplace: Workplace; readonly plan: LanePlan; readonly destination: Destination },
  team: TeamAsked,
  call: Call,
): AsyncIterable<FoundShare | UnreadShares> {
  if (team.rights.members.length === 0) return
  try {
    yield* opened(plan, team, await patiently(workplace, call, async () => theTeam(destination).open(team.rights, call)))
  } catch (thrown) {
    call.signal.throwIfAborted()
    const { message, remedy } = asFault(thrown)
    yield* listedTeam(plan, team, { outcome: 'not', why: remedy === undefined ? message : `${message} ${remedy}` })
  }
}

function theTeam({ team, name }: Destination): TeamFolder {
  if (team === undefined) throw new Error(`${name} is connected without its Team folder.`)
  return team
}

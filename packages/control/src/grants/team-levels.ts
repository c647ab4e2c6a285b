import type { TeamAccess, TeamMember, TeamRights, TeamRule } from '@offramp/core'
import type { Ground } from './cover.ts'
import type { Shape } from './shape.ts'
import type { SourceRights } from './source-rights.ts'
import type { Standing } from './tree.ts'

const LEVELS: readonly TeamAccess[] = ['none', 'read', 'add', 'write']

export const levelOf = ({ access, noDelete }: Pick<Shape, 'access' | 'noDelete'>): TeamAccess =>
  access === 'write' ? (noDelete ? 'add' : 'write') : 'read'

/** What an access list can say: neither an end nor a bar to downloading. The least first. */
const SAYABLE: readonly Shape[] = [
  { access: 'read', noDownload: false, noDelete: false },
  { access: 'write', noDownload: false, noDelete: true },
  { access: 'write', noDownload: false, noDelete: false },
]

/** One person or group. */
export interface Principal {
  readonly who: string
  readonly member: TeamMember
  /** What they may do at each node of the source, by its number, as a number of `LEVELS`: there may be 100,000 nodes and hundreds of people. */
  readonly levels: Uint8Array
}

export const principalsOf = (
  rights: SourceRights,
  entitled: readonly { readonly who: string; readonly member: TeamMember }[],
  nodes: number,
): readonly Principal[] =>
  entitled.map(({ who, member }) => {
    const levels = new Uint8Array(nodes)
    for (const [less, shape] of SAYABLE.entries()) for (const node of rights.may(who, shape).all) levels[node] = less + 1
    return { who, member, levels }
  })

/** What each member may do at one place: by their numbers, as numbers of `LEVELS`. The same object wherever it is the same. */
type Levels = Uint8Array

/** What each principal can do in a Team folder, and the lists that say so. */
export interface TeamLevels {
  readonly rules: readonly TeamRule[]
  readonly members: TeamRights['members']
  /** What somebody can do at a node, by its number. */
  at(who: string): (node: number) => TeamAccess
  /** Whether they can do this much there. */
  allows(who: string, least: TeamAccess): (node: number) => boolean
}

const levelAt = ({ levels }: Principal, node: number): number => levels[node] ?? 0

/** Everything of the source that stands at a place must allow what is allowed there. A place of which the source knows nothing allows nothing. */
function ofPlace(one: Principal, { folders }: Standing): number {
  let least = folders.length === 0 ? 0 : LEVELS.length - 1
  for (const folder of folders) least = Math.min(least, levelAt(one, folder))
  return least
}

/**
 * The root where it is nothing at the source (a site is the folder of its libraries): who may enter something in it may look at it, and sees there what
 * they may enter.
 */
function ofRoot(one: Principal, root: Standing): number {
  if (root.folders.length > 0) return ofPlace(one, root)
  return root.below.some((below) => ofPlace(one, below) > 0) || root.apart.some((file) => levelAt(one, file) > 0) ? 1 : 0
}

export interface LevelFacts {
  readonly ground: Ground
  /** Undefined: nothing stands in the Team folder. */
  readonly root: Standing | undefined
  /** Its place. */
  readonly place: string
  readonly principals: readonly Principal[]
  /** People are in: what stands there and is not of the migration is theirs, and open as its folder is. */
  readonly isOpen: boolean
}

/** Lists of the same lines are the same, and so are lines: there are few of them, in as many places as there are folders. */
function listMaker(members: readonly Principal[]) {
  const lines = members.map(({ member: { kind, id } }) => LEVELS.map((may) => ({ kind, id, may })))
  const known = new Map<Levels | undefined, Map<Levels, TeamRule['access']>>()
  const made = (levels: Levels, above: Levels | undefined): TeamRule['access'] =>
    lines.flatMap((own, nth) => {
      const line = own[levels[nth] ?? 0]
      return line === undefined || (above !== undefined && levels[nth] === 0 && above[nth] === 0) ? [] : line
    })
  return (levels: Levels, above: Levels | undefined): TeamRule['access'] => {
    const here = known.get(above) ?? new Map<Levels, TeamRule['access']>()
    const access = here.get(levels) ?? made(levels, above)
    here.set(levels, access)
    known.set(above, here)
    return access
  }
}

/** Remembers levels, so that those which are the same are one. Nobody has more than nothing where they have nothing above. */
function levelMaker(members: readonly Principal[]) {
  const known = new Map<string, Levels>()
  const own = Buffer.alloc(members.length)
  return (above: Levels | undefined, level: (one: Principal) => number): Levels => {
    for (const [nth, one] of members.entries()) own[nth] = above?.[nth] === 0 ? 0 : level(one)
    const key = own.toString('latin1')
    const same = known.get(key)
    if (same !== undefined) return same
    const made = Uint8Array.from(own)
    known.set(key, made)
    return made
  }
}

/**
 * Nobody enters by a list what they cannot come to from the root; that is left to grants. A list stands where somebody may do something else than above. It
 * names whoever may do something there or above: a line for one group alone would undo another's, since groupfolders puts together what stands in one list
 * before it goes on to the next.
 */
export function teamLevels({ ground, root, place, principals, isOpen }: LevelFacts): TeamLevels {
  const { nodes, standings } = ground
  const members = principals.filter((one) => root !== undefined && ofRoot(one, root) > 0)
  const [within, listOf] = [levelMaker(members), listMaker(members)]
  const rules: TeamRule[] = []
  const most = new Uint8Array(members.length)
  const ofFolder = new Map<Standing, Levels>()
  const ofFile = new Map<number, Levels>()
  const settle = (at: Pick<TeamRule, 'place' | 'locator'>, levels: Levels, above: Levels | undefined): Levels => {
    if (levels === above) return levels
    for (const [nth, level] of levels.entries()) most[nth] = Math.max(most[nth] ?? 0, level)
    rules.push({ ...at, access: listOf(levels, above) })
    return levels
  }
  const settleFile = (standing: Standing, file: number, above: Levels): void => {
    const { locator, stranger } = nodes[file] ?? {}
    if (locator === undefined || (stranger && isOpen)) return
    const levels = within(above, (one) => levelAt(one, file))
    ofFile.set(file, settle({ place: standing.place, locator }, levels, above))
  }
  if (root === undefined) rules.push({ place, access: [] })
  for (const standing of standings.all.slice(root?.at ?? 0, root?.end ?? 0)) {
    const above = standing === root || standing.parent === undefined ? undefined : ofFolder.get(standing.parent)
    const levels = within(above, (one) => (standing === root ? ofRoot(one, standing) : ofPlace(one, standing)))
    ofFolder.set(standing, settle({ place: standing.place }, levels, above))
    for (const file of standing.apart) settleFile(standing, file, levels)
  }
  const numbers = new Map(members.map(({ who }, nth) => [who, nth]))
  const byNode = standings.of.map((standing, node) => ofFile.get(node) ?? (standing === undefined ? undefined : ofFolder.get(standing)))
  return {
    rules,
    members: members.map(({ member }, nth) => ({ ...member, most: LEVELS[most[nth] ?? 0] ?? 'none' })),
    at(who) {
      const nth = numbers.get(who)
      return nth === undefined ? () => 'none' : (node) => LEVELS[byNode[node]?.[nth] ?? 0] ?? 'none'
    },
    allows(who, least) {
      const [nth, bound] = [numbers.get(who), LEVELS.indexOf(least)]
      return nth === undefined ? () => bound === 0 : (node) => (byNode[node]?.[nth] ?? 0) >= bound
    },
  }
}

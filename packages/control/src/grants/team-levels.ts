import type { TeamAccess, TeamMember, TeamRights, TeamRule } from '@offramp/core'
import type { Shape } from './shape.ts'
import type { SourceRights } from './source-rights.ts'
import type { Standing, TreeNode } from './tree.ts'

const LEVELS: readonly TeamAccess[] = ['none', 'read', 'add', 'write']

/** Whether one level allows all that the other does. */
export const atLeast = (a: TeamAccess, b: TeamAccess): boolean => LEVELS.indexOf(a) >= LEVELS.indexOf(b)

export const levelOf = ({ access, noDelete }: Pick<Shape, 'access' | 'noDelete'>): TeamAccess =>
  access === 'write' ? (noDelete ? 'add' : 'write') : 'read'

/** What an access list can say: neither an end nor a bar to downloading. */
const SAYABLE: readonly (readonly [TeamAccess, Shape])[] = [
  ['write', { access: 'write', noDownload: false, noDelete: false }],
  ['add', { access: 'write', noDownload: false, noDelete: true }],
  ['read', { access: 'read', noDownload: false, noDelete: false }],
]

/** One person or group, and what they may do at any node of the source. */
export interface Principal {
  readonly who: string
  readonly member: TeamMember
  level(node: TreeNode): TeamAccess
}

/** One byte for a node, since there may be 100,000 of them and hundreds of people: only these nodes are asked about. */
export function principalsOf(
  rights: SourceRights,
  entitled: readonly { readonly who: string; readonly member: TeamMember }[],
  nodes: readonly TreeNode[],
): readonly Principal[] {
  const index = new Map(nodes.map(({ id }, n) => [id, n]))
  return entitled.map(({ who, member }) => {
    const asked = SAYABLE.map(([level, shape]) => [level, rights.may(who, shape)] as const)
    const levels = Uint8Array.from(nodes, (node) => LEVELS.indexOf(asked.find(([, may]) => may(node))?.[0] ?? 'none'))
    return { who, member, level: ({ id }) => LEVELS[levels[index.get(id) ?? -1] ?? 0] ?? 'none' }
  })
}

type Levels = ReadonlyMap<string, TeamAccess>

/** What each principal can do in a Team folder, and the lists that say so. */
export interface TeamLevels {
  readonly rules: readonly TeamRule[]
  readonly members: TeamRights['members']
  at(who: string, node: TreeNode): TeamAccess
}

const least = (levels: readonly TeamAccess[]): TeamAccess => LEVELS.find((level) => levels.includes(level)) ?? 'none'

/** Everything of the source that stands at a place must allow what is allowed there. A place of which the source knows nothing allows nothing. */
const ofPlace = ({ level }: Principal, { folders }: Standing): TeamAccess => least(folders.length === 0 ? ['none'] : folders.map(level))

/**
 * The root where it is nothing at the source (a site is the folder of its libraries): who may enter something in it may look at it, and sees there what
 * they may enter.
 */
function ofRoot(one: Principal, root: Standing): TeamAccess {
  if (root.folders.length > 0) return ofPlace(one, root)
  const inside = [...root.below.map((below) => ofPlace(one, below)), ...root.apart.map(one.level)]
  return inside.some((level) => level !== 'none') ? 'read' : 'none'
}

export interface LevelFacts {
  readonly root: Standing
  readonly principals: readonly Principal[]
  /** People are in: what stands there and is not of the migration is theirs, and open as its folder is. */
  readonly isOpen: boolean
}

/**
 * A list, where somebody may do something else than above. It names whoever may do something there or above: a line for one group alone would undo
 * another's, since groupfolders puts together what stands in one list before it goes on to the next.
 */
function ruleOf(
  members: readonly Principal[],
  at: Pick<TeamRule, 'place' | 'locator'>,
  { levels, above }: { readonly levels: Levels; readonly above: Levels | undefined },
): readonly TeamRule[] {
  if (levels === above) return []
  const access = members
    .map(({ who, member }) => ({ ...member, may: levels.get(who) ?? 'none', was: above?.get(who) ?? 'none' }))
    .filter(({ may, was }) => above === undefined || may !== 'none' || was !== 'none')
    .map(({ kind, id, may }) => ({ kind, id, may }))
  return [{ ...at, access }]
}

/** Nobody enters by a list what they cannot come to from the root; that is left to grants. */
export function teamLevels({ root, principals, isOpen }: LevelFacts): TeamLevels {
  const members = principals.filter((one) => ofRoot(one, root) !== 'none')
  const rules: TeamRule[] = []
  const known = new Map<string, Levels>()
  const most = new Map<string, TeamAccess>()
  // Where nothing is different, it is the very same: most of 100,000 folders are as the one above them.
  const within = (above: Levels | undefined, level: (one: Principal) => TeamAccess): Levels => {
    const own = new Map(members.map((one) => [one.who, above?.get(one.who) === 'none' ? 'none' : level(one)] as const))
    return above !== undefined && members.every(({ who }) => own.get(who) === above.get(who)) ? above : own
  }
  const settle = (
    key: string,
    at: Pick<TeamRule, 'place' | 'locator'>,
    is: { readonly levels: Levels; readonly above: Levels | undefined },
  ) => {
    known.set(key, is.levels)
    for (const [who, level] of is.levels) if (!atLeast(most.get(who) ?? 'none', level)) most.set(who, level)
    rules.push(...ruleOf(members, at, is))
  }
  const visit = (standing: Standing, above: Levels | undefined): void => {
    const { place, apart } = standing
    const levels = within(above, (one) => (above === undefined ? ofRoot(one, standing) : ofPlace(one, standing)))
    settle(`folder ${place}`, { place }, { levels, above })
    for (const file of apart) {
      const { locator, stranger, id } = file
      if (locator === undefined || (stranger && isOpen)) continue
      settle(`file ${id}`, { place, locator }, { levels: within(levels, (one) => one.level(file)), above: levels })
    }
    for (const below of standing.below) visit(below, levels)
  }
  visit(root, undefined)
  return {
    rules,
    members: members.map(({ who, member }) => ({ ...member, most: most.get(who) ?? 'none' })),
    at: (who, { id, place }) => (known.get(`file ${id}`) ?? known.get(`folder ${place}`))?.get(who) ?? 'none',
  }
}

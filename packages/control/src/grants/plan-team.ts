import type { Share, TeamAccess, TeamMember, TeamRights } from '@offramp/core'
import { type Entitled, entitle, type ShareLoss } from './entitle.ts'
import { type GrantOptions, type PlannedGrant, type PlannedGrants, planGrants, SAYS } from './plan-grants.ts'
import { includes, type Shape, shapeOf } from './shape.ts'
import { SourceRights } from './source-rights.ts'
import { atLeast, levelOf, principalsOf, type TeamLevels, teamLevels } from './team-levels.ts'
import { standingsOf, type Tree, type TreeNode } from './tree.ts'
import type { People } from './who.ts'

export interface TeamFacts extends Pick<GrantOptions, 'most'> {
  /** Where the Team folder stands: a place, without a slash before it. */
  readonly root: string
  /** People have been let in before. */
  readonly isOpen: boolean
  /** Who cannot be a member, and is given grants instead: `user anna`. */
  readonly outside?: ReadonlySet<string>
}

/** A grant of the source that being a member is the answer to. */
export interface TeamShare {
  readonly share: Share
  readonly to: TeamMember
  readonly access: TeamAccess
}

export interface PlannedTeam extends PlannedGrants {
  readonly rights: Pick<TeamRights, 'members' | 'rules'>
  readonly shared: readonly TeamShare[]
}

const PART =
  'Some of what it gives stands in folders that are open to fewer people, and could not be given one by one. Share by hand what is needed.'

const memberOf = ({ meant: { to } }: Entitled): TeamMember | undefined =>
  to.kind === 'user' || to.kind === 'group' ? { kind: to.kind, id: to.id } : undefined

interface Scene {
  readonly rights: SourceRights
  readonly levels: TeamLevels
  /** Folders, and files that may be open to others than their folder is: what all others do, their folder does. */
  readonly looked: readonly TreeNode[]
  readonly grants: readonly PlannedGrant[]
}

const keyOf = ({ kind, id }: { readonly kind: string; readonly id?: string; readonly address?: string }): string => `${kind} ${id}`

/** Whether a grant of the destination opens this to whoever it is given to. */
const opens = ({ grant }: PlannedGrant, { place, locator }: TreeNode, shape: Shape): boolean => {
  if (place === undefined) return false
  const here = grant.locator === undefined ? `${place}/`.startsWith(`${grant.place}/`) : grant.place === place && grant.locator === locator
  const { access, noDownload = false, noDelete = false, expires } = grant
  return here && includes({ access, noDownload, noDelete, ...(expires === undefined ? {} : { expires }) }, shape)
}

/** Whether all that a grant of the source opened is open at the destination, by the Team folder or by grants, as far as it stands there. */
function isWhole({ rights, levels, looked, grants }: Scene, share: Share, to: TeamMember): boolean {
  const shape = shapeOf(share)
  if (shape === undefined) return false
  const mine = grants.filter(({ grant }) => 'id' in grant.to && keyOf(grant.to) === keyOf(to))
  const reached = rights.reach(SourceRights.at(share))
  const isOpen = (node: TreeNode): boolean =>
    atLeast(levels.at(keyOf(to), node), levelOf(shape)) || mine.some((one) => opens(one, node, shape))
  return looked.every((node) => node.place === undefined || !reached(node) || isOpen(node))
}

function lossIn(scene: Scene, loss: ShareLoss, to: TeamMember | undefined): readonly ShareLoss[] {
  const { share } = loss
  const node = scene.rights.knows(SourceRights.at(share))
  const isIn = to !== undefined && node !== undefined && scene.levels.at(keyOf(to), node) !== 'none'
  if (to === undefined || node?.place === undefined || shapeOf(share) === undefined) return [loss]
  if (isWhole(scene, share, to)) return share.access === 'manage' ? [{ share, lost: 'part', why: SAYS.manage }] : []
  return isIn ? [{ share, lost: 'part', why: PART }] : [loss]
}

/** What is open to others than its folder is: by its own rights, or because it stands elsewhere than at the source. */
const isLooked =
  (rights: SourceRights) =>
  ({ id, kind, stranger, above, place }: TreeNode): boolean =>
    stranger === undefined && (kind === 'folder' || rights.isApart(id) || above.some((one) => rights.knows(one)?.place !== place))

function levelsOf(
  nodes: readonly TreeNode[],
  entitled: readonly Entitled[],
  at: TeamFacts & { readonly rights: SourceRights },
): TeamLevels {
  const { root, isOpen, rights, outside } = at
  const standings = standingsOf(nodes, ({ id }) => rights.isApart(id))
  const top = standings.get(root) ?? { place: root, folders: [], apart: [], plain: [], below: [] }
  const inside = entitled.flatMap((one) => {
    const member = memberOf(one)
    return member === undefined || outside?.has(one.meant.who) ? [] : [{ who: one.meant.who, member }]
  })
  const asked = [...standings.values()].flatMap(({ folders, apart }) => [...folders, ...apart])
  return teamLevels({ root: top, principals: principalsOf(rights, inside, asked), isOpen })
}

/**
 * What the grants of a site or a shared drive become in a Team folder of its own: who is a member, and the lists that say what each may do where. What
 * lists cannot say (an end, a bar to downloading, links, a folder inside one that is closed to somebody) becomes a grant where one can. Nobody may do
 * anything, anywhere, that they may not do at the source. Asks nobody.
 */
export function planTeam(shares: readonly Share[], tree: Tree, people: People, facts: TeamFacts): PlannedTeam {
  const nodes = [...tree.nodes]
  const rights = new SourceRights(nodes)
  const { entitled } = entitle(shares, rights, people)
  const levels = levelsOf(nodes, entitled, { ...facts, rights })
  const done: GrantOptions['done'] = (who, shape) => (node) => atLeast(levels.at(who, node), levelOf(shape))
  const { grants, losses } = planGrants(shares, { nodes }, people, { done, ...(facts.most === undefined ? {} : { most: facts.most }) })
  const scene: Scene = { rights, levels, looked: nodes.filter(isLooked(rights)), grants }
  const byShare = new Map(entitled.flatMap((one) => one.shares.map((share) => [share, memberOf(one)] as const)))
  const sharedOf = (share: Share): readonly TeamShare[] => {
    const to = byShare.get(share)
    const node = rights.knows(SourceRights.at(share))
    const access = to === undefined || node === undefined ? 'none' : levels.at(keyOf(to), node)
    return to === undefined || access === 'none' ? [] : [{ share, to, access }]
  }
  return {
    rights: { members: levels.members, rules: levels.rules },
    shared: shares.flatMap(sharedOf),
    grants,
    losses: losses.flatMap((loss) => lossIn(scene, loss, byShare.get(loss.share))),
  }
}

import type { Share, TeamAccess, TeamMember, TeamRights } from '@offramp/core'
import type { Entitled, ShareLoss } from './entitle.ts'
import { Opened } from './opened.ts'
import { type GrantOptions, type PlannedGrant, type PlannedGrants, planScene, SAYS, type Scene, sceneOf } from './plan-grants.ts'
import { type Shape, shapeOf } from './shape.ts'
import { SourceRights } from './source-rights.ts'
import { levelOf, principalsOf, type TeamLevels, teamLevels } from './team-levels.ts'
import type { Tree } from './tree.ts'
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

const keyOf = ({ kind, id }: { readonly kind: string; readonly id?: string }): string => `${kind} ${id}`

interface Planned {
  readonly scene: Scene
  readonly levels: TeamLevels
  readonly grants: readonly PlannedGrant[]
}

/** What each person and group was given beside being a member, by who it is. */
function openedBy({ scene, grants }: Planned): ReadonlyMap<string, Opened> {
  const all = new Map<string, Opened>()
  for (const { grant } of grants) {
    const standing = scene.standings.byPlace.get(grant.place)
    if (!('id' in grant.to) || standing === undefined) continue
    const { locator, access, noDownload = false, noDelete = false, expires } = grant
    const opened = all.get(keyOf(grant.to)) ?? new Opened()
    const target = locator === undefined ? { standing } : { standing, locator }
    opened.add(target, { access, noDownload, noDelete, ...(expires === undefined ? {} : { expires }) })
    all.set(keyOf(grant.to), opened)
  }
  return all
}

/** Folders, and files that may be open to others than their folder is: by their own rights, or because they stand elsewhere than at the source. */
function lookedAt({ nodes, rights }: Scene): Uint8Array {
  const looked = new Uint8Array(nodes.length)
  const placeOf = (id: string): string | undefined => nodes[rights.numberOf(id) ?? -1]?.place
  for (const [number, { kind, stranger, above, place }] of nodes.entries())
    if (stranger === undefined && (kind === 'folder' || rights.isApart(number) || above.some((one) => placeOf(one) !== place)))
      looked[number] = 1
  return looked
}

/** Asks whether all that a grant of the source opened is open at the destination, by the Team folder or by grants, as far as it stands there. */
function wholeness(planned: Planned): (share: Share, to: TeamMember) => boolean {
  const { scene, levels } = planned
  const { nodes, rights, standings } = scene
  const [looked, opened] = [lookedAt(scene), openedBy(planned)]
  const look = (from: number, shape: Shape, to: TeamMember): boolean => {
    const [allows, mine] = [levels.allows(keyOf(to), levelOf(shape)), opened.get(keyOf(to))]
    const isOpen = (node: number): boolean => {
      const [standing, locator] = [standings.of[node], nodes[node]?.locator]
      // What does not stand at the destination is nobody's there.
      if (standing === undefined || allows(node)) return true
      return mine?.opens(locator === undefined ? { standing } : { standing, locator }, shape) ?? false
    }
    return rights.everyReached(from, (node) => looked[node] === 0 || isOpen(node))
  }
  return (share, to) => {
    const [from, shape] = [rights.numberOf(SourceRights.at(share)), shapeOf(share)]
    return from !== undefined && shape !== undefined && look(from, shape, to)
  }
}

function membersIn(scene: Scene, { root, isOpen, outside }: TeamFacts): TeamLevels {
  const inside = scene.entitled.flatMap((one) => {
    const member = memberOf(one)
    return member === undefined || outside?.has(one.meant.who) ? [] : [{ who: one.meant.who, member }]
  })
  const principals = principalsOf(scene.rights, inside, scene.nodes.length)
  return teamLevels({ ground: scene, root: scene.standings.byPlace.get(root), place: root, principals, isOpen })
}

/**
 * What the grants of a site or a shared drive become in a Team folder of its own: who is a member, and the lists that say what each may do where. What
 * lists cannot say (an end, a bar to downloading, links, a folder inside one that is closed to somebody) becomes a grant where one can. Nobody may do
 * anything, anywhere, that they may not do at the source. Asks nobody.
 */
export function planTeam(shares: readonly Share[], tree: Tree, people: People, facts: TeamFacts): PlannedTeam {
  const scene = sceneOf(shares, tree, people)
  const levels = membersIn(scene, facts)
  const done: GrantOptions['done'] = (who, shape) => levels.allows(who, levelOf(shape))
  const { grants, losses } = planScene(scene, { done, ...(facts.most === undefined ? {} : { most: facts.most }) })
  const byShare = new Map(scene.entitled.flatMap((one) => one.shares.map((share) => [share, memberOf(one)] as const)))
  const accessOf = (share: Share, to: TeamMember): TeamAccess => {
    const node = scene.rights.numberOf(SourceRights.at(share))
    return node === undefined ? 'none' : levels.at(keyOf(to))(node)
  }
  const isWhole = wholeness({ scene, levels, grants })
  const lossIn = (loss: ShareLoss): readonly ShareLoss[] => {
    const { share } = loss
    const to = byShare.get(share)
    const node = scene.nodes[scene.rights.numberOf(SourceRights.at(share)) ?? -1]
    if (to === undefined || node?.place === undefined || shapeOf(share) === undefined) return [loss]
    if (isWhole(share, to)) return share.access === 'manage' ? [{ share, lost: 'part', why: SAYS.manage }] : []
    return accessOf(share, to) === 'none' ? [loss] : [{ share, lost: 'part', why: PART }]
  }
  return {
    rights: { members: levels.members, rules: levels.rules },
    shared: shares.flatMap((share) => {
      const to = byShare.get(share)
      const access = to === undefined ? 'none' : accessOf(share, to)
      return to === undefined || access === 'none' ? [] : [{ share, to, access }]
    }),
    grants,
    losses: losses.flatMap(lossIn),
  }
}

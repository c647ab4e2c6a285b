import type { Call } from '@offramp/core'
import { lookAt } from '../../discover.ts'
import { isRefusal } from '../../faults.ts'
import { textOf } from '../../multistatus.ts'
import type { Admin } from '../admin.ts'
import { type FilesDesk, folderHref } from '../desk.ts'
import { encodeName } from '../names/encode.ts'
import { type AclLine, aclKey, lineKey, readLists, writeList } from './access-list.ts'
import { ALL, LEVELS, makeTeamApi, ownGroup, type TeamApi, type TeamFacts } from './team-api.ts'
import { badName, noAdmin, notNextcloud, notSet, strangers, taken, unseen } from './team-faults.ts'

/** A Team folder, from the account that moves into it. */
export interface TeamAt {
  readonly desk: FilesDesk
  readonly admin: Admin | undefined
  readonly name: string
}

export type TeamState = 'absent' | 'closed' | 'open' | 'theirs'

/** `Place.id` of its root. */
export const placeOfTeam = ({ desk, name }: Pick<TeamAt, 'desk' | 'name'>): string => `/${encodeName(name, desk.server.rules)}`

/** What the account that moves may do, and what Offramp's own groups may not, wherever a rule stands. */
export const ownLines = ({ desk, name }: Pick<TeamAt, 'desk' | 'name'>): readonly AclLine[] => [
  { type: 'user', id: desk.server.user, mask: ALL, bits: ALL },
  ...(['move', ...LEVELS] as const).map((level) => ({ type: 'group', id: ownGroup(name, level), mask: ALL, bits: 0 })),
]

/** How a Team folder stands. One that bears Offramp's own group was made by it. */
export function stateOf(facts: TeamFacts): Exclude<TeamState, 'absent'> {
  const own = ownGroup(facts.name, 'move')
  if (!facts.groups.has(own)) return 'theirs'
  return facts.groups.size > 1 ? 'open' : 'closed'
}

/** What stands at its place among the account's files. */
async function standing({ desk, name }: TeamAt, call: Call): Promise<'team' | 'else' | 'nothing'> {
  try {
    const found = await lookAt(desk.client, folderHref(desk, placeOfTeam({ desk, name })), ['N:mount-type', 'N:group-folder-id'], call)
    if (found === undefined) return 'nothing'
    return textOf(found, 'N:mount-type') === 'group' || textOf(found, 'N:group-folder-id') ? 'team' : 'else'
  } catch (thrown) {
    if (isRefusal(thrown, 404)) return 'nothing'
    throw thrown
  }
}

/** Begun by Offramp and broken off: nobody is in it, nothing is, and Offramp's group is there. */
async function isBegun(api: TeamApi, { groups, size, name }: TeamFacts, call: Call): Promise<boolean> {
  return groups.size === 0 && size === 0 && (await api.idOf({ kind: 'group', id: ownGroup(name, 'move') }, call)) !== undefined
}

/** How it stands, without a change. Faults `run` where there can be none, or nobody is named who could make it. */
export async function lookAtTeam(at: TeamAt, call: Call): Promise<{ readonly state: TeamState; readonly facts?: TeamFacts }> {
  const { desk, admin, name } = at
  if (desk.server.kind !== 'nextcloud') throw notNextcloud(desk.server.says)
  if (placeOfTeam(at) !== `/${name}`) throw badName(name)
  const { client } = desk
  const here = await standing(at, call)
  if (admin === undefined) {
    if (here !== 'team') throw noAdmin(client.host, name)
    return { state: 'theirs' }
  }
  const api = makeTeamApi(admin)
  const facts = await api.find(name, call)
  const state = facts === undefined || (await isBegun(api, facts, call)) ? 'absent' : stateOf(facts)
  if (here !== 'team' && (state === 'theirs' || state === 'open')) throw unseen(client.account, name)
  if (here === 'else') throw taken(client.account, name)
  return { state, ...(facts === undefined ? {} : { facts }) }
}

/**
 * Sees to it that the Team folder stands, and that the account which moves may write there. One that a person made is used as it is. Made here, it is
 * closed: the account is its only member before anything is in it, and its lists say so for every group of Offramp's.
 */
export async function ensureTeam(at: TeamAt, call: Call): Promise<Exclude<TeamState, 'absent'>> {
  const { state, facts } = await lookAtTeam(at, call)
  if (state === 'theirs' || state === 'open') return state
  if (at.admin === undefined) throw noAdmin(at.desk.client.host, at.name)
  await complete({ ...at, api: makeTeamApi(at.admin) }, facts, call)
  return 'closed'
}

interface Making extends TeamAt {
  readonly api: TeamApi
}

/** Groups that are empty first; then the folder, with lists on; the account, and nobody else, last. */
async function complete({ desk, name, api }: Making, before: TeamFacts | undefined, call: Call): Promise<void> {
  const { server, client } = desk
  for (const level of ['move', ...LEVELS] as const) await api.ensureGroup(name, level, call)
  const own = ownGroup(name, 'move')
  const inside = await api.membersOf(own, call)
  const others = inside.filter((one) => one.toLowerCase() !== server.user.toLowerCase())
  if (others.length > 0) throw strangers(own, others)
  if (before === undefined) await api.make(name, call)
  const team = before ?? (await api.find(name, call))
  if (team === undefined) throw unseen(client.account, name)
  if (!team.acl) await api.useLists(team.id, call)
  if (!team.managers.some(({ type, id }) => type === 'user' && id === server.user)) await api.letManage(team.id, server.user, call)
  if (inside.length === 0) await api.join(server.user, own, call)
  if (team.groups.get(own) !== ALL) await api.letIn(team, own, ALL, call)
  await closeRoot({ desk, name }, call)
}

/** The root's own list: for everybody of Offramp's groups nothing, for the account everything. Lines of others stay. */
async function closeRoot(at: Pick<TeamAt, 'desk' | 'name'>, call: Call): Promise<void> {
  const { desk, name } = at
  const href = folderHref(desk, placeOfTeam(at))
  const stands = (await readLists(desk, { href, depth: '0' }, call)).get(aclKey(href))?.lines ?? []
  const known = new Map(stands.map((line) => [lineKey(line), line]))
  const missing = ownLines(at).filter((line) => known.get(lineKey(line))?.bits !== line.bits || known.get(lineKey(line))?.mask !== ALL)
  if (missing.length === 0) return
  for (const line of missing) known.set(lineKey(line), line)
  if (!(await writeList(desk, href, [...known.values()], call))) throw notSet(name, placeOfTeam(at))
}

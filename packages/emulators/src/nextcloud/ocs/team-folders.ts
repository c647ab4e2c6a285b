import { newStore, rootOf } from '../files/node.ts'
import { ALL } from '../files/share.ts'
import { type TeamFolder, teamPermissions } from '../files/team.ts'
import { DavError } from '../serve/errors.ts'
import { OcsError } from './reply.ts'
import type { OcsCall } from './route.ts'

/**
 * The interface of the groupfolders app: for administrators, but that everybody may look at what is theirs (facts 4.8). As version 20.1.7 answers on
 * Nextcloud 32.0.1, which says what is wrong without the envelope, and 500 where the database has refused.
 */
export function answerTeams(call: OcsCall, path: string): unknown {
  const { state, viewer, method } = call
  const found = /^(?:\/index\.php)?\/apps\/groupfolders\/folders(?:\/(\d+))?(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path)
  if (!found || state.settings.teamFolders === 'no') throw new DavError(404, 'App "groupfolders" is not here')
  const [, id, part, group] = found
  if (!viewer.admin && method !== 'GET')
    throw new OcsError(500, 'Logged in user must be an admin, a sub admin or gotten special right to access this setting')
  const teams = new Map([...state.teams].filter(([, team]) => viewer.admin || teamPermissions(team, viewer) !== 0))
  const eyes = (team: TeamFolder): object => shown(team, viewer.admin ? undefined : viewer.groups)
  if (id === undefined) return method === 'POST' ? make(call) : list(teams, eyes)
  const team = teams.get(Number(id))
  if (!team) throw new OcsError(404, state.teams.has(Number(id)) ? '' : 'Groupfolder not found')
  if (part === undefined) return method === 'DELETE' ? drop(call, team) : eyes(team)
  return change(call, team, { part, group: group === undefined ? undefined : decodeURIComponent(group) })
}

/** PHP writes an empty map as a list. */
const orList = (map: object): object => (Object.keys(map).length === 0 ? [] : map)

const list = (teams: ReadonlyMap<number, TeamFolder>, eyes: (team: TeamFolder) => object): object =>
  orList(Object.fromEntries([...teams].map(([id, team]) => [String(id), eyes(team)])))

/** `own`: of others who is no administrator is told nothing. */
function shown(team: TeamFolder, own?: readonly string[]): object {
  const groups = [...team.groups].filter(([id]) => own === undefined || own.includes(id))
  const details = groups.map(([id, permissions]) => [id, { displayName: id, permissions, type: 'group' }] as const)
  return {
    id: team.id,
    mount_point: team.mountPoint,
    quota: team.quota,
    acl: team.acl,
    size: team.store.root.size,
    groups: orList(Object.fromEntries(groups)),
    group_details: orList(Object.fromEntries(details)),
    manage: team.managers.map(({ type, id }) => ({ type, id, displayname: id })),
  }
}

function make({ state, given }: OcsCall): object {
  const mountPoint = (given.text('mountpoint') ?? '').trim()
  // It is taken, and nobody is helped.
  if (mountPoint === '' || mountPoint.includes('/')) state.violations.note(`a team folder called "${mountPoint}"`)
  if ([...state.teams.values()].some((team) => team.mountPoint === mountPoint)) throw new OcsError(400, 'Mount point already exists')
  const id = Math.max(0, ...state.teams.keys()) + 1
  const store = newStore({ team: id }, Math.floor(state.now() / 1000))
  const team: TeamFolder = {
    id,
    mountPoint: mountPoint.normalize('NFC'),
    store,
    groups: new Map(),
    quota: -3,
    acl: false,
    managers: [],
    rules: new Map(),
  }
  state.teams.set(id, team)
  return shown(team)
}

function drop({ state }: OcsCall, team: TeamFolder): object {
  state.teams.delete(team.id)
  for (const share of state.shares.values()) if (rootOf(share.node) === team.store.root) state.shares.delete(share.id)
  return { success: true }
}

interface Part {
  readonly part: string
  readonly group: string | undefined
}

function change({ state, given, method }: OcsCall, team: TeamFolder, { part, group }: Part): object {
  switch (part) {
    case 'groups': {
      const id = group ?? given.text('group') ?? ''
      if (!state.groups.has(id)) state.violations.note(`a team folder for the group "${id}", which is not there`)
      if (method === 'DELETE') team.groups.delete(id)
      else if (group === undefined && team.groups.has(id)) throw duplicate('groups_folder_group')
      else if (group === undefined) team.groups.set(id, ALL)
      else if (team.groups.has(id)) team.groups.set(id, bits(given.number('permissions')))
      break
    }
    case 'quota': {
      const quota = given.number('quota')
      if (quota === undefined || quota < -3) state.violations.note(`a quota of ${quota} bytes, which is taken as it is`)
      if (quota === undefined) break
      team.quota = quota
      break
    }
    case 'acl':
      team.acl = given.flag('acl') ?? false
      break
    case 'manageACL':
      manage(team, {
        type: given.text('mappingType') === 'group' ? 'group' : 'user',
        id: given.text('mappingId') ?? '',
        isManager: given.flag('manageAcl') ?? false,
      })
      break
    case 'mountpoint':
      team.mountPoint = given.text('mountpoint') ?? team.mountPoint
      break
    default:
      throw new OcsError(404, 'Groupfolder not found')
  }
  return { success: true, folder: shown(team) }
}

function bits(permissions: number | undefined): number {
  if (permissions === undefined || !Number.isInteger(permissions) || permissions < 0 || permissions > ALL)
    throw new OcsError(400, 'Permissions are a number from 0 to 31')
  return permissions
}

function manage(team: TeamFolder, wish: { readonly type: 'user' | 'group'; readonly id: string; readonly isManager: boolean }): void {
  const { type, id } = wish
  const index = team.managers.findIndex((each) => each.type === type && each.id === id)
  if (index >= 0 && wish.isManager) throw duplicate('group_folders_manage_pkey')
  if (index >= 0) team.managers.splice(index, 1)
  if (wish.isManager) team.managers.push({ type, id })
}

const duplicate = (key: string): OcsError =>
  new OcsError(
    500,
    `An exception occurred while executing a query: Unique violation: duplicate key value violates unique constraint "${key}"`,
  )

import { createHash } from 'node:crypto'
import type { Call, TeamAccess, TeamMember } from '@offramp/core'
import { isRefusal } from '../../faults.ts'
import type { Admin } from '../admin.ts'
import { codeOf, factsOf, textsOf } from '../ocs.ts'
import { adminRefused, noApp } from './team-faults.ts'

/** A Team folder as the app `groupfolders` tells of it to an admin. */
export interface TeamFacts {
  readonly id: number
  readonly name: string
  /** Rights by group. */
  readonly groups: ReadonlyMap<string, number>
  readonly managers: readonly { readonly type: string; readonly id: string }[]
  readonly acl: boolean
  /** Bytes. */
  readonly size: number
}

/** What a group has of a Team folder before anything else is said. */
export const ALL = 31

const [READ, UPDATE, CREATE, DELETE] = [1, 2, 4, 8]

export const BITS: Readonly<Record<TeamAccess, number>> = {
  none: 0,
  read: READ,
  add: READ | UPDATE | CREATE,
  write: READ | UPDATE | CREATE | DELETE,
}

/** Of a file: nothing is made in it. */
export const FILE_BITS = ALL & ~CREATE

export type OwnLevel = Exclude<TeamAccess, 'none'> | 'move'

export const LEVELS: readonly Exclude<OwnLevel, 'move'>[] = ['read', 'add', 'write']

/** Offramp's own group of a Team folder for each level: the same in every process, and nobody's by chance. */
export const ownGroup = (name: string, level: OwnLevel): string =>
  `offramp-team-${createHash('sha256').update(name.normalize('NFC')).digest('hex').slice(0, 12)}-${level}`

const SHOWN: Readonly<Record<OwnLevel, string>> = { read: 'may read', add: 'may add', write: 'may change', move: 'Offramp' }

const FOLDERS = '/index.php/apps/groupfolders/folders'

/** A large server has thousands. */
const LIST_BYTES = 64 * 1024 * 1024

function factsIn(value: unknown): TeamFacts {
  const one = factsOf(value)
  // The number itself, or (some versions) what else is known of the group around it.
  const bits = (given: unknown): number => Number(typeof given === 'object' ? factsOf(given)['permissions'] : given)
  return {
    id: Number(one['id']),
    name: String(one['mount_point'] ?? ''),
    groups: new Map(Object.entries(factsOf(one['groups'])).map(([id, given]) => [id, bits(given)])),
    managers: (Array.isArray(one['manage']) ? one['manage'] : [])
      .map(factsOf)
      .map(({ type, id }) => ({ type: String(type ?? ''), id: String(id ?? '') })),
    acl: one['acl'] === true || one['acl'] === 1 || one['acl'] === '1',
    size: Number(one['size'] ?? 0),
  }
}

/** What an admin can do with Team folders and groups. Every step says the same when it is done twice. */
export interface TeamApi {
  find(name: string, call: Call): Promise<TeamFacts | undefined>
  make(name: string, call: Call): Promise<void>
  useLists(id: number, call: Call): Promise<void>
  letManage(id: number, user: string, call: Call): Promise<void>
  /** Lets a group in, and says what it may do at the most. */
  letIn(team: TeamFacts, group: string, bits: number, call: Call): Promise<void>
  ensureGroup(name: string, level: OwnLevel, call: Call): Promise<void>
  /** The id in the very letters that access lists want; undefined where there is nobody. */
  idOf(member: TeamMember, call: Call): Promise<string | undefined>
  membersOf(group: string, call: Call): Promise<readonly string[]>
  join(user: string, group: string, call: Call): Promise<void>
}

export function makeTeamApi(admin: Admin): TeamApi {
  const part = encodeURIComponent
  const asked = async (request: Parameters<Admin['ask']>[0], call: Call): Promise<unknown> => {
    try {
      return await admin.ask(request, call)
    } catch (thrown) {
      throw adminRefused(thrown, admin.login, admin.host)
    }
  }
  const post = (path: string, fields: Readonly<Record<string, string>>, call: Call): Promise<unknown> =>
    asked({ method: 'POST', path, fields }, call)
  const find: TeamApi['find'] = async (name, call) => {
    try {
      const all = await asked({ method: 'GET', path: FOLDERS, maxBytes: LIST_BYTES }, call)
      const folders = Object.values(typeof all === 'object' && all !== null ? all : {}).map(factsIn)
      return folders.find((one) => one.name.normalize('NFC') === name.normalize('NFC'))
    } catch (thrown) {
      throw isRefusal(thrown, 404, 998) ? noApp(admin.host) : thrown
    }
  }
  const there = async (path: string, call: Call): Promise<unknown> => {
    try {
      return (await asked({ method: 'GET', path, maxBytes: LIST_BYTES }, call)) ?? {}
    } catch (thrown) {
      if (isRefusal(thrown, 404, 998)) return undefined
      throw thrown
    }
  }
  return {
    find,
    make: async (name, call) => void (await post(FOLDERS, { mountpoint: name }, call)),
    useLists: async (id, call) => void (await post(`${FOLDERS}/${id}/acl`, { acl: '1' }, call)),
    letManage: async (id, user, call) =>
      void (await post(`${FOLDERS}/${id}/manageACL`, { mappingType: 'user', mappingId: user, manageAcl: '1' }, call)),
    async letIn({ id, groups }, group, bits, call) {
      if (!groups.has(group)) await post(`${FOLDERS}/${id}/groups`, { group }, call)
      await post(`${FOLDERS}/${id}/groups/${part(group)}`, { permissions: String(bits) }, call)
    },
    async ensureGroup(name, level, call) {
      const groupid = ownGroup(name, level)
      if ((await there(`/cloud/groups/${groupid}`, call)) !== undefined) return
      await post('/cloud/groups', { groupid, displayname: `${name} (${SHOWN[level]})` }, call).catch((thrown: unknown) => {
        // Another process was quicker.
        if (!isRefusal(thrown) || codeOf(thrown) !== 102) throw thrown
      })
    },
    async idOf({ kind, id }, call) {
      const found = await there(`/cloud/${kind}s/${part(id)}`, call)
      const told = factsOf(found)['id']
      return found === undefined ? undefined : kind === 'user' && typeof told === 'string' ? told : id
    },
    membersOf: async (group, call) => textsOf(factsOf(await there(`/cloud/groups/${part(group)}`, call))['users']),
    join: async (user, groupid, call) => void (await post(`/cloud/users/${part(user)}/groups`, { groupid }, call)),
  }
}

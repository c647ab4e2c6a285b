import { asFault, type Call, type CheckRequest, type Finding } from '@offramp/core'
import { lookAt } from '../../discover.ts'
import { isRefusal } from '../../faults.ts'
import type { Admin } from '../admin.ts'
import { type FilesDesk, folderHref } from '../desk.ts'
import { factsOf, textsOf } from '../ocs.ts'
import type { Provisioner } from '../provision.ts'
import { isBegun, placeOfTeam, stateOf, type TeamAt } from './make-team.ts'
import { makeTeamApi } from './team-api.ts'
import { adminRefused, badName, noAdmin, notAdmin, notNextcloud, taken, unseen } from './team-faults.ts'

export interface TeamCheck {
  readonly admin: Admin | undefined
  readonly name: string
  readonly provisioner: Provisioner | undefined
  desk(account: string, call: Call): Promise<FilesDesk>
}

/** `mount-type` of what stands at the place, `''` for a folder of the account's own. Undefined: nothing. */
async function mountAt({ desk, name }: Pick<TeamAt, 'desk' | 'name'>, call: Call): Promise<string | undefined> {
  try {
    const found = await lookAt(desk.client, folderHref(desk, placeOfTeam({ desk, name })), ['N:mount-type'], call)
    return found === undefined ? undefined : (found.props.get('N:mount-type')?.text ?? '')
  } catch (thrown) {
    if (isRefusal(thrown, 404)) return undefined
    throw thrown
  }
}

/** Whether the login may make groups and Team folders: the server's own word for it. */
async function isAdmin(admin: Admin, call: Call): Promise<boolean> {
  try {
    return textsOf(factsOf(await admin.ask({ method: 'GET', path: '/cloud/user' }, call))['groups']).includes('admin')
  } catch (thrown) {
    throw adminRefused(thrown, admin.login, admin.host)
  }
}

const SAYS = {
  made: 'It is not there yet, and is made when something is moved to it: closed to everybody but the account that moves, until `offramp shares --apply` lets in whom the source lets in.',
  closed: 'It was made by Offramp, and nobody else is in it yet: `offramp shares --apply` lets in whom the source lets in.',
  open: 'It was made by Offramp, and people are in it. What stands in it is left, and what is new can be given: offramp shares --apply',
  theirs: 'A person has made it. Files go into it, as they would into a folder; who is in it, and what they may do, is left to them.',
} as const

async function* teamOf(check: TeamCheck, account: string, call: Call): AsyncGenerator<Finding> {
  const { name, admin } = check
  const about = `Team folder ${name}`
  const isMade = check.provisioner !== undefined && !(await check.provisioner.isThere(account, call))
  const desk = isMade ? undefined : await check.desk(account, call)
  if (desk !== undefined && desk.server.kind !== 'nextcloud') throw notNextcloud(desk.server.says)
  if (desk !== undefined && placeOfTeam({ desk, name }) !== `/${name}`) throw badName(name)
  const mount = desk === undefined ? undefined : await mountAt({ desk, name }, call)
  const host = desk?.client.host ?? admin?.host ?? ''
  if (admin === undefined) {
    if (mount !== 'group') throw noAdmin(host, name)
    yield { level: 'ok', about, says: SAYS.theirs }
    return
  }
  const api = makeTeamApi(admin)
  const found = await api.find(name, call)
  const state = found === undefined || (await isBegun(api, found, call)) ? 'made' : stateOf(found)
  if (state === 'made' && mount !== undefined) throw taken(account, name)
  if ((state === 'theirs' || state === 'open') && mount !== 'group') throw unseen(account, name)
  if (state !== 'theirs' && !(await isAdmin(admin, call))) throw notAdmin(admin.login, admin.host)
  yield { level: 'ok', about, says: SAYS[state] }
}

/** What will be done with a Team folder, and what stands in its way. Writes nothing. */
export async function* checkTeam(check: TeamCheck, { accounts }: CheckRequest, call: Call): AsyncGenerator<Finding> {
  for (const { id } of accounts) {
    try {
      yield* teamOf(check, id, call)
    } catch (thrown) {
      if (call.signal.aborted) throw thrown
      const { reach, message, remedy } = asFault(thrown)
      const level = reach === 'gate' ? 'warning' : 'error'
      yield { level, about: `Team folder ${check.name}`, says: message, ...(remedy === undefined ? {} : { remedy }) }
    }
  }
}

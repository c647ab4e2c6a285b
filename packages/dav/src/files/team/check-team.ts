import { asFault, type Call, type CheckRequest, type Finding } from '@offramp/core'
import type { Admin } from '../admin.ts'
import type { FilesDesk } from '../desk.ts'
import { factsOf, textsOf } from '../ocs.ts'
import type { Provisioner } from '../provision.ts'
import { lookAtTeam } from './make-team.ts'
import { makeTeamApi } from './team-api.ts'
import { adminRefused, notAdmin } from './team-faults.ts'

export interface TeamCheck {
  readonly admin: Admin | undefined
  readonly name: string
  readonly provisioner: Provisioner | undefined
  desk(account: string, call: Call): Promise<FilesDesk>
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
  absent:
    'It is not there yet, and is made when something is moved to it: closed to everybody but the account that moves, until `offramp shares --apply` lets in whom the source lets in.',
  closed: 'It was made by Offramp, and nobody else is in it yet: `offramp shares --apply` lets in whom the source lets in.',
  open: 'It was made by Offramp, and people are in it. What stands in it is left, and what is new can be given: offramp shares --apply',
  theirs: 'A person has made it. Files go into it, as they would into a folder; who is in it, and what they may do, is left to them.',
} as const

async function* teamOf({ name, admin, provisioner, desk }: TeamCheck, account: string, call: Call): AsyncGenerator<Finding> {
  const about = `Team folder ${name}`
  // An account that is not there yet has nothing in the way.
  const isThere = provisioner === undefined || (await provisioner.isThere(account, call))
  const at = isThere ? { desk: await desk(account, call), admin, name } : undefined
  const state = at === undefined ? 'absent' : (await lookAtTeam(at, call)).state
  if (admin !== undefined && state !== 'theirs' && !(await isAdmin(admin, call))) throw notAdmin(admin.login, admin.host)
  if (admin !== undefined && at === undefined) await makeTeamApi(admin).find(name, call)
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

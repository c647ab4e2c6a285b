import type { Call, Destination, TeamFolder } from '@offramp/core'
import type { FilesDesk } from '../desk.ts'
import { makePlain } from '../folders.ts'
import { makeLaterFolder } from './later-folder.ts'
import { ensureTeam, lookAtTeam, placeOfTeam, type TeamAt } from './make-team.ts'
import { openTeam } from './open-team.ts'

/** A Team folder of a Nextcloud, as the account that moves into it and the server's admin see it together. */
const makeTeamFolder = (at: TeamAt): TeamFolder => ({
  name: at.name,
  place: placeOfTeam(at),
  state: async (call) => (await lookAtTeam(at, call)).state,
  open: (rights, call) => openTeam(at, rights, call),
})

const CLOSED =
  'What goes into a Team folder that Offramp has made is closed to everybody but the account that moves, until `offramp shares --apply` lets in whom the source lets in.'

/**
 * Files that go into a Team folder: it is seen to once before the first of them is written, so that nothing ever goes into a folder of the account's own
 * that only bears its name. Where people are in it, a folder that comes later is closed until they are let in there as well.
 */
export function inTeamFolder(at: TeamAt, filesOf: (desk: FilesDesk) => Destination): Destination {
  let ready: ReturnType<typeof ensureTeam> | undefined
  const seen = (call: Call): ReturnType<typeof ensureTeam> => {
    ready ??= ensureTeam(at, call).catch((thrown: unknown) => {
      ready = undefined
      throw thrown
    })
    return ready
  }
  const makeFolder = async (place: string, call: Call): Promise<string | undefined> =>
    (await seen(call)) === 'open' ? makeLaterFolder(at, place, call) : makePlain(at.desk, place, call)
  const files = filesOf({ ...at.desk, makeFolder })
  const { putMany, grant, date, profile } = files
  return {
    ...files,
    team: makeTeamFolder(at),
    profile: { ...profile, assurances: [...(profile.assurances ?? []), CLOSED] },
    prepare: async (collection, call) => seen(call).then(() => files.prepare(collection, call)),
    put: async (place, item, over, call) => seen(call).then(() => files.put(place, item, over, call)),
    ...(putMany === undefined ? {} : { putMany: async (place, items, call) => seen(call).then(() => putMany(place, items, call)) }),
    ...(grant === undefined ? {} : { grant: async (asked, call) => seen(call).then(() => grant(asked, call)) }),
    ...(date === undefined ? {} : { date: async (dates, call) => seen(call).then(() => date(dates, call)) }),
  }
}

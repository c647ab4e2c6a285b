import type { Call, Destination, TeamFolder } from '@offramp/core'
import type { FilesDesk } from '../desk.ts'
import { makePlain } from '../folders.ts'
import { makeArrivals } from './arrivals.ts'
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
  'What goes into a Team folder that Offramp has made is closed to everybody but the account that moves, until `offramp shares --apply` lets in whom the source lets in. So is each file and folder that comes after that, until it is asked for again.'

/** Milliseconds after which it is looked again whether people were let in meanwhile. */
const LOOK_MS = 30_000

type Standing = Awaited<ReturnType<typeof ensureTeam>>

/** Sees to the Team folder once, and looks again and again whether people are in it by now. */
function watchTeam(at: TeamAt): (call: Call) => Promise<Standing> {
  const { clock } = at.desk.services
  let ready: Promise<Standing> | undefined
  let since = 0
  const look = (asking: Promise<Standing>): Promise<Standing> => {
    since = clock.now()
    ready = asking.catch((thrown: unknown) => {
      ready = undefined
      throw thrown
    })
    return ready
  }
  return async (call) => {
    if (ready === undefined) return look(ensureTeam(at, call))
    const known = await ready
    if (known !== 'closed' || clock.now() - since < LOOK_MS) return known
    return look(lookAtTeam(at, call).then(({ state }) => (state === 'absent' ? known : state)))
  }
}

/**
 * Files that go into a Team folder: it is seen to once before the first of them is written, so that nothing ever goes into a folder of the account's own
 * that only bears its name. Where people are in it, what comes later is closed until they are let in there as well.
 */
export function inTeamFolder(at: TeamAt, filesOf: (desk: FilesDesk) => Destination): Destination {
  const seen = watchTeam(at)
  const isOpen = async (call: Call): Promise<boolean> => (await seen(call)) === 'open'
  const makeFolder = async (place: string, call: Call): Promise<string | undefined> =>
    (await isOpen(call)) ? makeLaterFolder(at, place, call) : makePlain(at.desk, place, call)
  const arrivals = makeArrivals(at, isOpen)
  const files = filesOf({ ...at.desk, makeFolder, closed: arrivals.closed })
  const { putMany, grant, date, profile } = files
  return {
    ...files,
    team: makeTeamFolder(at),
    profile: { ...profile, assurances: [...(profile.assurances ?? []), CLOSED] },
    prepare: async (collection, call) => seen(call).then(() => files.prepare(collection, call)),
    put: async (place, item, over, call) => seen(call).then(() => files.put(place, item, over, call)),
    ...(putMany === undefined ? {} : { putMany: async (place, items, call) => seen(call).then(() => putMany(place, items, call)) }),
    ...(grant === undefined ? {} : { grant: async (asked, call) => seen(call).then(() => grant(asked, call)) }),
    ...(date === undefined
      ? {}
      : {
          async date(dates, call) {
            await seen(call)
            // Before dates are set, which it would change.
            await arrivals.tidy(call)
            await date(dates, call)
          },
        }),
  }
}

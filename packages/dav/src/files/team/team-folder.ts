import type { TeamFolder } from '@offramp/core'
import { ensureTeam, placeOfTeam, type TeamAt } from './make-team.ts'
import { openTeam } from './open-team.ts'

/** A Team folder of a Nextcloud, as the account that moves into it and the server's admin see it together. */
export const makeTeamFolder = (at: TeamAt): TeamFolder => ({
  name: at.name,
  place: placeOfTeam(at),
  state: (call) => ensureTeam(at, call),
  open: (rights, call) => openTeam(at, rights, call),
})

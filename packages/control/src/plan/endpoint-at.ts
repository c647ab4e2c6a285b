import { type DestinationEndpoint, Fault, type LanePlan } from '@offramp/core'

/** The endpoint as a lane sees it: files may have a folder of their own in an account. Fault `run` where the server's connector has none. */
export function endpointAt(
  endpoint: DestinationEndpoint,
  {
    kind,
    destination: { folder, team },
  }: { readonly kind: LanePlan['kind']; readonly destination: Pick<LanePlan['destination'], 'folder' | 'team'> },
): DestinationEndpoint {
  if (kind === 'file' && team !== undefined) {
    if (endpoint.inTeam !== undefined) return endpoint.inTeam(team)
    throw new Fault({
      reach: 'run',
      code: 'no-team-folder',
      message: `${endpoint.name} has no Team folders (${team}): only Nextcloud has them.`,
      remedy: 'Empty the column "team folder" of the table, and name a "file folder" instead.',
    })
  }
  if (kind !== 'file' || (folder === undefined && endpoint.below === undefined)) return endpoint
  if (endpoint.below !== undefined) return endpoint.below(folder ?? '')
  throw new Fault({
    reach: 'run',
    code: 'no-file-folder',
    message: `${endpoint.name} cannot put the files of an account below a folder (${folder}).`,
    remedy: 'Empty the column "file folder" of the table.',
  })
}

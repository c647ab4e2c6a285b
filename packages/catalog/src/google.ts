import type { SourceEndpoint } from '@offramp/core'
import type { GoogleSettings, ServiceAccount } from '@offramp/google'
import { given } from './given.ts'
import type { Means } from './means.ts'
import type { GoogleProject } from './settings.ts'

function accountOf({ key, signAs, accessToken }: GoogleProject, means: Means): ServiceAccount {
  if (signAs !== undefined)
    return { signAs, ...given('accessToken', accessToken === undefined ? undefined : () => means.secret(accessToken)) }
  // The schema lets no project without one of the two through; an empty reference names the lack.
  return { key: () => means.secret(key ?? '') }
}

/** Settings of the connector from those of the project file. */
export async function openGoogle(project: GoogleProject, means: Means): Promise<SourceEndpoint> {
  const { admin, clientId, labels, spamAndTrash, limits, apiUrl, tokenUrl, ca, proxy } = project
  const settings: GoogleSettings = {
    name: project.name ?? domainOf(project),
    admin,
    auth: accountOf(project, means),
    choices: means.choices,
    ...given('clientId', clientId),
    ...given('labels', labels),
    ...given('spamAndTrash', spamAndTrash),
    ...given('limits', limits),
    ...given('apiUrl', apiUrl),
    ...given('tokenUrl', tokenUrl),
    ...given('ca', ca === undefined ? undefined : await means.file(ca)),
    ...given('proxy', proxy),
  }
  // Loaded where it is used: a connector brings many modules along.
  const { googleSource } = await import('@offramp/google')
  return googleSource(settings, means.services)
}

/** A Workspace goes by its administrator's domain. */
export const domainOf = ({ admin }: GoogleProject): string => admin.slice(admin.lastIndexOf('@') + 1).toLowerCase()

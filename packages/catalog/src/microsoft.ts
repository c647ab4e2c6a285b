import type { SourceEndpoint } from '@offramp/core'
import type { AppCredential, MicrosoftSettings } from '@offramp/microsoft'
import { given } from './given.ts'
import type { Means } from './means.ts'
import type { MicrosoftProject } from './settings.ts'

function credentialOf({ secret, certificate }: MicrosoftProject, means: Means): AppCredential {
  if (certificate !== undefined) {
    const { cert, key } = certificate
    return { certificate: async () => ({ cert: await means.secret(cert), key: await means.secret(key) }) }
  }
  // The schema lets no project without a credential through; an empty reference names the lack.
  return { secret: () => means.secret(secret ?? '') }
}

/** The end of that day, everywhere on Earth: a warning a little early does no harm. */
const dayOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** Settings of the connector from those of the project file. */
export async function openMicrosoft(project: MicrosoftProject, means: Means): Promise<SourceEndpoint> {
  const { tenantId, clientId, cloud, outOfScopeProbe, limits, graphUrl, loginUrl, proxy, ca, secretExpires } = project
  const settings: MicrosoftSettings = {
    name: project.name ?? tenantId,
    tenantId,
    clientId,
    auth: credentialOf(project, means),
    choices: means.choices,
    ...given('cloud', cloud),
    ...given('outOfScopeProbe', outOfScopeProbe),
    ...given('limits', limits),
    ...given('graphUrl', graphUrl),
    ...given('loginUrl', loginUrl),
    ...given('proxy', proxy),
    ...given('ca', ca === undefined ? undefined : await means.file(ca)),
    ...given('secretExpires', secretExpires === undefined ? undefined : dayOf(secretExpires)),
  }
  // Loaded where it is used: a connector brings a hundred modules along.
  const { microsoftSource } = await import('@offramp/microsoft')
  return microsoftSource(settings, means.services)
}

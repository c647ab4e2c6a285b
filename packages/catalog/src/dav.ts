import { type DestinationEndpoint, Fault } from '@offramp/core'
import type { DavAuth, DavSettings } from '@offramp/dav'
import { given } from './given.ts'
import type { Means } from './means.ts'
import { passwordOf, refFor } from './passwords.ts'
import type { DavProject } from './settings.ts'

const MEGABYTE = 1_048_576

function authOf(project: DavProject, endpoint: string, means: Means): DavAuth {
  const auth = project.auth ?? { kind: 'password' }
  switch (auth.kind) {
    case 'password':
      return { kind: 'password', secret: (account) => passwordOf(endpoint, account, auth.password, means) }
    case 'proxy':
      return { kind: 'proxy', user: auth.user, secret: () => means.secret(auth.password) }
    case 'bearer':
      return { kind: 'bearer', token: async (account) => means.secret(refFor(means.passwordRef(endpoint, account) ?? auth.token, account)) }
  }
}

/** The host of its address, by which the table may name it. */
export function davHost({ url }: Pick<DavProject, 'url'>): string {
  const parsed = URL.parse(url)
  if (parsed !== null) return parsed.host
  throw new Fault({
    reach: 'run',
    code: 'catalog-dav-url',
    message: 'The url of a destination cannot be read.',
    remedy: 'Write https://cloud.example.org',
  })
}

/** Settings of the connector from those of the project file. */
export async function openDav(project: DavProject, means: Means): Promise<DestinationEndpoint> {
  const name = project.name ?? davHost(project)
  const { url, ca, proxy, connections, connectionsPerAccount, silence, sizeLimitMegabytes, fileSpace } = project
  const settings: DavSettings = {
    name,
    url,
    auth: authOf(project, name, means),
    choices: means.choices,
    ...given('ca', ca === undefined ? undefined : await means.file(ca)),
    ...given('proxy', proxy),
    ...given('connections', connections),
    ...given('connectionsPerAccount', connectionsPerAccount),
    ...given('silence', silence),
    ...given('sizeLimit', sizeLimitMegabytes === undefined ? undefined : sizeLimitMegabytes * MEGABYTE),
    ...given('fileSpace', fileSpace),
  }
  // Loaded where it is used: a connector brings a hundred modules along.
  const { davDestination } = await import('@offramp/dav')
  return davDestination(settings, means.services)
}

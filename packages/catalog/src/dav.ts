import { type DestinationEndpoint, Fault } from '@offramp/core'
import type { DavAuth, DavSettings } from '@offramp/dav'
import { fileChoices, provisionOf, withFiles } from './files.ts'
import { given } from './given.ts'
import type { Means } from './means.ts'
import { passwordOf, refFor } from './passwords.ts'
import type { DavProject } from './settings.ts'
import { hostOfUrl } from './url-host.ts'

const MEGABYTE = 1_048_576

function authOf(project: DavProject, endpoint: string, means: Means, kind?: 'file'): DavAuth {
  const auth = project.auth ?? { kind: 'password' }
  switch (auth.kind) {
    case 'password':
      return { kind: 'password', secret: (account) => passwordOf(endpoint, account, auth.password, means, kind) }
    case 'proxy':
      return { kind: 'proxy', user: auth.user, secret: () => means.secret(auth.password) }
    case 'bearer':
      return {
        kind: 'bearer',
        token: async (account) => means.secret(refFor(means.passwordRef(endpoint, account, kind) ?? auth.token, account)),
      }
  }
}

const proxyFiles = (name: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'catalog-proxy-files',
    message: `${name} is opened by a proxy user (\`auth.kind: proxy\`), who cannot write other people's files.`,
    remedy: 'Leave `files` out, or give each account its own password.',
  })

/** Settings of the connector from those of the project file. */
export async function openDav(project: DavProject, means: Means): Promise<DestinationEndpoint> {
  const name = project.name ?? hostOfUrl(project.url)
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
  const { davDestination, filesDestination } = await import('@offramp/dav')
  const base = davDestination(settings, means.services)
  if (project.files === undefined) return base
  const own = authOf(project, name, means, 'file')
  if (own.kind === 'proxy') throw proxyFiles(name)
  const { silence: _, fileSpace: __, choices: ___, sizeLimit: ____, ...shared } = settings
  const { files } = project
  return withFiles(base, filesDestination({ ...shared, auth: own, ...fileChoices(files), ...provisionOf(files, means) }, means.services))
}

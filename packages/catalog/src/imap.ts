import type { DestinationEndpoint } from '@offramp/core'
import type { ImapAuth, ImapSettings } from '@offramp/imap'
import { given } from './given.ts'
import type { Means } from './means.ts'
import { passwordOf, refFor } from './passwords.ts'
import type { ImapProject } from './settings.ts'

const MEGABYTE = 1_048_576

function authOf(project: ImapProject, endpoint: string, means: Means): ImapAuth {
  const auth = project.auth ?? { kind: 'password' }
  switch (auth.kind) {
    case 'password':
      return { kind: 'password', secret: (account) => passwordOf(endpoint, account, auth.password, means) }
    case 'master':
      return { kind: 'master', user: auth.user, secret: () => means.secret(auth.password), ...given('separator', auth.separator) }
    case 'authzid':
      return { kind: 'authzid', user: auth.user, secret: () => means.secret(auth.password) }
    case 'xoauth2':
      return {
        kind: 'xoauth2',
        token: async (account) => means.secret(refFor(means.passwordRef(endpoint, account) ?? auth.token, account)),
      }
  }
}

/** Settings of the connector from those of the project file. */
export async function openImap(project: ImapProject, means: Means): Promise<DestinationEndpoint> {
  const security = project.security ?? 'tls'
  const name = project.name ?? project.host
  const { ca, certificateName, connections, connectionsPerAccount, folders, sizeLimitMegabytes, compress } = project
  const settings: ImapSettings = {
    name,
    host: project.host,
    port: project.port ?? (security === 'tls' ? 993 : 143),
    security,
    auth: authOf(project, name, means),
    ...given('ca', ca === undefined ? undefined : await means.file(ca)),
    ...given('certificateName', certificateName),
    ...given('connections', connections),
    ...given('connectionsPerAccount', connectionsPerAccount),
    ...given('folders', folders),
    ...given('sizeLimit', sizeLimitMegabytes === undefined ? undefined : sizeLimitMegabytes * MEGABYTE),
    ...given('compress', compress),
  }
  // Loaded where it is used: a connector brings a hundred modules along.
  const { imapDestination } = await import('@offramp/imap')
  return imapDestination(settings, means.services)
}

import type { CheckRequest, DestinationEndpoint, Kind } from '@offramp/core'
import type { FilesSettings } from '@offramp/dav'
import { given } from './given.ts'
import type { Means } from './means.ts'
import { passwordOf, refFor } from './passwords.ts'
import type { DavFilesProject, FilesProject, WebdavProject } from './settings.ts'
import { hostOfUrl } from './url-host.ts'

const MEGABYTE = 1_048_576

/** What a section about files says, whichever kind of destination it stands in. */
export const fileChoices = ({
  folder,
  bulk,
  windowsNames,
  chunkMegabytes,
  wholeMegabytes,
  sizeLimitMegabytes,
}: FilesProject): Partial<FilesSettings> => ({
  ...given('root', folder),
  ...given('bulk', bulk),
  ...given('windowsNames', windowsNames),
  ...given('wholeBytes', wholeMegabytes === undefined ? undefined : wholeMegabytes * MEGABYTE),
  ...given('chunkBytes', chunkMegabytes === undefined ? undefined : chunkMegabytes * MEGABYTE),
  ...given('sizeLimit', sizeLimitMegabytes === undefined ? undefined : sizeLimitMegabytes * MEGABYTE),
})

/** Accounts and Team folders are made by an admin, where the project says how. */
export const provisionOf = ({ provision }: DavFilesProject, means: Means): Partial<FilesSettings> => {
  if (provision === undefined) return {}
  const { password, ...how } = provision
  return { provision: { ...how, secret: () => means.secret(password) } }
}

const some = (asked: CheckRequest, kinds: readonly Kind[]): CheckRequest => ({
  ...asked,
  kinds: asked.kinds.filter((kind) => kinds.includes(kind)),
})

/** One server under one name, with a connector for files beside the one for everything else. */
export function withFiles(base: DestinationEndpoint, files: DestinationEndpoint): DestinationEndpoint {
  const cautions = [...new Set([base.caution, files.caution])].filter((caution) => caution !== undefined)
  return {
    name: base.name,
    kinds: [...base.kinds, ...files.kinds],
    addressOf: base.addressOf,
    ...given('below', files.below),
    ...given('inTeam', files.inTeam),
    ...(cautions.length === 0 ? {} : { caution: cautions.join(' ') }),
    async *check(asked, call) {
      for (const end of [base, files]) {
        const request = some(asked, end.kinds)
        if (request.kinds.length > 0) yield* end.check(request, call)
      }
    },
    connect: (account, kind, call) => (kind === 'file' ? files : base).connect(account, kind, call),
    close: async () => void (await Promise.all([base.close?.(), files.close?.()])),
  }
}

function authOf({ auth = { kind: 'password' } }: WebdavProject, endpoint: string, means: Means): FilesSettings['auth'] {
  if (auth.kind === 'bearer')
    return {
      kind: 'bearer',
      token: async (account) => means.secret(refFor(means.passwordRef(endpoint, account, 'file') ?? auth.token, account)),
    }
  return { kind: auth.kind, secret: (account) => passwordOf(endpoint, account, auth.password, means, 'file') }
}

/** Settings of the connector from those of the project file. */
export async function openWebdav(project: WebdavProject, means: Means): Promise<DestinationEndpoint> {
  const name = project.name ?? hostOfUrl(project.url)
  const { url, ca, proxy, connections, connectionsPerAccount } = project
  const settings: FilesSettings = {
    name,
    url,
    auth: authOf(project, name, means),
    ...given('ca', ca === undefined ? undefined : await means.file(ca)),
    ...given('proxy', proxy),
    ...given('connections', connections),
    ...given('connectionsPerAccount', connectionsPerAccount),
    ...fileChoices(project),
  }
  // Loaded where it is used: a connector brings a hundred modules along.
  const { filesDestination } = await import('@offramp/dav')
  return filesDestination(settings, means.services)
}

import type { CheckRequest, DestinationEndpoint, Kind } from '@offramp/core'
import type { FilesSettings } from '@offramp/dav'
import { given } from './given.ts'
import type { Means } from './means.ts'
import { passwordOf, refFor } from './passwords.ts'
import type { FilesProject, WebdavProject } from './settings.ts'
import { hostOfUrl } from './url-host.ts'

const MEGABYTE = 1_048_576

/** What a section about files says, whichever kind of destination it stands in. */
export const fileChoices = ({ bulk, windowsNames, chunkMegabytes, sizeLimitMegabytes }: FilesProject): Partial<FilesSettings> => ({
  ...given('bulk', bulk),
  ...given('windowsNames', windowsNames),
  ...given('chunkBytes', chunkMegabytes === undefined ? undefined : chunkMegabytes * MEGABYTE),
  ...given('sizeLimit', sizeLimitMegabytes === undefined ? undefined : sizeLimitMegabytes * MEGABYTE),
})

const parts = (folder: string): readonly string[] => folder.split('/').filter((part) => part !== '')

/** One folder after another, as an address has it: equal for what the laxest server takes for equal. */
const inAddress = (folder: string): string =>
  parts(folder)
    .map((part) => `/${encodeURIComponent(part.normalize('NFC').toLowerCase())}`)
    .join('')

/** The endpoint for files below the project's folder, which lets each account have a further one. Asks nobody yet. */
export async function filesEndpoint(
  settings: FilesSettings,
  { folder: top = '' }: FilesProject,
  means: Means,
): Promise<DestinationEndpoint> {
  // Loaded where it is used: a connector brings a hundred modules along.
  const { filesDestination } = await import('@offramp/dav')
  const known = new Map<string, DestinationEndpoint>()
  const at = (folder: string): DestinationEndpoint => {
    const root = [...parts(top), ...parts(folder)].join('/')
    const before = known.get(root)
    if (before !== undefined) return before
    const { addressOf: _, ...made } = filesDestination({ ...settings, root }, means.services)
    const address = `files:${hostOfUrl(settings.url)}${new URL(settings.url).pathname.replace(/\/$/, '')}`
    const one: DestinationEndpoint = {
      ...made,
      addressOf: (account) => `${address}/${encodeURIComponent(account.toLowerCase())}${inAddress(root)}`,
      below: at,
    }
    known.set(root, one)
    return one
  }
  const whole = at('')
  return { ...whole, close: async () => void (await Promise.all([...known.values()].map((end) => end.close?.()))) }
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
    below: (folder) => files.below?.(folder) ?? files,
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
  return filesEndpoint(settings, project, means)
}

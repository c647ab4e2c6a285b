import { type Call, type Clock, Fault } from '@offramp/core'
import type { DavClient } from '../client.ts'
import { lookAt } from '../discover.ts'
import { isRefusal } from '../faults.ts'
import { hrefIn } from '../multistatus.ts'
import { child } from '../read-xml.ts'
import { numbersOf } from '../server.ts'
import type { FilesServer } from './desk.ts'
import { NAME_BYTES } from './limits.ts'
import { type Refused, rulesOf, WINDOWS } from './names/rules.ts'
import { askOcs, factsIn, factsOf, textsOf } from './ocs.ts'
import { type Plain, probe } from './probe.ts'
import type { FilesSettings } from './settings.ts'
import { shareDaysIn } from './share-end.ts'

type Facts = Readonly<Record<string, unknown>>

/** What a Nextcloud says of itself. Empty where it says nothing. */
export async function capabilitiesOf(client: DavClient, webRoot: string, call: Call): Promise<Facts> {
  try {
    const told = await askOcs(client, webRoot, { method: 'GET', path: '/cloud/capabilities', asks: 'discover' }, call)
    return factsOf(factsOf(told)['capabilities'])
  } catch (thrown) {
    if (isRefusal(thrown) && thrown.reach !== 'account') return {}
    throw thrown
  }
}

/** What Nextcloud always refuses, whether or not it says so: before 30 it does not (and a `.part` is then locked for ever). */
const NEXTCLOUD: Refused = { characters: ['/', '\\'], names: ['.htaccess'], endings: ['.part', '.filepart'], pathBytes: 3_900 }

const bytesOn = ([major = NAME_BYTES.since]: readonly number[]): Refused => ({
  bytes: major < NAME_BYTES.since ? NAME_BYTES.before : NAME_BYTES.usual,
})

function refusedBy(files: Facts): Refused {
  return {
    characters: textsOf(files['forbidden_filename_characters']),
    names: [...textsOf(files['forbidden_filenames']), ...textsOf(files['blacklisted_files'])],
    basenames: textsOf(files['forbidden_filename_basenames']),
    endings: textsOf(files['forbidden_filename_extensions']),
  }
}

/** Where a Nextcloud would be installed, by the address that the operator has written. */
export const webRootOf = (base: URL): string => base.pathname.replace(/\/(remote|index)\.php(\/.*)?$/, '').replace(/\/$/, '')

interface Found {
  readonly client: DavClient
  readonly settings: FilesSettings
  readonly base: URL
  readonly clock: Clock
}

/** Recognises a Nextcloud by its status page, which needs no login; everything else is a plain WebDAV server. Writes at most a probe. */
export async function recogniseFiles(found: Found, probes: Map<string, Promise<Plain>>, call: Call): Promise<FilesServer> {
  const { client, base } = found
  const webRoot = webRootOf(base)
  const status = await client
    .send({ method: 'GET', href: `${webRoot}/status.php`, asks: 'discover', any: true }, call)
    .catch((thrown: unknown) => {
      if (isRefusal(thrown) && thrown.reach !== 'account') return undefined
      throw thrown
    })
  const facts = status === undefined ? {} : factsIn(await status.text())
  if (typeof facts['productname'] === 'string' || facts['installed'] === true) return cloud(found, { webRoot, facts }, call)
  return plain(found, probes, call)
}

async function cloud(
  { client, settings }: Found,
  { webRoot, facts }: { readonly webRoot: string; readonly facts: Facts },
  call: Call,
): Promise<FilesServer> {
  const product = String(facts['productname'] ?? '')
  // These call themselves like ownCloud's successors, and take uploads in another way than by chunks.
  const isInfinite = /infinite scale|opencloud/i.test(product)
  const kind = isInfinite || /owncloud/i.test(product) ? 'owncloud' : 'nextcloud'
  const text = String(facts['versionstring'] ?? facts['version'] ?? '')
  const version = numbersOf(text)
  const user = await userOf(client, webRoot, call)
  const told = await capabilitiesOf(client, webRoot, call)
  const part = encodeURIComponent(user).replaceAll('%40', '@')
  const isNextcloud = kind === 'nextcloud'
  const files = factsOf(told['files'])
  return {
    kind,
    version,
    says: `${isNextcloud ? 'Nextcloud' : 'ownCloud'} ${text}`.trim(),
    webRoot,
    user,
    root: `${webRoot}/remote.php/dav/files/${part}/`,
    ...(isInfinite ? {} : { uploads: `${webRoot}/remote.php/dav/uploads/${part}/` }),
    ...(isNextcloud && files['undelete'] === true ? { trash: `${webRoot}/remote.php/dav/trashbin/${part}/` } : {}),
    rules: rulesOf(NEXTCLOUD, bytesOn(version), refusedBy(files), ...(settings.windowsNames ? [WINDOWS] : [])),
    bulk: isNextcloud && settings.bulk !== false && factsOf(told['dav'])['bulkupload'] !== undefined,
    hashes: isNextcloud,
    direct: true,
    dates: 'header',
    keepsVersions: true,
    shareDays: shareDaysIn(told),
  }
}

/** Nextcloud lets people log in with their mail address; their files are under their id, which is the principal's. */
async function userOf(client: DavClient, webRoot: string, call: Call): Promise<string> {
  const found = await lookAt(client, `${webRoot}/remote.php/dav/`, ['D:current-user-principal'], call)
  const href = found && hrefIn(found, 'D:current-user-principal')
  const last = href?.replace(/\/$/, '').split('/').at(-1)
  return last === undefined ? client.account : decodeURIComponent(last)
}

async function plain({ client, settings, base, clock }: Found, probes: Map<string, Promise<Plain>>, call: Call): Promise<FilesServer> {
  const path = client.pathOf(base.href.replaceAll('%7Baccount%7D', encodeURIComponent(client.account))) ?? '/'
  const root = path.endsWith('/') ? path : `${path}/`
  const folder = await lookAt(client, root, ['D:resourcetype'], call).catch((thrown: unknown) => {
    if (isRefusal(thrown, 400, 403, 404, 405, 501) && thrown.reach !== 'account') return undefined
    throw thrown
  })
  if (folder === undefined || child(folder.props.get('D:resourcetype'), 'D:collection') === undefined) throw noFolder(client, root)
  const asked = probes.get(root) ?? probe({ client, root, clock }, call)
  probes.set(root, asked)
  const { signature, caseless, ...able } = await asked.catch((thrown: unknown) => {
    probes.delete(root)
    throw thrown
  })
  return {
    kind: 'other',
    version: numbersOf(signature),
    says: signature === '' ? 'a WebDAV server that does not say its name' : `a WebDAV server that calls itself ${signature}`,
    webRoot: '',
    user: client.account,
    root,
    rules: rulesOf({ caseless }, ...(settings.windowsNames ? [WINDOWS] : [])),
    bulk: false,
    hashes: false,
    keepsVersions: false,
    ...able,
  }
}

const noFolder = (client: DavClient, root: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-no-files',
    message: `There is no folder of files at ${root} on ${client.host} for ${client.account}: neither a Nextcloud nor a WebDAV server answers there.`,
    remedy: 'Write the address of the Nextcloud, or of the WebDAV folder, as `url` of this destination.',
  })

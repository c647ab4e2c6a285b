import { type Call, type Destination, type DestinationEndpoint, Fault, type Kind, type Services } from '@offramp/core'
import { makeClient, openHost } from '../client.ts'
import { baseOf } from '../settings.ts'
import { makeAdmin } from './admin.ts'
import { checkFiles } from './check.ts'
import type { FilesDesk } from './desk.ts'
import { makeFilesDestination } from './destination.ts'
import { newFolders } from './folders.ts'
import { CHUNK, MEMORY_BYTES, WHOLE } from './limits.ts'
import { makePool } from './pool.ts'
import type { Plain } from './probe.ts'
import { makeProvisioner } from './provision.ts'
import { recogniseFiles, webRootOf } from './server.ts'
import type { FilesSettings } from './settings.ts'
import { checkTeam } from './team/check-team.ts'
import { inTeamFolder } from './team/team-folder.ts'
import { makeWholeWay } from './whole-way.ts'

function cautionOf(settings: FilesSettings): string | undefined {
  const url = URL.parse(settings.url)
  return url?.protocol === 'http:'
    ? `Files and passwords travel to ${url.host} unencrypted, because its address begins with http:.`
    : undefined
}

/** Nextcloud, ownCloud or any WebDAV server as a destination for files. Nothing is connected before `check` or `connect` is asked. */
export function filesDestination(settings: FilesSettings, services: Services): DestinationEndpoint {
  const base = baseOf(settings)
  const host = openHost(settings, services)
  const pool = makePool(MEMORY_BYTES)
  const whole = makeWholeWay(settings.wholeBytes ?? WHOLE.most)
  const probes = new Map<string, Promise<Plain>>()
  // One for all destinations of an account in this process.
  const busy = new Map<string, Set<string>>()
  const caution = cautionOf(settings)
  const chunkBytes = Math.min(CHUNK.most, Math.max(CHUNK.least, settings.chunkBytes ?? CHUNK.usual))

  const { provision } = settings
  const admin = provision && makeAdmin(host, webRootOf(base), provision)
  const provisioner =
    provision && admin && provision.accounts !== false
      ? makeProvisioner({ host, webRoot: webRootOf(base), settings: provision, admin })
      : undefined

  const deskAt = async (root: string, account: string, call: Call): Promise<FilesDesk> => {
    const secret = await provisioner?.secretOf(account, call)
    const own = secret === undefined ? settings : { ...settings, auth: { kind: 'password' as const, secret: async () => secret } }
    const client = makeClient({ ...host, settings: own }, account)
    const server = await recogniseFiles({ client, settings, base, clock: services.clock }, probes, call)
    const key = JSON.stringify([account, root])
    const written = busy.get(key) ?? new Set()
    busy.set(key, written)
    return { settings: { ...settings, root }, services, client, server, folders: newFolders(written), pool, chunkBytes, whole }
  }

  const at = (root: string): DestinationEndpoint => ({
    name: settings.name,
    kinds: ['file'],
    addressOf: (account) =>
      `dav://${base.host.toLowerCase()}${base.pathname.replace(/\/$/, '')}/${account.toLowerCase()}${inAddress(root)}`,
    ...(caution === undefined ? {} : { caution }),
    check: (asked, call) => checkFiles({ settings, provisioner, desk: (account, asking) => deskAt(root, account, asking) }, asked, call),
    async connect(account: string, kind: Kind, call: Call): Promise<Destination> {
      if (kind !== 'file') throw wrongKind(settings)
      return makeFilesDestination(await deskAt(root, account, call))
    },
    inTeam,
    below: (folder) => at([...partsOf(settings.root ?? ''), ...partsOf(folder)].join('/')),
    async close() {
      await provisioner?.close()
      await host.close()
    },
  })
  const inTeam = (name: string): DestinationEndpoint => ({
    ...at(name),
    check: (asked, call) => checkTeam({ admin, name, desk: (account, asking) => deskAt(name, account, asking), provisioner }, asked, call),
    async connect(account, kind, call) {
      if (kind !== 'file') throw wrongKind(settings)
      const desk = await deskAt(name, account, call)
      return inTeamFolder({ desk, admin, name }, makeFilesDestination)
    },
  })
  return at(partsOf(settings.root ?? '').join('/'))
}

const partsOf = (folder: string): readonly string[] => folder.split('/').filter((part) => part !== '')

/** One folder after another: equal for what the laxest server takes for equal, and a part of what lies in it. */
const inAddress = (root: string): string =>
  partsOf(root)
    .map((part) => `/${encodeURIComponent(part.normalize('NFC').toLowerCase())}`)
    .join('')

const wrongKind = ({ name }: FilesSettings): Fault =>
  new Fault({ reach: 'run', code: 'dav-wrong-kind', message: `${name} was asked for something else than files, which it does not hold.` })

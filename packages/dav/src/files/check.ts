import { asFault, type Call, type CheckRequest, type Finding } from '@offramp/core'
import { lookAt } from '../discover.ts'
import { isRefusal } from '../faults.ts'
import { textOf } from '../multistatus.ts'
import { type FilesDesk, folderHref } from './desk.ts'
import { genericClient } from './generic-client.ts'
import { factsOf } from './ocs.ts'
import type { Provisioner } from './provision.ts'
import { capabilitiesOf } from './server.ts'
import type { FilesSettings } from './settings.ts'
import { listFolder } from './stat.ts'

export interface Checked {
  readonly settings: FilesSettings
  /** Makes accounts, once something is moved. */
  readonly provisioner: Provisioner | undefined
  desk(account: string, call: Call): Promise<FilesDesk>
}

const megabytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`)

function* abilities({ client, server, settings }: FilesDesk): Generator<Finding> {
  const about = client.host
  yield { level: 'ok', about, says: `Reached ${server.says}.` }
  if (server.kind === 'nextcloud')
    yield {
      level: 'ok',
      about,
      says: server.bulk
        ? 'Small files go many at a time (bulk upload); such files do not keep when they were created.'
        : settings.bulk === false
          ? 'Files go one by one, because `bulk` is false.'
          : 'Files go one by one: this server does not offer bulk upload.',
    }
  if (server.dates === 'none')
    yield {
      level: 'warning',
      about,
      says: 'The server keeps no dates of files: all will be dated to the day of the move.',
      remedy: 'On Apache 2.5, set DavHonorMtimeHeader; or use a Nextcloud.',
    }
  const { characters, endings } = refused(server.rules)
  yield { level: 'ok', about, says: `Names are changed where they have ${characters}${endings}, or more than ${server.rules.bytes} bytes.` }
}

function refused({ images, endings, basenames }: FilesDesk['server']['rules']): { readonly characters: string; readonly endings: string } {
  const signs = [...images.keys()].filter((sign) => sign > ' ' && sign !== '\u007f').join(' ')
  const ends = endings.map((one) => (one === ' ' ? 'a space' : one)).join(', ')
  const reserved = basenames.size === 0 ? '' : ', are called as Windows calls its devices'
  return { characters: `control characters or one of ${signs}`, endings: `${ends === '' ? '' : `, end with ${ends}`}${reserved}` }
}

/** How long this machine is made to wait already, because of logins that were refused. */
async function* penalty({ client, server }: FilesDesk, call: Call): AsyncGenerator<Finding> {
  if (server.kind !== 'nextcloud') return
  const told = await capabilitiesOf(client, server.webRoot, call)
  const ms = Number(factsOf(told['bruteforce'])['delay'] ?? 0)
  if (!(ms > 0)) return
  yield {
    level: 'warning',
    about: client.host,
    says: `Nextcloud makes everybody who comes from this machine wait ${ms} ms a request, because of logins that were refused.`,
    remedy:
      'occ security:bruteforce:reset <address of this machine>, and put it on the list: occ config:app:set bruteForce whitelist_0 --value=<address>/32',
  }
}

/** Files that Nextcloud puts into each new account. */
const SKELETON =
  /^(Nextcloud (intro\.mp4|Manual\.pdf)|Nextcloud\.png|Reasons to use Nextcloud\.pdf|Templates credits\.md|Readme\.md|Templates|Photos|Documents)$/

async function* account(desk: FilesDesk, call: Call): AsyncGenerator<Finding> {
  const { client, server } = desk
  const about = `${client.account} files`
  let entries = 0
  const skeleton: string[] = []
  await listFolder(
    desk,
    folderHref(desk, '/'),
    ({ name }) => {
      entries++
      if (server.kind === 'nextcloud' && SKELETON.test(name)) skeleton.push(name)
    },
    call,
  )
  yield { level: 'ok', about, says: `The login works; ${entries} files and folders stand in its root already, and stay as they are.` }
  yield* secondOpinion(desk, entries, call)
  const quota = await lookAt(client, server.root, ['D:quota-available-bytes', 'D:quota-used-bytes'], call).catch((thrown: unknown) => {
    if (isRefusal(thrown)) return undefined
    throw thrown
  })
  const free = Number((quota && textOf(quota, 'D:quota-available-bytes')) || Number.NaN)
  if (free >= 0)
    yield {
      level: free < 100_000_000 ? 'warning' : 'ok',
      about,
      says: `${megabytes(free)} are free there.`,
      ...(free < 100_000_000
        ? { remedy: 'Compare with the size of what is to be moved (discover), and raise the quota before the move.' }
        : {}),
    }
  if (skeleton.length > 0)
    yield {
      level: 'warning',
      about,
      says: `Nextcloud has put its own example files there (${skeleton.slice(0, 4).join(', ')}). They take quota, and folders of the same names will be joined with them.`,
      remedy: "Before further accounts are made: 'skeletondirectory' => '' in config.php. In this one, let their owner delete them.",
    }
}

const toBeMade = ({ provision }: FilesSettings, account: string): Finding => ({
  level: 'ok',
  about: `${account} files`,
  says: `The account is not there yet; ${provision?.admin} makes it when something is moved to it${provision?.quota === undefined ? '' : `, with ${provision.quota}`}.`,
  remedy:
    "Before that, set 'skeletondirectory' => '' in config.php: else Nextcloud puts some 11 MB of example files into each new account, which take quota and have the names of common folders.",
})

/** A plain server is asked once more by a client that we have not written: where the two see different things, neither is to be relied on. */
async function* secondOpinion(desk: FilesDesk, entries: number, call: Call): AsyncGenerator<Finding> {
  if (desk.server.kind !== 'other') return
  const { webdav, close } = await genericClient(desk.client, desk.server.root, call)
  try {
    const seen = await webdav.getDirectoryContents('/')
    const count = seen.length
    if (count === entries) return
    yield {
      level: 'warning',
      about: `${desk.client.account} files`,
      says: `Another WebDAV client sees ${count} files and folders in the root where ${entries} were listed.`,
      remedy:
        'Somebody may be writing there. If not, the listings of this server cannot be relied on: try one account first, and verify it.',
    }
  } finally {
    close()
  }
}

/** Everything that could stop the run, said before it starts. A refused password is used once. Writes nothing but, on a plain server, a probe. */
export async function* checkFiles(checked: Checked, asked: CheckRequest, call: Call): AsyncGenerator<Finding> {
  if (!asked.kinds.includes('file')) return
  let isTold = false
  for (const { id } of asked.accounts) {
    try {
      if (checked.provisioner !== undefined && !(await checked.provisioner.isThere(id, call))) {
        yield toBeMade(checked.settings, id)
        continue
      }
      const desk = await checked.desk(id, call)
      if (!isTold) {
        yield* abilities(desk)
        yield* penalty(desk, call)
      }
      isTold = true
      yield* account(desk, call)
    } catch (thrown) {
      if (call.signal.aborted) throw thrown
      const { reach, message, remedy } = asFault(thrown)
      yield {
        level: reach === 'gate' ? 'warning' : 'error',
        about: `${id} files`,
        says: message,
        ...(remedy === undefined ? {} : { remedy }),
      }
    }
  }
}

import { type ControlServer, type Outcome, serveWishes, type Wish } from '../../control/wishes.ts'
import type { CloudControl, UserControl } from './cloud-control.ts'
import type { FilesControl, SharingControl } from './file-control.ts'

/** Serves the control API of a Nextcloud on loopback, on a port of its own. */
export const serveCloudControl = (cloud: CloudControl): Promise<ControlServer> => serveWishes((wish) => perform(cloud, wish))

async function perform(cloud: CloudControl, wish: Wish): Promise<Outcome> {
  const [what = '', ...rest] = wish.parts
  const given = () => JSON.parse(wish.body)
  switch (`${wish.method} ${what}`) {
    case 'GET info': {
      const { url, ca, version, users } = cloud
      return { json: { url, ca, version, users } }
    }
    case 'GET violations':
      return { json: await cloud.violations() }
    case 'GET stats':
      return { json: await cloud.stats() }
    case 'GET mails':
      return { json: await cloud.mails() }
    case 'GET writes':
      return { json: await cloud.writes() }
    case 'POST faults':
      return { json: await cloud.faults.add(given()) }
    case 'DELETE faults':
      return { json: await cloud.faults.clear() }
    case 'POST set':
      return { json: await cloud.admin.set(given()) }
    case 'POST limit':
      return { json: await cloud.admin.limit(given()) }
    case 'POST forget':
      return { json: await cloud.admin.forget() }
    case 'POST pass':
      return { json: await cloud.admin.pass(given()) }
    case 'POST sharing':
      return { json: await onDesk(cloud.sharing, SHARING, { call: rest[0] ?? '', given: given() }) }
    case 'POST user':
      return { json: await onUser(cloud.user(rest[0] ?? ''), rest[1] ?? '', given()) }
    default:
      throw new Error(`The control API knows no "${wish.method} ${what}".`)
  }
}

type Calls<Desk> = Readonly<Record<string, (desk: Desk, ...given: readonly never[]) => Promise<unknown>>>

const USER: Calls<UserControl> = {
  credentials: (user) => user.credentials(),
  collections: (user) => user.collections(),
  stored: (user, below) => user.stored(below),
  write: (user, path, text) => user.write(path, text),
  move: (user, path, to) => user.move(path, to),
  remove: (user, path) => user.remove(path),
  disable: (user, disabled) => user.disable(disabled),
  quota: (user, bytes) => user.quota(bytes),
  revoke: (user) => user.revoke(),
}

const FILES: Calls<FilesControl> = {
  tree: (files, below) => files.tree(below),
  seen: (files) => files.seen(),
  trash: (files) => files.trash(),
  uploads: (files) => files.uploads(),
  bytes: (files, path, from, to) => files.bytes(path, from, to),
  put: (files, path, text, modified) => files.put(path, text, modified),
  plant: (files, folder, count) => files.plant(folder, count),
  leave: (files, id, chunkBytes, count) => files.leave(id, chunkBytes, count),
  lock: (files, path, locked) => files.lock(path, locked),
  rights: (files, path) => files.rights(path),
}

const SHARING: Calls<SharingControl> = {
  shares: (sharing) => sharing.shares(),
  teams: (sharing) => sharing.teams(),
  reach: (sharing, path) => sharing.reach(path),
  teamTree: (sharing, mountPoint) => sharing.teamTree(mountPoint),
}

interface DeskWish {
  readonly call: string
  /** As JSON brought it: the other end of this interface is `connect.ts` alone. */
  readonly given: readonly never[]
}

async function onDesk<Desk>(desk: Desk, calls: Calls<Desk>, { call, given }: DeskWish): Promise<unknown> {
  const answer = Object.hasOwn(calls, call) ? calls[call] : undefined
  if (!answer) throw new Error(`The control API knows no "${call}" here.`)
  return answer(desk, ...given)
}

const onUser = (user: UserControl, call: string, given: readonly never[]): Promise<unknown> =>
  call.startsWith('files.') ? onDesk(user.files, FILES, { call: call.slice('files.'.length), given }) : onDesk(user, USER, { call, given })

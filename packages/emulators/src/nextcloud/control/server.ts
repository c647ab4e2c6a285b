import { type ControlServer, type Outcome, serveWishes, type Wish } from '../../control/wishes.ts'
import type { CloudControl, UserControl } from './cloud-control.ts'

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
    case 'POST user':
      return { json: await onUser(cloud.user(rest[0] ?? ''), rest[1] ?? '', given()) }
    default:
      throw new Error(`The control API knows no "${wish.method} ${what}".`)
  }
}

const CALLS: { readonly [Call in keyof UserControl]: (user: UserControl, ...given: Parameters<UserControl[Call]>) => Promise<unknown> } = {
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

const isCall = (name: string): name is keyof UserControl => Object.hasOwn(CALLS, name)

const callOn = <Call extends keyof UserControl>(user: UserControl, call: Call, given: Parameters<UserControl[Call]>): Promise<unknown> =>
  CALLS[call](user, ...given)

async function onUser(user: UserControl, call: string, given: Parameters<UserControl[keyof UserControl]>): Promise<unknown> {
  if (!isCall(call)) throw new Error(`The control API knows no "${call}" of a user.`)
  return callOn(user, call, given)
}

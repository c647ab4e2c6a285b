import { type ControlServer, type Outcome, serveWishes, type Wish } from '../../control/wishes.ts'
import { callDesk, isDeskCall } from './desk-calls.ts'
import { callDrive } from './remote-drive.ts'
import { callWorkDesk } from './work-desks.ts'
import type { WorkspaceControl } from './workspace-control.ts'

const PAGE = 5_000

/** Serves the control API of a domain on loopback, on a port of its own. */
export const serveWorkspaceControl = (workspace: WorkspaceControl): Promise<ControlServer> =>
  serveWishes((wish) => perform(workspace, wish))

async function perform(workspace: WorkspaceControl, wish: Wish): Promise<Outcome> {
  const [what = '', ...rest] = wish.parts
  switch (`${wish.method} ${what}`) {
    case 'GET info': {
      const { url, domain, adminAddress, clientId, clientEmail, ca } = workspace
      return { json: { url, domain, adminAddress, clientId, clientEmail, ca } }
    }
    case 'GET violations':
      return { json: await workspace.violations() }
    case 'GET stats':
      return { json: await workspace.stats() }
    case 'POST faults':
      return { json: await workspace.faults.add(JSON.parse(wish.body)) }
    case 'DELETE faults':
      return { json: await workspace.faults.clear() }
    case 'POST scenario':
      return { json: await workspace.scenario(JSON.parse(wish.body)) }
    case 'POST admin':
      return { json: await administer(workspace.admin, rest[0] ?? '', JSON.parse(wish.body)) }
    case 'GET mailbox':
      return look(workspace, rest, wish.query)
    case 'POST mailbox': {
      const [address = '', call = ''] = rest
      if (!isDeskCall(call)) throw new Error(`The control API knows no "${call}".`)
      return { json: await callDesk(workspace.mailbox(address), call, JSON.parse(wish.body)) }
    }
    case 'POST work': {
      const [address = '', ...call] = rest
      return { json: await callWorkDesk(workspace.work(address), call, JSON.parse(wish.body)) }
    }
    case 'POST drive': {
      const [name = '', call = ''] = rest
      return { json: await callDrive(workspace.drive(name), call, JSON.parse(wish.body)) }
    }
    default:
      throw new Error(`The control API knows no "${wish.method} ${what}".`)
  }
}

type Admin = WorkspaceControl['admin']

const ACTS: { readonly [Act in keyof Admin]: (admin: Admin, ...given: Parameters<Admin[Act]>) => Promise<void> } = {
  authorise: (admin, scopes) => admin.authorise(scopes),
  suspend: (admin, address, suspended) => admin.suspend(address, suspended),
  gmail: (admin, address, on) => admin.gmail(address, on),
  calendar: (admin, address, on) => admin.calendar(address, on),
  drive: (admin, address, on) => admin.drive(address, on),
  deleteKey: (admin) => admin.deleteKey(),
  disableApi: (admin, api, disabled) => admin.disableApi(api, disabled),
  skew: (admin, ms) => admin.skew(ms),
}

const isAct = (name: string): name is keyof Admin => Object.hasOwn(ACTS, name)

const actOn = <Act extends keyof Admin>(admin: Admin, act: Act, given: Parameters<Admin[Act]>): Promise<void> => ACTS[act](admin, ...given)

async function administer(admin: Admin, act: string, given: Parameters<Admin[keyof Admin]>): Promise<void> {
  if (!isAct(act)) throw new Error(`The control API knows no "${act}" for administrators.`)
  await actOn(admin, act, given)
}

async function look(
  workspace: WorkspaceControl,
  [address = '', what = '', id = '']: readonly string[],
  query: URLSearchParams,
): Promise<Outcome> {
  const desk = workspace.mailbox(address)
  if (what === 'labels') return { json: await desk.labels() }
  if (what === 'bytes') return { bytes: await desk.bytes(id) }
  if (what === 'hash') return { json: await desk.hash(id) }
  if (what !== 'messages') throw new Error(`The control API knows no "${what}" of a mailbox.`)
  const from = Number(query.get('from') ?? 0)
  return { json: { messages: await desk.messages({ from, count: PAGE }), page: PAGE } }
}

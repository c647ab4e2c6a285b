import { type ControlServer, type Outcome, serveWishes, type Wish } from '../../control/wishes.ts'
import type { EmulatedTenant } from '../tenant.ts'
import { callDesk, isDeskCall } from './desk-calls.ts'
import { callDrive } from './drive-calls.ts'
import { callOutlook } from './outlook-calls.ts'

const PAGE = 5_000

/** Serves the control API of `tenant` on loopback, on a port of its own. */
export const serveControl = (tenant: EmulatedTenant): Promise<ControlServer> => serveWishes((wish) => perform(tenant, wish))

async function perform(tenant: EmulatedTenant, wish: Wish): Promise<Outcome> {
  const [what = '', ...rest] = wish.parts
  switch (`${wish.method} ${what}`) {
    case 'GET info': {
      const { graphUrl, loginUrl, tenantId, domain, clientId, ca } = tenant
      return { json: { graphUrl, loginUrl, tenantId, domain, clientId, ca } }
    }
    case 'GET violations':
      return { json: tenant.violations() }
    case 'GET stats':
      return { json: tenant.stats() }
    case 'POST faults':
      return { json: tenant.faults.add(JSON.parse(wish.body)) }
    case 'DELETE faults':
      return { json: tenant.faults.clear() }
    case 'POST scenario':
      return { json: tenant.scenario(JSON.parse(wish.body)) }
    case 'POST admin':
      return { json: administer(tenant, rest[0] ?? '', wish.body) }
    case 'GET mailbox':
      return look(tenant, rest, wish.query)
    case 'POST mailbox': {
      const [address = '', call = ''] = rest
      if (!isDeskCall(call)) throw new Error(`The control API knows no "${call}".`)
      return { json: await callDesk(tenant.mailbox(address), call, JSON.parse(wish.body)) }
    }
    case 'POST outlook': {
      const [address = '', call = ''] = rest
      return { json: await callOutlook(tenant.outlook(address), call, JSON.parse(wish.body)) }
    }
    case 'POST drive': {
      const [owner = '', library = '', call = ''] = rest
      return { json: await callDrive(tenant.drive(owner, library === '-' ? undefined : library), call, JSON.parse(wish.body)) }
    }
    default:
      throw new Error(`The control API knows no "${wish.method} ${what}".`)
  }
}

function administer(tenant: EmulatedTenant, act: string, body: string): void {
  if (act === 'secret') {
    // What was left out is null in JSON.
    const [secret, expiresAt]: readonly [string, (number | null)?] = JSON.parse(body)
    tenant.admin.secret(secret, expiresAt ?? undefined)
    return
  }
  if (act !== 'grant' && act !== 'scope' && act !== 'certificates') throw new Error(`The control API knows no "${act}" for administrators.`)
  const [names]: readonly [readonly string[]] = JSON.parse(body)
  tenant.admin[act](names)
}

async function look(
  tenant: EmulatedTenant,
  [address = '', what = '', id = '']: readonly string[],
  query: URLSearchParams,
): Promise<Outcome> {
  const desk = tenant.mailbox(address)
  if (what === 'folders') return { json: await desk.folders() }
  if (what === 'bytes') return { bytes: await desk.bytes(id) }
  if (what === 'hash') return { json: await desk.hash(id) }
  if (what !== 'messages') throw new Error(`The control API knows no "${what}" of a mailbox.`)
  const from = Number(query.get('from') ?? 0)
  return { json: { messages: await desk.messages({ from, count: PAGE }), page: PAGE } }
}

import type { FaultRule, WorkspaceFaultRule } from '@offramp/emulators'
import type { BareLab, CloudWish } from '../lab/bare-lab.ts'
import { startLab } from '../lab/lab.ts'
import { startWorkspaceLab } from '../lab/workspace-lab.ts'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'
import { chaosSeed } from './dice.ts'
import { type GroupwareEnd, nextcloudEnd, radicaleEnd } from './groupware-end.ts'
import { type GroupwareSource, tenantGroupware, workspaceGroupware } from './groupware-source.ts'
import { type BareScene, BUSY, LIMITS, sceneOf } from './scene.ts'

/** Calendars, contacts and tasks that are about to suffer on their way. Progress is counted in PUTs. */
export interface GroupwareScene extends BareScene {
  readonly source: GroupwareSource
  readonly end: GroupwareEnd
  /** Between Offramp and the server. */
  readonly proxy: CuttingProxy
}

const SETTINGS = { workloads: ['event', 'contact', 'task'], verifySample: 0.1, limits: LIMITS }

/** Far more than a minute of Google's, on both sides: this is about blows, and not about patience. */
const PLENTY = { calendarPerMinute: 600_000, peoplePerMinute: 600_000, tasksPerMinute: 600_000 }
const EACH = { userPerMinute: 600_000 }

const BAD_DAY: readonly FaultRule[] = [
  { path: '/(events|contacts|todo|calendar)', when: { every: 29 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: '/(events|contacts|todo|calendar)', when: { every: 31 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: '/(events|contacts|todo|calendar)', when: { every: 47 }, effect: { kind: 'truncate', bytes: 200 } },
]

const BAD_WORK: readonly WorkspaceFaultRule[] = [
  { path: '/(events|people|lists)', when: { every: 23 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: '/(events|people|lists)', when: { every: 17 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: '/(events|people|lists)', when: { every: 29 }, effect: { kind: 'truncate-gzip' } },
]

export interface GroupwareWish {
  readonly name: string
  readonly accounts: number
  /** Events, contacts and tasks in each, so many of each sort. */
  readonly items: number
}

/** Stops what has been started, whatever comes of the rest. */
async function built<S extends { readonly close: () => Promise<void> }>(
  end: GroupwareEnd,
  build: (proxy: CuttingProxy) => Promise<S>,
): Promise<S> {
  const proxy = await startCuttingProxy({ port: end.port, delayMs: 20 })
  const stop = async (): Promise<void> => void (await Promise.all([proxy.stop(), end.stop()]))
  try {
    const scene = await build(proxy)
    return {
      ...scene,
      close: async () => {
        await scene.close()
        await stop()
      },
    }
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

const cloudOf = (end: GroupwareEnd, proxy: CuttingProxy): CloudWish => ({
  url: `http://127.0.0.1:${proxy.port}${end.path}`,
  passwords: end.passwords,
  // Slowly, so that there is a middle in which to strike.
  destination: { connectionsPerAccount: 2 },
})

const addressesOf = ({ accounts }: GroupwareWish, domain: string): readonly string[] =>
  Array.from({ length: accounts }, (_, n) => `person-${n + 1}@${domain}`)

const loginOf = (address: string): string => `${address.split('@')[0]}@example.test`

const usersOf = (addresses: readonly string[]) => addresses.map((address) => ({ login: loginOf(address), address }))

interface Parts {
  readonly wish: GroupwareWish
  readonly addresses: readonly string[]
  readonly source: GroupwareSource
  readonly end: GroupwareEnd
  readonly proxy: CuttingProxy
}

async function filled(lab: BareLab, { wish, addresses, source, end, proxy }: Parts): Promise<GroupwareScene> {
  await Promise.all(addresses.map((address) => source.fill(address, wish.items)))
  const fetched = async (): Promise<number> => proxy.asked('PUT')
  return { ...(await sceneOf(lab, { wish, fetched, addresses })), source, end, proxy }
}

/** A tenant of Microsoft's moves to a real Radicale. */
export async function startTenantGroupware(wish: GroupwareWish): Promise<GroupwareScene> {
  const addresses = addressesOf(wish, 'contoso.example')
  const end = await radicaleEnd(usersOf(addresses))
  return built(end, async (proxy) => {
    const lab = await startLab({
      seed: chaosSeed(),
      accounts: addresses.map((address) => ({ address })),
      tenant: { latencyMs: 10, limits: BUSY, faults: BAD_DAY },
      cloud: cloudOf(end, proxy),
      settings: SETTINGS,
    })
    return filled(lab, { wish, addresses, source: tenantGroupware(lab, addresses), end, proxy })
  })
}

/** A Workspace domain of Google's moves to an emulated Nextcloud. */
export async function startWorkspaceGroupware(wish: GroupwareWish): Promise<GroupwareScene> {
  const addresses = addressesOf(wish, 'fabrikam.example')
  const end = await nextcloudEnd(usersOf(addresses), chaosSeed())
  return built(end, async (proxy) => {
    const lab = await startWorkspaceLab({
      seed: chaosSeed(),
      accounts: addresses.map((address, n) => ({ address, admin: n === 0 })),
      workspace: { latencyMs: 10, limits: { ...PLENTY, ...BUSY }, faults: BAD_WORK },
      source: { limits: { calendar: EACH, people: EACH, tasks: EACH } },
      cloud: cloudOf(end, proxy),
      settings: SETTINGS,
    })
    return filled(lab, { wish, addresses, source: workspaceGroupware(lab, addresses), end, proxy })
  })
}

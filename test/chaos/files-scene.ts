import type { FaultRule, WorkspaceFaultRule } from '@offramp/emulators'
import type { BareLab, CloudWish } from '../lab/bare-lab.ts'
import { startLab } from '../lab/lab.ts'
import { startWorkspaceLab } from '../lab/workspace-lab.ts'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'
import { chaosSeed } from './dice.ts'
import { apacheEnd, cloudEnd, type FilesEnd } from './files-end.ts'
import { type FilesSource, tenantFiles, workspaceFiles } from './files-source.ts'
import { type BareScene, BUSY, sceneOf } from './scene.ts'

/** Drives that are about to suffer on their way. Progress is counted in PUTs and bulk uploads. */
export interface FilesScene extends BareScene {
  readonly source: FilesSource
  readonly end: FilesEnd
  /** Between Offramp and the server. */
  readonly proxy: CuttingProxy
}

export interface FilesWish {
  readonly name: string
  readonly accounts: number
  /** In each account. */
  readonly small: number
  readonly large: number
}

/** Little at a time, and leases as short as chunks on a busy machine allow. */
const LIMITS = { putSeconds: 3, sliceSeconds: 4, pageItems: 12, windowItems: 5, windowMegabytes: 1 }

const SETTINGS = { workloads: ['file'], verifySample: 0.2, limits: LIMITS }

const BAD_DAY: readonly FaultRule[] = [
  { path: '/drives?/', when: { every: 29 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: '/drives?/', when: { every: 31 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: '/download', when: { every: 11 }, effect: { kind: 'reset', afterBytes: 200 } },
  { path: '/download', when: { every: 17 }, effect: { kind: 'truncate', bytes: 900 } },
]

const BAD_WORK: readonly WorkspaceFaultRule[] = [
  { path: '/drive/', when: { every: 29 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: '/drive/', when: { every: 17 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: 'alt=media', when: { every: 19 }, effect: { kind: 'truncate', bytes: 900 } },
]

const PLENTY = 600_000

const loginOf = (address: string): string => `${address.split('@')[0]}@example.test`

const addressesOf = ({ accounts }: FilesWish, domain: string): readonly string[] =>
  Array.from({ length: accounts }, (_, n) => `person-${n + 1}@${domain}`)

interface Ends {
  readonly end: FilesEnd
  readonly proxy: CuttingProxy
  readonly cloud: CloudWish
}

/** Stops what has been started, whatever comes of the rest. */
async function built(end: FilesEnd, build: (ends: Ends) => Promise<FilesScene>): Promise<FilesScene> {
  const proxy = await startCuttingProxy({ port: end.port })
  const stop = async (): Promise<void> => void (await Promise.all([proxy.stop(), end.stop()]))
  const cloud = { url: `http://127.0.0.1:${proxy.port}${end.path}`, passwords: end.passwords, destination: end.destination }
  try {
    const scene = await build({ end, proxy, cloud })
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

interface Parts extends Ends {
  readonly wish: FilesWish
  readonly addresses: readonly string[]
  readonly source: FilesSource
}

async function filled(lab: BareLab, { wish, addresses, source, end, proxy }: Parts): Promise<FilesScene> {
  await Promise.all(addresses.map((address) => source.fill(address, wish)))
  const fetched = async (): Promise<number> => proxy.asked('PUT') + proxy.asked('POST')
  return { ...(await sceneOf(lab, { wish, fetched, addresses })), source, end, proxy }
}

/** OneDrives of Microsoft's move to an emulated Nextcloud. */
export async function startTenantFiles(wish: FilesWish): Promise<FilesScene> {
  const addresses = addressesOf(wish, 'contoso.example')
  const end = await cloudEnd(addresses.map(loginOf), chaosSeed())
  return built(end, async (ends) => {
    const lab = await startLab({
      seed: chaosSeed(),
      accounts: addresses.map((address) => ({ address, messages: 0, drive: { files: 0 } })),
      tenant: { latencyMs: 2, limits: BUSY, driveLimits: { unitsPerMinute: PLENTY }, faults: BAD_DAY },
      source: { limits: { files: { unitsPerMinute: PLENTY } } },
      cloud: ends.cloud,
      settings: SETTINGS,
    })
    return filled(lab, { ...ends, wish, addresses, source: tenantFiles(lab) })
  })
}

/** Google Drives move to a real Apache. */
export async function startWorkspaceFiles(wish: FilesWish): Promise<FilesScene> {
  const addresses = addressesOf(wish, 'fabrikam.example')
  const end = await apacheEnd(addresses.map(loginOf))
  return built(end, async (ends) => {
    const lab = await startWorkspaceLab({
      seed: chaosSeed(),
      accounts: addresses.map((address, n) => ({ address, messages: 0, admin: n === 0 })),
      workspace: { latencyMs: 2, limits: { drivePerMinute: PLENTY, ...BUSY }, faults: BAD_WORK },
      source: { limits: { drive: { userPerMinute: PLENTY } } },
      cloud: ends.cloud,
      settings: SETTINGS,
    })
    return filled(lab, { ...ends, wish, addresses, source: workspaceFiles(lab) })
  })
}

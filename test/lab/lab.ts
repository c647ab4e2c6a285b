import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccountSeed } from '@offramp/emulators'
import { type BareLab, type BareWish, startBareLab, writeProject } from './bare-lab.ts'
import { startTenantProcess, type TenantProcess, type TenantWish } from './tenant-process.ts'

export { type Ended, ended } from './bare-lab.ts'

export interface LabWish extends BareWish {
  readonly accounts: readonly AccountSeed[]
  readonly tenant?: Omit<TenantWish, 'seed' | 'accounts'>
  readonly seed?: number
}

/** A whole migration on loopback: a `BareLab` with an emulated Microsoft 365 tenant in a process of its own. */
export interface Lab extends BareLab {
  readonly tenant: TenantProcess
}

export async function startLab(wish: LabWish): Promise<Lab> {
  const addresses = wish.accounts.map(({ address }) => address)
  const [bare, tenant] = await Promise.all([
    startBareLab(addresses, wish),
    startTenantProcess({ seed: wish.seed ?? 1, ...wish.tenant, accounts: wish.accounts }),
  ])
  await writeTenantProject(bare, tenant, { name: 'laboratory', addresses }, wish)
  return {
    ...bare,
    tenant,
    close: async () => {
      await Promise.all([bare.close(), tenant.stop()])
    },
  }
}

interface Named {
  readonly name: string
  readonly addresses: readonly string[]
}

/** A project that reads the tenant, in the folder of `where`. */
export async function writeTenantProject(
  where: Pick<BareLab, 'folder' | 'redis' | 'dovecot'>,
  tenant: TenantProcess,
  named: Named,
  wish: BareWish = {},
): Promise<void> {
  await copyFile(tenant.caPath, join(where.folder, 'tenant-ca.pem'))
  await copyFile(tenant.secretPath, join(where.folder, 'client-secret'))
  const source = {
    kind: 'microsoft-365',
    tenantId: tenant.tenantId,
    clientId: tenant.clientId,
    secret: 'file:client-secret',
    graphUrl: new URL(tenant.graphUrl).origin,
    loginUrl: new URL(tenant.loginUrl).origin,
    ca: 'tenant-ca.pem',
  }
  await writeProject(where, { ...named, source }, wish)
}

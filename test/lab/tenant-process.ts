import { readFile } from 'node:fs/promises'
import { connectTenant, type RemoteTenant, type TenantOptions } from '@offramp/emulators'
import { startEmulatorProcess } from './emulator-process.ts'

const MAIN = new URL('../../packages/emulators/src/microsoft/main.ts', import.meta.url)

/** What a tenant may be made of when it lives in a process of its own: everything that is plain data. */
export type TenantWish = Omit<TenantOptions, 'authority' | 'now'>

export interface TenantProcess extends RemoteTenant {
  readonly pid: number
  /** Paths, as a project file names them. */
  readonly caPath: string
  readonly secretPath: string
  stop(): Promise<void>
}

/** An emulated tenant in a process of its own. Ends with this process. */
export async function startTenantProcess(wish: TenantWish): Promise<TenantProcess> {
  const { pid, ready, stop } = await startEmulatorProcess(MAIN, wish)
  const { caPath = '', secretPath = '', controlUrl = '' } = ready
  return { ...(await connectTenant(controlUrl)), pid, caPath, secretPath, stop }
}

export const readSecret = async (tenant: TenantProcess): Promise<string> => (await readFile(tenant.secretPath, 'utf8')).trim()

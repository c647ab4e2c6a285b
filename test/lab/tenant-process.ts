import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectTenant, type RemoteTenant, type TenantOptions } from '@offramp/emulators'

const MAIN = new URL('../../packages/emulators/src/microsoft/main.ts', import.meta.url).pathname

/** What a tenant may be made of when it lives in a process of its own: everything that is plain data. */
export type TenantWish = Omit<TenantOptions, 'authority' | 'now'>

export interface TenantProcess extends RemoteTenant {
  readonly pid: number
  /** Paths, as a project file names them. */
  readonly caPath: string
  readonly secretPath: string
  stop(): Promise<void>
}

interface Ready {
  readonly caPath: string
  readonly secretPath: string
  readonly controlUrl: string
}

/** An emulated tenant in a process of its own, so that it does not share a thread with what reads it. Ends with this process. */
export async function startTenantProcess(wish: TenantWish): Promise<TenantProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-tenant-options-'))
  const file = join(folder, 'options.json')
  await writeFile(file, JSON.stringify(wish))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, '--options', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await firstLine(child.stdout, gone)
  await rm(folder, { recursive: true, force: true })
  const tenant = await connectTenant(ready.controlUrl)
  return {
    ...tenant,
    pid: child.pid ?? 0,
    caPath: ready.caPath,
    secretPath: ready.secretPath,
    stop: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function firstLine(output: NodeJS.ReadableStream, gone: Promise<void>): Promise<Ready> {
  const lines = createInterface({ input: output })
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    gone.then(() => {
      throw new Error('The emulated tenant ended before it was ready.')
    }),
  ])
  const ready: Ready = JSON.parse(line)
  return ready
}

export const readSecret = async (tenant: TenantProcess): Promise<string> => (await readFile(tenant.secretPath, 'utf8')).trim()

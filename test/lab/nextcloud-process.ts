import { readFileSync } from 'node:fs'
import { type CloudControl, connectNextcloud, type NextcloudOptions } from '@offramp/emulators'
import { startEmulatorProcess } from './emulator-process.ts'

const MAIN = new URL('../../packages/emulators/src/nextcloud/main.ts', import.meta.url)

/** What a Nextcloud may be made of when it lives in a process of its own: everything that is plain data. */
export type NextcloudWish = Omit<NextcloudOptions, 'authority' | 'now'>

export interface NextcloudProcess extends CloudControl {
  readonly pid: number
  /** Path, as a project file names it. */
  readonly caPath: string
  /** App passwords by user. */
  readonly passwords: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** An emulated Nextcloud in a process of its own. Ends with this process. */
export async function startNextcloudProcess(wish: NextcloudWish): Promise<NextcloudProcess> {
  const { pid, ready, stop } = await startEmulatorProcess(MAIN, wish)
  const { caPath = '', passwordsPath = '', controlUrl = '' } = ready
  const passwords: Readonly<Record<string, string>> = JSON.parse(readFileSync(passwordsPath, 'utf8'))
  return { ...(await connectNextcloud(controlUrl)), pid, caPath, passwords, stop }
}

import { connectWorkspace, type RemoteWorkspace, type WorkspaceOptions } from '@offramp/emulators'
import { startEmulatorProcess } from './emulator-process.ts'

const MAIN = new URL('../../packages/emulators/src/google/main.ts', import.meta.url)

/** What a Workspace domain may be made of when it lives in a process of its own: everything that is plain data. */
export type WorkspaceWish = Omit<WorkspaceOptions, 'authority' | 'now'>

export interface WorkspaceProcess extends RemoteWorkspace {
  readonly pid: number
  /** Paths, as a project file names them. */
  readonly caPath: string
  readonly keyPath: string
  stop(): Promise<void>
}

/** An emulated Workspace domain in a process of its own. Ends with this process. */
export async function startWorkspaceProcess(wish: WorkspaceWish): Promise<WorkspaceProcess> {
  const { pid, ready, stop } = await startEmulatorProcess(MAIN, wish)
  const { caPath = '', keyPath = '', controlUrl = '' } = ready
  return { ...(await connectWorkspace(controlUrl)), pid, caPath, keyPath, stop }
}

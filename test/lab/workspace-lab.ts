import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorkspaceAccountSeed } from '@offramp/emulators'
import { type BareLab, type BareWish, startBareLab, writeProject } from './bare-lab.ts'
import { startWorkspaceProcess, type WorkspaceProcess, type WorkspaceWish } from './workspace-process.ts'

export interface WorkspaceLabWish extends BareWish {
  readonly accounts: readonly WorkspaceAccountSeed[]
  readonly workspace?: Omit<WorkspaceWish, 'seed' | 'accounts'>
  readonly seed?: number
}

/** A whole migration on loopback: a `BareLab` with an emulated Google Workspace domain in a process of its own. */
export interface WorkspaceLab extends BareLab {
  readonly workspace: WorkspaceProcess
}

/** Accounts that have nothing to move (suspended, without Gmail) stay out of the table. */
const movable = (accounts: readonly WorkspaceAccountSeed[]): readonly string[] =>
  accounts.flatMap(({ address, suspended, gmail }) => (suspended === true || gmail === 'none' ? [] : [address]))

export async function startWorkspaceLab(wish: WorkspaceLabWish): Promise<WorkspaceLab> {
  const addresses = movable(wish.accounts)
  const [bare, workspace] = await Promise.all([
    startBareLab(addresses, wish),
    startWorkspaceProcess({ seed: wish.seed ?? 1, ...wish.workspace, accounts: wish.accounts }),
  ])
  await writeWorkspaceProject(bare, workspace, { name: 'laboratory', addresses }, wish)
  return {
    ...bare,
    workspace,
    close: async () => {
      await Promise.all([bare.close(), workspace.stop()])
    },
  }
}

interface Named {
  readonly name: string
  readonly addresses: readonly string[]
}

/** A project that reads the domain, in the folder of `where`. */
export async function writeWorkspaceProject(
  where: Pick<BareLab, 'folder' | 'redis' | 'dovecot'>,
  workspace: WorkspaceProcess,
  named: Named,
  wish: BareWish = {},
): Promise<void> {
  await copyFile(workspace.caPath, join(where.folder, 'workspace-ca.pem'))
  await copyFile(workspace.keyPath, join(where.folder, 'service-account.json'))
  const { origin } = new URL(workspace.url)
  const source = {
    kind: 'google-workspace',
    admin: workspace.adminAddress,
    key: 'file:service-account.json',
    apiUrl: origin,
    tokenUrl: origin,
    ca: 'workspace-ca.pem',
  }
  await writeProject(where, { ...named, source }, wish)
}

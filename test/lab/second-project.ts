import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Lab, writeTenantProject } from './lab.ts'
import type { TenantProcess } from './tenant-process.ts'

export interface SecondProject {
  /** Name of the project and of its folder, beside the lab's project file. */
  readonly project: string
  readonly addresses: readonly string[]
}

/** A folder with a project of its own: another tenant and its secrets under the same relative names, the lab's Redis, Dovecot and settings. Its file. */
export async function addProject(lab: Lab, tenant: TenantProcess, { project, addresses }: SecondProject): Promise<string> {
  const folder = join(lab.folder, project)
  await mkdir(folder)
  const { settings } = parse(await readFile(join(lab.folder, 'offramp.yaml'), 'utf8'))
  await writeTenantProject({ ...lab, folder }, tenant, { name: project, addresses }, { settings })
  return join(folder, 'offramp.yaml')
}

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Lab } from './lab.ts'
import type { TenantProcess } from './tenant-process.ts'

export interface SecondProject {
  /** Name of the project and of its folder, beside the lab's project file. */
  readonly project: string
  readonly addresses: readonly string[]
}

/** A folder with a project of its own: another tenant and its secrets under the same relative names, the lab's Redis and Dovecot. Its file. */
export async function addProject(lab: Lab, tenant: TenantProcess, { project, addresses }: SecondProject): Promise<string> {
  const folder = join(lab.folder, project)
  await mkdir(folder)
  for (const name of ['dovecot-ca.pem', 'master-password', 'redis-password']) await copyFile(join(lab.folder, name), join(folder, name))
  await copyFile(tenant.caPath, join(folder, 'tenant-ca.pem'))
  await copyFile(tenant.secretPath, join(folder, 'client-secret'))
  const file = parse(await readFile(join(lab.folder, 'offramp.yaml'), 'utf8'))
  const { tenantId, clientId } = tenant
  const urls = { graphUrl: new URL(tenant.graphUrl).origin, loginUrl: new URL(tenant.loginUrl).origin }
  const path = join(folder, 'offramp.yaml')
  await writeFile(path, stringify({ ...file, project, source: { ...file.source, tenantId, clientId, ...urls } }))
  await writeFile(join(folder, 'mappings.csv'), `source,destination\n${addresses.map((one) => `${one},${lab.loginOf(one)}`).join('\n')}\n`)
  return path
}

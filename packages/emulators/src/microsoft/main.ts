import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWith } from '../serve/end-with.ts'
import { serveControl } from './control/server.ts'
import type { TenantOptions } from './options.ts'
import { startTenant } from './tenant.ts'

/**
 * A tenant as a process: `node main.ts --options file.json`. Prints one line of JSON when it is ready: where it is, and the paths of
 * its CA certificate and of its client secret (a file that only the owner can read). Ends with SIGTERM, SIGINT, or its parent.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { options: { type: 'string' } } })
  if (values.options === undefined) throw new Error('Say which tenant: --options file.json')
  const options: TenantOptions = JSON.parse(readFileSync(values.options, 'utf8'))
  const tenant = await startTenant(options)
  const control = await serveControl(tenant)
  const folder = mkdtempSync(join(tmpdir(), 'offramp-tenant-'))
  const [caPath, secretPath] = [join(folder, 'ca.pem'), join(folder, 'client-secret')]
  writeFileSync(caPath, tenant.ca)
  writeFileSync(secretPath, tenant.clientSecret, { mode: 0o600 })
  endWith(async () => {
    await Promise.all([tenant.close(), control.close()])
    rmSync(folder, { recursive: true, force: true })
  })
  const { graphUrl, loginUrl, tenantId, domain, clientId } = tenant
  process.stdout.write(
    `${JSON.stringify({ graphUrl, loginUrl, tenantId, domain, clientId, caPath, secretPath, controlUrl: control.url, pid: process.pid })}\n`,
  )
}

await main()

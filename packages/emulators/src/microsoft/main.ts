import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveControl } from './control/server.ts'
import type { TenantOptions } from './options.ts'
import { startTenant } from './tenant.ts'

/** How often it is looked whether the parent still lives, in milliseconds. */
const PARENT_MS = 500

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

function endWith(close: () => Promise<void>): void {
  const parent = process.ppid
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    clearInterval(timer)
    void close().then(() => process.exit(0))
  }
  const timer = setInterval(() => {
    if (process.ppid !== parent) end()
  }, PARENT_MS)
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

await main()

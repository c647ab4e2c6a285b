import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWith } from '../serve/end-with.ts'
import { serveWorkspaceControl } from './control/server.ts'
import type { WorkspaceOptions } from './options.ts'
import { startWorkspace } from './workspace.ts'

/**
 * A domain as a process: `node main.ts --options file.json`. Prints one line of JSON when it is ready: where it is, and the paths of its
 * CA certificate, of the service account's key and of a caller's token (files that only the owner can read). Ends with SIGTERM, SIGINT,
 * or its parent.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { options: { type: 'string' } } })
  if (values.options === undefined) throw new Error('Say which domain: --options file.json')
  const options: WorkspaceOptions = JSON.parse(readFileSync(values.options, 'utf8'))
  const workspace = await startWorkspace(options)
  const control = await serveWorkspaceControl(workspace)
  const folder = mkdtempSync(join(tmpdir(), 'offramp-workspace-'))
  const [caPath, keyPath, callerTokenPath] = [join(folder, 'ca.pem'), join(folder, 'key.json'), join(folder, 'caller-token')]
  writeFileSync(caPath, workspace.ca)
  writeFileSync(keyPath, workspace.key(), { mode: 0o600 })
  writeFileSync(callerTokenPath, workspace.callerToken, { mode: 0o600 })
  endWith(async () => {
    await Promise.all([workspace.stop(), control.close()])
    rmSync(folder, { recursive: true, force: true })
  })
  const { url, domain, adminAddress, clientId, clientEmail } = workspace
  const ready = {
    url,
    domain,
    adminAddress,
    clientId,
    clientEmail,
    caPath,
    keyPath,
    callerTokenPath,
    controlUrl: control.url,
    pid: process.pid,
  }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}

await main()

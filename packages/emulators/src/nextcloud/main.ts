import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWith } from '../serve/end-with.ts'
import { serveCloudControl } from './control/server.ts'
import { startNextcloud } from './nextcloud.ts'
import type { NextcloudOptions } from './options.ts'

/**
 * A Nextcloud as a process: `node main.ts --options file.json`. Prints one line of JSON when it is ready: where it is, and the paths of its CA
 * certificate and of its users' app passwords (`passwords.json`, which only the owner can read). Ends with SIGTERM, SIGINT, or its parent.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { options: { type: 'string' } } })
  if (values.options === undefined) throw new Error('Say which Nextcloud: --options file.json')
  const options: NextcloudOptions = JSON.parse(readFileSync(values.options, 'utf8'))
  const cloud = await startNextcloud(options)
  const control = await serveCloudControl(cloud)
  const folder = mkdtempSync(join(tmpdir(), 'offramp-nextcloud-'))
  const [caPath, passwordsPath] = [join(folder, 'ca.pem'), join(folder, 'passwords.json')]
  const known = await Promise.all(cloud.users.map(async (id) => [id, (await cloud.user(id).credentials()).appPassword] as const))
  writeFileSync(caPath, cloud.ca)
  writeFileSync(passwordsPath, JSON.stringify(Object.fromEntries(known)), { mode: 0o600 })
  endWith(async () => {
    await Promise.all([cloud.stop(), control.close()])
    rmSync(folder, { recursive: true, force: true })
  })
  const { url, version } = cloud
  process.stdout.write(`${JSON.stringify({ url, version, caPath, passwordsPath, controlUrl: control.url, pid: process.pid })}\n`)
}

await main()

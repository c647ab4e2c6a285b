import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { startGuarded } from './guarded-process.ts'
import { untilAnswers } from './until-answers.ts'

/** `rclone serve webdav` over a folder: a server that knows no conditions, and shows half of what is being written. */
export interface RcloneWebdav {
  readonly url: string
  readonly port: number
  readonly root: string
  account(name: string): Promise<void>
  stop(): Promise<void>
}

const PROGRAM = '/usr/bin/rclone'

export const haveRclone = (): boolean => existsSync(PROGRAM)

/** One login, `anna` and `secret`, for all folders: it knows no accounts. */
export async function startRcloneWebdav(): Promise<RcloneWebdav> {
  const dir = await mkdtemp(join(tmpdir(), 'offramp-rclone-'))
  const [port, root] = [await freePort(), join(dir, 'root')]
  await mkdir(root)
  const options = ['--addr', `127.0.0.1:${port}`, '--user', 'anna', '--pass', 'secret', '--dir-cache-time', '0s', '--poll-interval', '0']
  const command = [PROGRAM, 'serve', 'webdav', root, '--config', '/dev/null', ...options]
  const running = await startGuarded({ command, dir, env: { HOME: dir, RCLONE_CACHE_DIR: join(dir, 'cache') } })
  await untilAnswers(port, () => running.output())
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    root,
    account: async (name) => void (await mkdir(join(root, name), { recursive: true })),
    async stop() {
      await running.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

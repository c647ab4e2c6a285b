import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { haveDovecot } from '../../../test/servers/dovecot.ts'

const DOVECOT = fileURLToPath(new URL('../../../test/servers/dovecot.ts', import.meta.url))

const runs = (pid: number): boolean => {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

test.skipIf(!haveDovecot())('a server dies with the process that started it, and leaves nothing behind', async () => {
  const script = `const { startDovecot } = await import(${JSON.stringify(DOVECOT)}); const it = await startDovecot(); console.log(it.pid(), it.dir)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: unknown[] = await once(child.stdout, 'data')
  const [pid, dir] = String(line).trim().split(' ')
  expect(runs(Number(pid))).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => runs(Number(pid)), { timeout: 10_000 }).toBe(false)
  await expect.poll(() => existsSync(dir ?? '/'), { timeout: 10_000 }).toBe(false)
})

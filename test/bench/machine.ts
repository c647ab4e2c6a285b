import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

const firstLine = async (command: string, ...args: readonly string[]): Promise<string> =>
  run(command, [...args]).then(
    ({ stdout }) => stdout.split('\n')[0]?.trim() ?? '',
    () => 'absent',
  )

/** What the numbers were measured on: without it they mean nothing. */
export async function machineFacts(): Promise<Readonly<Record<string, string>>> {
  const [dovecot, redis, mbsync] = await Promise.all([
    firstLine('/usr/sbin/dovecot', '--version'),
    firstLine('redis-server', '--version'),
    firstLine('mbsync', '--version'),
  ])
  const redisVersion = /v=(\S+)/.exec(redis)?.[1] ?? redis
  const [first] = cpus()
  return {
    cores: String(cpus().length),
    processor: first?.model ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    dovecot,
    redis: redisVersion,
    mbsync,
  }
}

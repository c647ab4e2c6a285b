import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

export interface RedisServerOptions {
  /** Default `noeviction`. */
  readonly policy?: 'noeviction' | 'allkeys-lru' | 'volatile-lru'
  /** Default true. */
  readonly appendOnly?: boolean
  /** Redis notation: `60mb`. Default: no limit. */
  readonly maxmemory?: string
  /** Default: a random one. */
  readonly password?: string | undefined
  /** Further lines of redis.conf. */
  readonly lines?: readonly string[]
}

export interface RedisServer {
  /** With its password. */
  readonly url: string
  readonly port: number
  readonly password: string
  readonly folder: string
  /** Of the process that runs now. */
  pid(): number
  /** Ends the process with this signal; resolves once it is gone (at once for SIGSTOP and SIGCONT). What is on disk stays. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port and folder, after ending it if it still runs. */
  restart(): Promise<void>
  /** Ends it and removes its folder. Safe to repeat. */
  stop(): Promise<void>
  /** Runs redis-cli against it. */
  cli(...args: readonly string[]): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A private Redis on loopback, in a folder of its own, with AOF on, `noeviction` and a password. A small watcher ends it should this
 * process die without doing so. Throws when redis-server is not installed.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-redis-'))
  const password = options.password ?? randomBytes(12).toString('hex')
  const port = await freePort()
  const config = join(folder, 'redis.conf')
  await writeFile(config, configOf({ options, folder, port, password }), { mode: 0o600 })
  let child = await launch(config, folder)

  const cli = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...args], {
      env: { ...process.env, REDISCLI_AUTH: password },
      maxBuffer: 64 << 20,
    })
    return stdout.trimEnd()
  }
  const kill = (signal: NodeJS.Signals): Promise<void> => child.kill(signal)
  const stop = async (): Promise<void> => {
    await kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  await answers(cli)
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    password,
    folder,
    pid: () => child.pid,
    kill,
    cli,
    stop,
    restart: async () => {
      await kill('SIGKILL')
      child = await launch(config, folder)
      await answers(cli)
    },
    [Symbol.asyncDispose]: stop,
  }
}

interface Launched {
  readonly pid: number
  kill(signal: NodeJS.Signals): Promise<void>
}

/**
 * The shell between us and the server watches: its subshell waits for the end of our pipe, which the kernel closes when this process dies
 * in whatever way, and then ends the server by its id and removes its folder.
 */
const WATCHED = [
  'exec 3<&0',
  'redis-server "$1" </dev/null >"$2/server.log" 2>&1 3<&- & server=$!',
  'echo $server',
  '(read -r _ <&3; trap "" TERM; kill -9 $server; rm -rf "$2") >/dev/null 2>&1 & watcher=$!',
  'wait $server',
  'kill $watcher',
].join('\n')

async function launch(config: string, folder: string): Promise<Launched> {
  const shell = spawn('sh', ['-c', WATCHED, 'sh', config, folder], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
  const pid = await new Promise<number>((resolve, reject) => {
    shell.once('error', reject)
    shell.stdout.once('data', (line) => resolve(Number(String(line).trim())))
  })
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (shell.exitCode !== null || shell.signalCode !== null) return
    process.kill(pid, signal)
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended
  }
  return { pid, kill }
}

function configOf(asked: { options: RedisServerOptions; folder: string; port: number; password: string }): string {
  const { options, folder, port, password } = asked
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${folder}"`,
    `requirepass ${password}`,
    `appendonly ${options.appendOnly === false ? 'no' : 'yes'}`,
    'appendfsync everysec',
    'save ""',
    `maxmemory-policy ${options.policy ?? 'noeviction'}`,
    ...(options.maxmemory ? [`maxmemory ${options.maxmemory}`] : []),
    ...(options.lines ?? []),
    '',
  ].join('\n')
}

async function answers(cli: (...args: string[]) => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await cli('ping').catch(() => '')) === 'PONG') return
    await pause(25)
  }
  throw new Error('redis-server did not start; is it installed?')
}

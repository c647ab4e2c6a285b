import { Fault, type Finding } from '@offramp/core'
import type { Redis } from 'ioredis'
import { redisFault } from './redis-faults.ts'

/** What Redis says of itself. A setting that it would not tell is absent. */
export interface RedisFacts {
  readonly version?: string
  readonly policy?: string
  readonly appendOnly?: boolean
  readonly appendFsync?: string
  readonly usedBytes?: number
  /** `maxmemory`, or the machine's memory where there is none. */
  readonly limitBytes?: number
  readonly replica?: boolean
  /** How far this machine's clock is ahead of that of Redis, in milliseconds. */
  readonly aheadMs?: number
}

/** Used share of the memory from which the operator is warned. */
const FULL = 0.7

/** Clocks that differ by more are worth a word, in milliseconds: what one process sends to sleep another wakes so much too late. */
const FAR_OFF_MS = 10_000

/**
 * Refuses a Redis that could lose the ledger: throws a `run` fault that says what is wrong and the exact lines that put it right. Returns
 * what is not that bad. Other programs' keys in the same Redis are left alone.
 */
export async function assertSafe(redis: Redis, now: () => number): Promise<readonly Finding[]> {
  const findings = judgeRedis(await askFacts(redis, now))
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length === 0) return findings
  throw new Fault({
    reach: 'run',
    code: 'redis-unsafe',
    message: errors.map(({ says }) => says).join(' '),
    remedy: errors.map(({ remedy }) => remedy).join('\n'),
  })
}

/** The same as findings, for a preflight that shows all at once. */
export const checkRedis = async (redis: Redis, now: () => number): Promise<readonly Finding[]> => judgeRedis(await askFacts(redis, now))

/** Reads INFO, and CONFIG where it is allowed: managed servers forbid it. */
async function askFacts(redis: Redis, now: () => number): Promise<RedisFacts> {
  const info = await redis.info().catch((error: unknown) => {
    const fault = redisFault(error)
    if (fault.code === 'redis-permission' || fault.code === 'redis-command-missing') return ''
    throw fault
  })
  const at = now()
  const told = new Map(info.split(/\r?\n/).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
  const setting = async (name: string): Promise<string | undefined> => {
    const answer: unknown = await redis.call('CONFIG', 'GET', name).catch(() => undefined)
    return Array.isArray(answer) && answer.length > 1 ? String(answer[1]) : undefined
  }
  const [policy, appendOnly, appendFsync] = [await setting('maxmemory-policy'), await setting('appendonly'), await setting('appendfsync')]
  const number = (name: string) => (told.has(name) ? Number(told.get(name)) : undefined)
  const micros = number('server_time_usec')
  return clean(
    {
      version: told.get('redis_version'),
      policy: policy ?? told.get('maxmemory_policy'),
      appendOnly: appendOnly === undefined ? told.has('aof_enabled') && told.get('aof_enabled') === '1' : appendOnly === 'yes',
      appendFsync,
      usedBytes: number('used_memory'),
      limitBytes: number('maxmemory') || number('total_system_memory'),
      replica: told.has('role') ? told.get('role') === 'slave' : undefined,
      aheadMs: micros === undefined ? undefined : at - micros / 1000,
    },
    appendOnly !== undefined || told.has('aof_enabled'),
  )
}

function clean(facts: { readonly [K in keyof RedisFacts]: RedisFacts[K] | undefined }, knowsAof: boolean): RedisFacts {
  const { version, policy, appendOnly, appendFsync, usedBytes, limitBytes, replica, aheadMs } = facts
  return {
    ...(version === undefined ? {} : { version }),
    ...(policy === undefined ? {} : { policy }),
    ...(appendOnly === undefined || !knowsAof ? {} : { appendOnly }),
    ...(appendFsync === undefined ? {} : { appendFsync }),
    ...(usedBytes === undefined ? {} : { usedBytes }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(replica === undefined ? {} : { replica }),
    ...(aheadMs === undefined ? {} : { aheadMs }),
  }
}

/** One finding a fact, the worst as errors. */
export function judgeRedis(facts: RedisFacts): readonly Finding[] {
  const judges = [judgeVersion, judgePolicy, judgeAppend, judgeFsync, judgeRole, judgeMemory, judgeTime]
  return judges.map((judge) => judge(facts)).filter((finding) => finding !== undefined)
}

const finding = (level: Finding['level'], says: string, remedy?: string): Finding => ({
  level,
  about: 'Redis',
  says,
  ...(remedy === undefined ? {} : { remedy }),
})

const unknown = (what: string): Finding =>
  finding('warning', `This Redis does not tell ${what}, so it could not be checked.`, 'Check it in the console of whoever runs this Redis.')

function judgeVersion({ version }: RedisFacts): Finding {
  const [, major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(version ?? '') ?? []).map(Number)
  if (version === undefined) return unknown('its version (6.2 or newer is needed)')
  if (major > 6 || (major === 6 && minor >= 2)) return finding('ok', `Version ${version}.`)
  return finding('error', `Redis ${version} is too old.`, 'Install Redis 6.2 or newer.')
}

function judgePolicy({ policy }: RedisFacts): Finding {
  if (policy === undefined) return unknown('its maxmemory-policy (noeviction is needed)')
  if (policy === 'noeviction') return finding('ok', 'Nothing is evicted when memory is short.')
  return finding(
    'error',
    `Redis may throw away the record of what was moved when memory is short (maxmemory-policy ${policy}).`,
    'Run: CONFIG SET maxmemory-policy noeviction\nand put this line into redis.conf: maxmemory-policy noeviction',
  )
}

function judgeAppend({ appendOnly }: RedisFacts): Finding {
  if (appendOnly === undefined) return unknown('whether it writes an append-only file (appendonly yes is needed)')
  if (appendOnly) return finding('ok', 'What is written is kept on disk (append-only file).')
  return finding(
    'error',
    'Redis would lose the record of what was moved when it restarts (appendonly no).',
    'Run: CONFIG SET appendonly yes\nand put these lines into redis.conf: appendonly yes\nappendfsync everysec',
  )
}

function judgeFsync({ appendOnly, appendFsync }: RedisFacts): Finding | undefined {
  if (!appendOnly || appendFsync !== 'no') return undefined
  return finding(
    'warning',
    'Redis leaves it to the system when its file reaches the disk (appendfsync no): a power cut may cost half a minute, which is then moved again.',
    'Run: CONFIG SET appendfsync everysec\nand put this line into redis.conf: appendfsync everysec',
  )
}

function judgeRole({ replica }: RedisFacts): Finding | undefined {
  return replica ? finding('error', 'This Redis is a replica and takes no writes.', 'Use the address of the primary.') : undefined
}

function judgeTime({ aheadMs = 0 }: RedisFacts): Finding | undefined {
  if (Math.abs(aheadMs) <= FAR_OFF_MS) return undefined
  return finding(
    'warning',
    `This machine's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the clock of Redis. Nothing is lost or doubled by that, but accounts may rest for that much longer.`,
    'Set the clocks of all machines by the same time server (NTP).',
  )
}

function judgeMemory({ usedBytes, limitBytes }: RedisFacts): Finding | undefined {
  if (usedBytes === undefined || !limitBytes) return undefined
  const share = usedBytes / limitBytes
  const [used, limit] = [usedBytes, limitBytes].map((bytes) => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`)
  if (share <= FULL) return finding('ok', `Uses ${used} of ${limit}.`)
  return finding(
    'warning',
    `Redis uses ${used} of ${limit} (${Math.round(share * 100)} %). A million items need about 60 MB.`,
    'Raise it: CONFIG SET maxmemory <bytes> (and "maxmemory <bytes>" in redis.conf), or give the machine more memory.',
  )
}

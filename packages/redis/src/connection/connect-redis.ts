import { Fault } from '@offramp/core'
import { Redis, type RedisOptions } from 'ioredis'
import { redisFault } from './redis-faults.ts'

export interface ConnectOptions {
  /** Shown by CLIENT LIST, for the operator: `offramp-worker`. */
  readonly name?: string
  /** Longest time for one command, in milliseconds, reconnecting included. Default 10,000: it rides out a restart of Redis. */
  readonly commandMs?: number
  /** Longest time until the first connection is ready, in milliseconds. Default 10,000; a Redis that is loading much data may take longer. */
  readonly connectMs?: number
  /** PEM of an authority to trust besides the system's own, for `rediss://`. */
  readonly ca?: string
}

/**
 * Connects and logs in, or says why not: a `Fault` that names the server and never the password. Takes `redis://` and `rediss://` (TLS,
 * verified).
 *
 * The first connection fails at once; one that was there comes back by itself. Every command ends after `commandMs`, so that a person or
 * a turn gets an answer (`maxRetriesPerRequest` bounds it too); the ledger's writes may be sent again without harm. BullMQ's blocking
 * connections need `maxRetriesPerRequest: null`: they are made where BullMQ is, and not here.
 */
export async function connectRedis(url: string, options: ConnectOptions = {}): Promise<Redis> {
  const address = parse(url)
  const told = { ready: false, error: undefined as unknown }
  const redis = new Redis(url, clientOptions(options, address.tls, told))
  // Without a listener ioredis prints to the console.
  redis.on('error', (error) => {
    told.error = error
  })
  redis.once('ready', () => {
    told.ready = true
  })
  const { connectMs = 10_000 } = options
  const late = new Promise<never>((_, reject) => {
    redis.once('ready', () => clearTimeout(timer))
    const timer = setTimeout(() => reject(told.error ?? new Error('connect ETIMEDOUT')), connectMs)
    redis.once('end', () => clearTimeout(timer))
  })
  try {
    await Promise.race([redis.connect(), late])
    return redis
  } catch (error) {
    redis.disconnect()
    throw cannotConnect(address, told.error ?? error)
  }
}

/** The address as it may be shown: without user and password. Throws a `run` fault for what is no Redis address. */
export const shownRedisUrl = (url: string): string => parse(url).shown

function clientOptions(
  { name, commandMs = 10_000, connectMs = 10_000, ca }: ConnectOptions,
  tls: boolean,
  told: { ready: boolean },
): RedisOptions {
  return {
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    maxRetriesPerRequest: 20,
    retryStrategy: (times) => (told.ready ? Math.min(50 * 2 ** Math.min(times, 10), 1_000) : undefined),
    // After a failover this server may be a replica: look for the primary at the same address.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(name === undefined ? {} : { connectionName: name }),
    ...(tls ? { tls: ca === undefined ? {} : { ca } } : {}),
  }
}

interface Address {
  readonly shown: string
  readonly tls: boolean
}

function parse(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  // A bare / # ? in a password ends up in another part of the address: refused before any of it is shown.
  const whole = parsed && parsed.hash === '' && /^\/?\d*$/.test(parsed.pathname) && !parsed.search.includes('@')
  if (whole && (parsed.protocol === 'redis:' || parsed.protocol === 'rediss:') && parsed.hostname !== '') {
    const shown = `${parsed.protocol}//${parsed.hostname}:${parsed.port || 6379}${parsed.pathname === '/' ? '' : parsed.pathname}`
    return { shown, tls: parsed.protocol === 'rediss:' }
  }
  throw new Fault({
    reach: 'run',
    code: 'redis-address',
    message: 'The Redis address cannot be read.',
    remedy:
      'Write it as redis://:password@host:6379/0, or rediss://… for TLS. Characters such as @ : / # in a password are written as %40 %3A %2F %23.',
  })
}

function cannotConnect({ shown, tls }: Address, error: unknown): Fault {
  const { reach, code, message, remedy } = redisFault(error)
  const reachable = 'Is Redis running there, and does a firewall let this machine through? Try: redis-cli -h <host> -p <port> ping'
  const overTls = 'Is Redis running there with tls-port? Where it speaks no TLS, the address begins with redis:// instead of rediss://.'
  const detail = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new Fault({
    reach: reach === 'call' ? 'run' : reach,
    code,
    message: `No connection to Redis at ${shown}: ${message}${detail}`,
    remedy: remedy ?? (tls ? overTls : reachable),
    cause: error,
  })
}

import { Fault, type FaultFacts } from '@offramp/core'

type Row = readonly [pattern: RegExp, facts: Omit<FaultFacts, 'message'> & { readonly message: string }]

/**
 * What Redis says, and how far it spreads. Error prefixes: redis.io/docs/latest/develop/reference/protocol-spec (simple errors) and
 * `src/server.c` of 7.0. A refusal that every lane would meet is `run`; whatever may pass by itself is `call` and blamed on the connection.
 */
const TABLE: readonly Row[] = [
  [
    /^(NOAUTH|WRONGPASS|ERR invalid password|ERR Client sent AUTH)/,
    {
      reach: 'run',
      code: 'redis-auth',
      message: 'Redis refused the login.',
      remedy: 'Check user and password of the Redis address: redis://user:password@host:port (requirepass or the ACL file on the server).',
    },
  ],
  [
    /^NOPERM/,
    {
      reach: 'run',
      code: 'redis-permission',
      message: 'The Redis user may not run a command that Offramp needs.',
      remedy: 'Allow it: ACL SETUSER <user> on ~offramp:* &offramp:* +@all -@dangerous +info +config|get',
    },
  ],
  [
    /OOM command not allowed/,
    {
      reach: 'run',
      code: 'redis-full',
      message: 'Redis has reached its maxmemory and accepts no writes; nothing was recorded.',
      remedy: 'Raise it: CONFIG SET maxmemory <bytes> (and "maxmemory <bytes>" in redis.conf), or move other data off this Redis.',
    },
  ],
  [
    /^MISCONF/,
    {
      reach: 'run',
      code: 'redis-disk',
      message: 'Redis cannot write to its disk and accepts no writes; nothing was recorded.',
      remedy: 'See the log of the Redis server; most often its disk is full or its folder is read-only.',
    },
  ],
  [
    /unknown (command|subcommand)/i,
    {
      reach: 'run',
      code: 'redis-command-missing',
      message: 'Redis does not know a command that Offramp needs.',
      remedy: 'Use Redis 6.2 or newer with EVAL, EVALSHA and HSET available.',
    },
  ],
  [
    /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNKILLABLE)/,
    { reach: 'call', code: 'redis-not-ready', message: 'Redis is starting, failing over or busy; try again.', connection: true },
  ],
  [
    /self.signed|certificate|unable to verify|CERT_|ERR_TLS|wrong version number|packet length too long/i,
    {
      reach: 'run',
      code: 'redis-tls',
      message: 'The TLS connection to Redis could not be made.',
      remedy:
        'rediss:// needs a server with tls-port and a certificate that this machine trusts; name an own authority with the `ca` option. Without TLS use redis://.',
    },
  ],
  [
    /timed out|timeout|ETIMEDOUT|ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|EHOST|ENETUNREACH|Connection is closed|max retries per request|Stream isn't writeable|Socket closed/i,
    { reach: 'call', code: 'redis-unreachable', message: 'Redis did not answer.', connection: true },
  ],
]

/** Any error of the Redis client as a fault. The client's own text is not passed on: it may hold arguments or the address with its password. */
export function redisFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  const text = thrown instanceof Error ? `${thrown.message} ${codeOf(thrown)}` : String(thrown)
  for (const [pattern, facts] of TABLE) if (pattern.test(text)) return new Fault({ ...facts, cause: thrown })
  const script = /^(ERR )?Error (running|compiling) script/.test(text) || /user_script/.test(text)
  if (script)
    return new Fault({ reach: 'run', code: 'redis-script', message: `A script failed inside Redis: ${text.slice(0, 200)}`, cause: thrown })
  return new Fault({ reach: 'call', code: 'redis-unclassified', message: 'Redis refused a command; see the cause.', cause: thrown })
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/** A plain command, with its error as a fault. */
export async function askRedis<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw redisFault(error)
  }
}

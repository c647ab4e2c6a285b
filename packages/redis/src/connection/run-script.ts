import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { redisFault } from './redis-faults.ts'

/** A Lua script as Redis knows it. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

/** Joins Lua files into one script. Read once, when the process starts. */
export function readScript(...files: readonly URL[]): Script {
  const lua = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

/**
 * Runs the script by its hash, and sends its text once where Redis has forgotten it (a restart, a failover, SCRIPT FLUSH).
 * Strings in the answer are Buffers. Throws a `Fault` only.
 */
export async function runScript(
  redis: Redis,
  script: Script,
  keys: string | readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const names = typeof keys === 'string' ? [keys] : keys
  together(redis)
  try {
    return await redis.callBuffer('EVALSHA', [script.sha, names.length, ...names, ...args])
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw redisFault(error)
  }
  try {
    return await redis.callBuffer('EVAL', [script.lua, names.length, ...names, ...args])
  } catch (error) {
    throw redisFault(error)
  }
}

/** What is asked in one go leaves in one write: a system call costs more than most of what Redis is asked for. */
function together({ stream }: Redis): void {
  if (stream === undefined || stream.destroyed || stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

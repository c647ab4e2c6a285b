import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RedisServer } from '../servers/redis.ts'

/** Every key with what it holds: as Redis serializes it, and as it reads. */
export async function inRedis(redis: RedisServer): Promise<string> {
  const keys = (await redis.cli('--scan')).split('\n').filter((key) => key !== '')
  const dumps: string[] = []
  const READ: Readonly<Record<string, readonly string[]>> = {
    hash: ['hgetall'],
    zset: ['zrange', '0', '-1'],
    list: ['lrange', '0', '-1'],
    set: ['smembers'],
    string: ['get'],
    stream: ['xrange', '-', '+'],
  }
  for (const key of keys) {
    const [verb = 'get', ...rest] = READ[await redis.cli('type', key)] ?? []
    dumps.push(key, await redis.cli(verb, key, ...rest))
  }
  return dumps.join('\n')
}

/** Everything below a folder as one text. */
export async function allFiles(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

/**
 * What looks like a token (JWT) or a part of one: base64 of JSON. Only what decodes to text counts: sealed cursors and
 * ids are random in the same alphabet, and `eyJ` turns up in them now and then.
 */
export function tokensIn(text: string): readonly string[] {
  const likely = text.match(/eyJ[A-Za-z0-9_-]{20,}/g) ?? []
  return likely.filter((each) => /^[ -~]+$/.test(Buffer.from(each.slice(0, 20), 'base64url').toString('latin1')))
}

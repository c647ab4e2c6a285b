import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { Fault } from '@offramp/core'
import { type RedisServerOptions, startRedis } from '@offramp/test/servers/redis'
import { describe, expect, test } from 'vitest'
import { assertSafe, checkRedis } from './assert-safe.ts'
import { connectRedis, shownRedisUrl } from './connect-redis.ts'

async function faultOf(doing: Promise<unknown>): Promise<Fault> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Fault)) throw new Error(`no fault, but ${String(error)}`)
  return error
}

/** What assertSafe says of a server that is set up like this. */
async function judged(options: RedisServerOptions): Promise<readonly { level: string; says: string }[] | Fault> {
  await using server = await startRedis(options)
  const redis = await connectRedis(server.url)
  try {
    return await assertSafe(redis, () => Date.now()).catch((error: Fault) => error)
  } finally {
    redis.disconnect()
  }
}

describe('connecting', () => {
  test('a wrong or missing password is said, and no password shown', async () => {
    await using server = await startRedis()
    for (const url of [`redis://:canary-secret@127.0.0.1:${server.port}`, `redis://127.0.0.1:${server.port}`]) {
      const fault = await faultOf(connectRedis(url))
      expect(fault).toMatchObject({ reach: 'run', code: 'redis-auth' })
      expect(fault.message).toContain(`127.0.0.1:${server.port}`)
      expect(`${fault.message} ${fault.remedy}`).not.toContain('canary-secret')
    }
  })

  test('nobody listening is said at once', async () => {
    const server = await startRedis()
    await server.stop()
    const fault = await faultOf(connectRedis(server.url))
    expect(fault).toMatchObject({ reach: 'run', code: 'redis-unreachable' })
    expect(fault.message).toContain('ECONNREFUSED')
    expect(fault.message).not.toContain(server.password)
  })

  test('a server that never answers ends in a fault and not in a hang', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await new Promise((resolve) => mute.once('listening', resolve))
    const address = mute.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const fault = await faultOf(connectRedis(`redis://127.0.0.1:${port}`, { connectMs: 300 }))
    expect(fault).toMatchObject({ reach: 'run', code: 'redis-unreachable' })
    mute.close()
  })

  test('TLS against a server without it, and an address that is none', async () => {
    await using server = await startRedis()
    expect(await faultOf(connectRedis(server.url.replace('redis:', 'rediss:'), { connectMs: 2_000 }))).toMatchObject({ reach: 'run' })
    for (const url of ['http://x', 'redis://', 'nonsense', 'redis://:p@ss#word@h:1:2']) {
      const fault = await faultOf(connectRedis(url))
      expect(fault).toMatchObject({ reach: 'run', code: 'redis-address' })
    }
    expect(shownRedisUrl('rediss://anna:secret@redis.example.org/3')).toBe('rediss://redis.example.org:6379/3')
  })

  test('a connection comes back after Redis was restarted', async () => {
    await using server = await startRedis()
    const redis = await connectRedis(server.url)
    await redis.set('offramp:x', '1')
    const asked = server.restart()
    await asked
    expect(await redis.get('offramp:x')).toBe('1')
    redis.disconnect()
  })
})

describe('a Redis that could lose the ledger', () => {
  test('is refused for evicting', async () => {
    const fault = await judged({ policy: 'allkeys-lru', maxmemory: '60mb' })
    expect(fault).toMatchObject({ reach: 'run', code: 'redis-unsafe', remedy: expect.stringContaining('maxmemory-policy noeviction') })
  })

  test('is refused for keeping nothing on disk', async () => {
    expect(await judged({ appendOnly: false })).toMatchObject({ remedy: expect.stringContaining('CONFIG SET appendonly yes') })
  })

  test('is told of everything at once', async () => {
    expect(await judged({ appendOnly: false, policy: 'volatile-lru' })).toMatchObject({
      remedy: expect.stringMatching(/noeviction[\s\S]*appendonly yes/),
    })
  })

  test('is warned of when it is nearly full', async () => {
    expect(await judged({ maxmemory: '1200kb' })).toContainEqual(
      expect.objectContaining({ level: 'warning', says: expect.stringContaining('%') }),
    )
  })

  test('is judged by INFO where CONFIG is forbidden, and says what it could not see', async () => {
    await using server = await startRedis({ lines: ['rename-command CONFIG ""'] })
    const redis = await connectRedis(server.url)
    expect((await assertSafe(redis, () => Date.now())).filter(({ level }) => level !== 'ok')).toEqual([])
    redis.disconnect()
    await using closed = await startRedis({ lines: ['user blind on >blind ~* &* +@all -config -info'] })
    const blind = await connectRedis(closed.url.replace('redis://:', 'redis://blind:').replace(closed.password, 'blind'))
    expect((await checkRedis(blind, () => Date.now())).filter(({ level }) => level === 'warning')).toHaveLength(3)
    blind.disconnect()
  })
})

test('a server for tests does not outlive the process that started it', async () => {
  const source = `
    import { startRedis } from ${JSON.stringify(import.meta.resolve('@offramp/test/servers/redis'))}
    const server = await startRedis()
    console.log(server.pid(), server.folder)
    process.kill(process.pid, 'SIGKILL')`
  const child = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', source]).catch(
    (error: { stdout: string }) => error,
  )
  const [pid, folder] = child.stdout.trim().split(' ')
  expect(Number(pid)).toBeGreaterThan(1)
  await expect.poll(() => isAlive(Number(pid)) || existsSync(folder ?? ''), { timeout: 5_000, interval: 20 }).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

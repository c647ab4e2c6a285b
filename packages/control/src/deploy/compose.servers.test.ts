import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { freePort } from '../../../../test/servers/free-port.ts'
import { WORKER_FLAGS } from '../workplace/worker-flags.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-compose-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean | null

const part = (value: Json | undefined, ...path: readonly string[]): Json | undefined => {
  let at = value
  for (const key of path)
    at = typeof at === 'object' && at !== null && !Array.isArray(at) ? Object.entries(at).find(([name]) => name === key)?.[1] : undefined
  return at
}
const textOf = (value: Json | undefined): string => JSON.stringify(value ?? null)

const compose = async (): Promise<Json> => parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true })

/** The specification's own schema, as Debian ships it with docker-compose 1.29. Undefined where apt cannot get it. */
async function specification(): Promise<object | undefined> {
  try {
    await run('apt-get', ['download', '-q', 'docker-compose'], { cwd: folder, timeout: 60_000 })
    await run('sh', ['-c', 'dpkg-deb -x docker-compose_*.deb x'], { cwd: folder, timeout: 30_000 })
    const text = await readFile(join(folder, 'x/usr/lib/python3/dist-packages/compose/config/compose_spec.json'), 'utf8')
    // The file mixes draft 2019-09 with `id` of draft 4, which means nothing to its validator either.
    const schema: object = JSON.parse(text, (key, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    )
    return schema
  } catch {
    return undefined
  }
}

describe('docker-compose.yml', () => {
  it('is valid by the compose specification', async (context) => {
    const schema = await specification()
    if (schema === undefined) return context.skip('Debian package docker-compose could not be downloaded, so its schema is not at hand')
    const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
    const valid = validate(await compose())
    expect(validate.errors ?? []).toEqual([])
    expect(valid).toBe(true)
    // The validator is awake.
    expect(validate({ services: { x: { imagge: 'y' } } })).toBe(false)
  })

  it('gives every service of ours no privileges, a read-only root and an end in time', async () => {
    const services = part(await compose(), 'services')
    for (const name of ['redis', 'control', 'worker']) {
      expect(textOf(part(services, name, 'security_opt')), name).toContain('no-new-privileges:true')
      expect(part(services, name, 'read_only'), name).toBe(true)
      expect(part(services, name, 'ulimits', 'core'), name).toBe(0)
      expect(textOf(part(services, name, 'cap_drop')), name).toBe('["ALL"]')
      expect(part(services, name, 'stop_grace_period'), name).toMatch(/^\d+s$/)
      expect(part(services, name, 'healthcheck'), name).toBeTypeOf('object')
      expect(part(services, name, 'ports'), `${name} is reachable from outside`).toBeUndefined()
      expect(textOf(part(services, name, 'environment')), name).not.toMatch(/PASSWORD|SECRET/i)
    }
  })

  it('starts workers with the flags that bound their memory', async () => {
    const entrypoint = part(await compose(), 'services', 'worker', 'entrypoint')
    expect(entrypoint).toEqual(['node', ...WORKER_FLAGS, '/app/workers/src/main.ts'])
  })

  it('mounts and starts what is there', async () => {
    const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')
    const paths = [
      ...text.matchAll(/\.\/(config\/[\w./-]+)/g),
      ...text.matchAll(/\/app\/([\w./-]+\.ts)/g),
      ...text.matchAll(/cp (config\/\S+)/g),
    ]
    const files = paths.map((match) => match[1] ?? '')
    expect(files.length).toBeGreaterThan(3)
    for (const file of [...files, 'packages/cli/src/main.ts']) expect(existsSync(join(ROOT, file)), file).toBe(true)
  })
})

describe('the Redis of the compose file', () => {
  it('starts with its configuration and password, and is one that Offramp accepts', async () => {
    const secret = join(folder, 'redis-password')
    await writeFile(secret, 'c0ffee-42\n')
    const port = await freePort()
    const lines = [`port ${port}`, 'bind 127.0.0.1']
    const child = spawn('sh', [join(ROOT, 'config/redis-start.sh'), ...lines], {
      env: { PATH: process.env['PATH'], REDIS_PASSWORD_FILE: secret, REDIS_CONF: join(ROOT, 'config/redis.conf'), REDIS_DATA: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) break
      const cli = async (...args: readonly string[]) =>
        (await run('redis-cli', ['-p', String(port), ...args], { env: { PATH: process.env['PATH'], REDISCLI_AUTH: 'c0ffee-42' } })).stdout
      expect(await cli('config', 'get', 'maxmemory-policy')).toContain('noeviction')
      expect(await cli('config', 'get', 'appendonly')).toContain('yes')
      expect(await cli('info', 'persistence')).toContain('aof_enabled:1')
      const { stdout: open } = await run('redis-cli', ['-p', String(port), 'ping']).catch((error: { stdout: string }) => error)
      expect(open).toContain('NOAUTH')
      expect(await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain('c0ffee')
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      // Redis itself got the signal and wrote its file to the end: a shell in between would have died of it instead.
      expect(await ended).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  })

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['one that would end the configuration line', 'a"\nbind 0.0.0.0'],
  ])('does not start when its password is %s', async (_name, password) => {
    const secret = join(folder, `bad-${Math.abs((password ?? 'x').length)}`)
    if (password !== undefined) await writeFile(secret, password)
    const env = { PATH: process.env['PATH'], REDIS_PASSWORD_FILE: secret, REDIS_CONF: join(ROOT, 'config/redis.conf') }
    await expect(run('sh', [join(ROOT, 'config/redis-start.sh')], { env, timeout: 20_000 })).rejects.toThrow(/openssl rand/)
  })
})

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, InputRefused, type OpenedProject, start } from '@offramp/control'
import { Fault, type MailSettings } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { type MemoryWorkplace, memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from './context.ts'
import { runProgram } from './program.ts'

let folder: string
let tenant: MemoryTenant
let server: MemoryServer
let workplace: MemoryWorkplace
let opened: OpenedProject
let out: string
let err: string
let opening: () => Promise<OpenedProject>
const never = new AbortController().signal
const NO_SETTINGS: MailSettings = {
  ruleOrder: 'in-order',
  rules: [],
  identities: [],
  delegates: [],
  untold: ['Nobody says who else reads it.'],
  raw: {},
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-cli-'))
  tenant = new MemoryTenant()
  server = new MemoryServer()
  workplace = memoryWorkplace(tenant, server)
  tenant.add('anna@a.example', 4)
  opened = openedWith([['anna@a.example', 'anna']], folder)
  opening = async () => opened
  out = ''
  err = ''
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const context = (more: Partial<Context> = {}): Context => ({
  terminal: {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    tty: false,
    columns: () => 120,
    rows: () => 40,
    debug: false,
    env: () => undefined,
  },
  openProject: () => opening(),
  openWorkplace: async () => workplace,
  startWorkers: () => {
    throw new Error('no worker is started in these tests')
  },
  interrupted: never,
  ...more,
})

const offramp = (...args: readonly string[]) => runProgram(args, context(), async () => EXIT.balanced)
const json = (): readonly { readonly type?: string }[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const fault = (reach: Fault['reach'], code: string): Fault => new Fault({ reach, code, message: 'It went wrong.', remedy: 'Do this.' })

describe('the command line', () => {
  it.each([
    ['nonsense'],
    ['run', '--workers', '0'],
    ['run', '--workers', 'many'],
    ['verify', '--sample', '2'],
    ['report', '--format', 'pdf'],
    ['run', '--wrokers', '2'],
  ])('does not guess what %s %s %s means', async (...args) => {
    expect(await offramp(...args)).toBe(EXIT.input)
    expect(err).toMatch(/^error: /)
  })

  it('suggests what was probably meant', async () => {
    await offramp('statsu')
    expect(err).toContain('Did you mean status?')
  })

  it('explains itself, with examples and exit codes', async () => {
    expect(await offramp('--help')).toBe(EXIT.balanced)
    expect(out).toMatch(/Exit codes:\n {2}0 {4}done/)
    for (const name of [
      'check',
      'discover',
      'settings',
      'run',
      'status',
      'pause',
      'resume',
      'retry',
      'verify',
      'report',
      'rebuild',
      'worker',
      'init',
    ]) {
      out = ''
      expect(await offramp(name, '--help')).toBe(EXIT.balanced)
      expect(out, name).toMatch(/Examples:\n {2}offramp/)
    }
  })

  it('passes a worker its options on', async () => {
    let given: readonly string[] = []
    const code = await runProgram(['worker', '-p', 'x.yaml', '--concurrency', '8', '--alive-file', '/tmp/a'], context(), async (args) => {
      given = args
      return EXIT.unsafeRedis
    })
    expect(code).toBe(EXIT.unsafeRedis)
    expect(given).toEqual(['--project', 'x.yaml', '--concurrency', '8', '--alive-file', '/tmp/a'])
    await runProgram(['worker', '-p', 'a.yaml', '--project', 'b.yaml'], context(), async (args) => {
      given = args
      return EXIT.balanced
    })
    expect(given).toEqual(['--project', 'a.yaml', '--project', 'b.yaml'])
    await runProgram(['worker'], context(), async (args) => {
      given = args
      return EXIT.balanced
    })
    expect(given).toEqual(['--project', 'offramp.yaml'])
  })
})

describe('exit codes', () => {
  it.each<[string, unknown, number]>([
    ['input', new InputRefused([{ level: 'error', file: 'offramp.yaml', line: 3, column: 1, says: 'wrong' }]), 2],
    ['a broken project', fault('run', 'microsoft-bad-address'), 2],
    ['an account', fault('account', 'graph-consent'), 3],
    ['a closed gate', fault('gate', 'graph-throttled'), 3],
    ['no answer', fault('call', 'redis-unreachable'), 3],
    ["Redis's password", fault('run', 'redis-auth'), 3],
    ['a client secret that Microsoft refuses', fault('run', 'entra-7000215'), 3],
    ['an unsafe Redis', fault('run', 'redis-unsafe'), 4],
    ['a bug', new TypeError('x is not a function'), 70],
  ])('%s', async (_name, thrown, code) => {
    opening = async () => {
      throw thrown
    }
    expect(await offramp('status')).toBe(code)
    expect(err).not.toMatch(/^\s+at /m)
    expect(err).not.toBe('')
  })

  it('shows a stack where it was asked for', async () => {
    opening = async () => {
      throw new TypeError('x is not a function')
    }
    const { terminal, ...rest } = context()
    await runProgram(['status'], { ...rest, terminal: { ...terminal, debug: true } }, async () => EXIT.balanced)
    expect(err).toMatch(/^\s+at /m)
  })

  it('tells what to do', async () => {
    opening = async () => {
      throw fault('account', 'x')
    }
    await offramp('check')
    expect(err).toBe('It went wrong.\nDo this.\n')
  })
})

describe('commands', () => {
  it('init makes a project once, and never writes over one', async () => {
    const place = join(folder, 'Acme & Söhne')
    expect(await offramp('init', place)).toBe(EXIT.balanced)
    expect(await readFile(join(place, 'offramp.yaml'), 'utf8')).toContain('project: acme-s-hne')
    expect(await offramp('init', place)).toBe(EXIT.input)
    expect(err).toContain('nothing was changed')
  })

  it('check', async () => {
    expect(await offramp('check')).toBe(EXIT.balanced)
    expect(out).toMatch(/^ok {6}project: mappings\.csv: 1 account,/)
    opened = openedWith([['nobody@a.example', 'x']], folder)
    expect(await offramp('check', '--json')).toBe(EXIT.input)
  })

  it('discover', async () => {
    expect(await offramp('discover', '--json')).toBe(EXIT.balanced)
    expect(json().map(({ type }) => type)).toEqual(['account', 'end'])
    out = ''
    await offramp('discover')
    expect(out).toMatch(/^anna@a\.example {2}user {2}4 items/)
  })

  it('settings', async () => {
    tenant.settings = () => ({
      ...NO_SETTINGS,
      rules: [{ name: 'R\u001b[31m1', enabled: true, actions: [{ do: 'unsayable', says: 'it sings' }], stop: false }],
    })
    workplace = memoryWorkplace(tenant, server)
    expect(await offramp('settings', '--json')).toBe(EXIT.balanced)
    const path = join(folder, 'settings', 'anna@a.example', 'settings.json')
    const sieve = join(folder, 'settings', 'anna@a.example', 'offramp.sieve')
    expect(json()).toEqual([
      {
        type: 'settings',
        account: 'anna@a.example',
        rules: { total: 1, said: 0, off: 0 },
        losses: ['Rule “R |31m1”: it sings.'],
        untold: ['Nobody says who else reads it.'],
        files: { json: path, sieve },
      },
      { type: 'end', accounts: 1, failed: 0, out: join(folder, 'settings') },
    ])
    expect((await stat(sieve)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'settings', 'anna@a.example'))).mode & 0o777).toBe(0o700)
    out = ''
    expect(await offramp('settings', '--out', join(folder, 'other'), '--account', 'ANNA')).toBe(EXIT.balanced)
    expect(out).toMatch(/^anna@a\.example {2}0 of 1 rule in Sieve, 1 loss\n {2}lost: Rule “R \|31m1”: it sings\.\n/)
    expect(out).toContain('Not told by the source: Nobody says')
    expect(await offramp('settings', '--account', 'nobody')).toBe(EXIT.input)
    tenant.broken.set('anna@a.example', () => new Fault({ reach: 'account', code: 'x', message: 'No entry.', remedy: 'Ask.' }))
    out = ''
    expect(await offramp('settings')).toBe(EXIT.unreachable)
    expect(out).toContain('FAILED: No entry. Ask.')
  })

  it('status, before and after anything was planned', async () => {
    expect(await offramp('status')).toBe(EXIT.balanced)
    expect(out).toContain('Nothing has been planned')
    await start(workplace, opened, { signal: never })
    out = ''
    await offramp('status')
    expect(out).toMatch(/pass 1 \| 0\/1 accounts done/)
    expect(out).toContain('No worker has been heard of')
    out = ''
    await offramp('status', '--json')
    expect(json()[0]).toMatchObject({ type: 'snapshot', plan: { pass: 1 } })
  })

  it('run --detach plans, wakes and returns', async () => {
    expect(await offramp('run', '--detach')).toBe(EXIT.balanced)
    expect(err).toContain('Pass 1 over 1 account (first pass)')
    expect(workplace.waker.waiting.size).toBe(1)
  })

  it('run stays while workers elsewhere work, and says when they were held', async () => {
    const running = offramp('run', '--no-workers')
    await expect.poll(() => workplace.waker.waiting.size).toBe(1)
    await workplace.board.hold({ by: 'fault', why: 'Nothing can work.', remedy: 'Mend it.', since: 1 })
    expect(await running).toBe(EXIT.held)
    expect(err).toContain('Held: Nothing can work.\nMend it.')
  })

  it('run pauses on Ctrl-C, and says how to go on', async () => {
    const interrupt = new AbortController()
    const running = runProgram(['run', '--no-workers'], context({ interrupted: interrupt.signal }), async () => EXIT.balanced)
    await expect.poll(() => workplace.waker.waiting.size).toBe(1)
    interrupt.abort()
    expect(await running).toBe(EXIT.interrupted)
    expect(await workplace.board.held()).toMatchObject({ by: 'operator' })
    expect(err).toContain('To go on: offramp run')
  })

  it('pause, resume, retry', async () => {
    await offramp('run', '--detach')
    expect(await offramp('pause')).toBe(EXIT.balanced)
    expect(await workplace.board.held()).toMatchObject({ by: 'operator' })
    expect(await offramp('resume')).toBe(EXIT.balanced)
    expect(await workplace.board.held()).toBeUndefined()
    expect(await offramp('retry')).toBe(EXIT.balanced)
    expect(out).toContain('There is nothing to try again.')
  })

  it('report without one says how to make it', async () => {
    expect(await offramp('report')).toBe(EXIT.input)
    expect(err).toContain('offramp verify')
  })
})

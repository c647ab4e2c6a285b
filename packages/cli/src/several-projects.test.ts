import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, InputRefused, type OpenedProject } from '@offramp/control'
import { Fault } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { type MemoryWorkplace, memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from './context.ts'
import { runProgram } from './program.ts'

let folder: string
let tenant: MemoryTenant
let workplace: MemoryWorkplace
let other: MemoryWorkplace
let opened: OpenedProject
let otherOpened: OpenedProject
let out: string
let err: string
const both = ['run', '-p', 'a/offramp.yaml', '-p', 'b/offramp.yaml']

const named = (project: string, rows: Parameters<typeof openedWith>[0]): OpenedProject => {
  const made = openedWith(rows, folder)
  return { ...made, project: { ...made.project, project } }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-cli-'))
  tenant = new MemoryTenant()
  const server = new MemoryServer()
  workplace = memoryWorkplace(tenant, server)
  other = { ...memoryWorkplace(tenant, server), project: 'other' }
  tenant.add('anna@a.example', 4)
  tenant.add('ben@b.example', 3)
  opened = named('test', [['anna@a.example', 'anna']])
  otherOpened = named('other', [['ben@b.example', 'ben']])
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
  openProject: async (file) => (file.startsWith('a/') ? opened : otherOpened),
  openWorkplace: async ({ project }) => (project.project === 'other' ? other : workplace),
  startWorkers: () => {
    throw new Error('no worker is started in these tests')
  },
  interrupted: new AbortController().signal,
  ...more,
})

const offramp = (args: readonly string[], more: Partial<Context> = {}) => runProgram(args, context(more), async () => EXIT.balanced)

describe('several projects', () => {
  it('run plans and wakes all of them, and says which is which', async () => {
    expect(await offramp([...both, '--detach'])).toBe(EXIT.balanced)
    expect(err).toMatch(/^test: Pass 1 over 1 account/m)
    expect(err).toMatch(/^other: Pass 1 over 1 account/m)
    expect([workplace.waker.waiting.size, other.waker.waiting.size]).toEqual([1, 1])
  })

  it('run tells machines the project on every line', async () => {
    const running = offramp([...both, '--no-workers', '--json'])
    await expect.poll(() => other.waker.waiting.size).toBe(1)
    for (const { board } of [workplace, other]) await board.hold({ by: 'operator', why: 'Night.', since: 1 })
    expect(await running).toBe(EXIT.held)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ type, project }) => `${type} ${project}`)
    expect(new Set(lines)).toEqual(new Set(['started test', 'started other', 'snapshot test', 'snapshot other']))
  })

  it('run watches a held one until the others are over, and ends with the worst code', async () => {
    const running = offramp([...both, '--no-workers', '--no-verify'])
    await expect.poll(() => other.waker.waiting.size).toBe(1)
    await other.board.hold({ by: 'fault', why: 'Nothing can work.', remedy: 'Mend it.', since: 1 })
    await expect.poll(() => out, { timeout: 10_000 }).toContain('other: HELD: Nothing can work. Mend it.')
    const [lane] = await workplace.board.lanes()
    await workplace.board.setState(lane?.plan.lane ?? '', { state: 'done', at: 1 })
    expect(await running).toBe(EXIT.held)
    expect(err).toContain('other: Held: Nothing can work.')
    expect(err).not.toContain('test: Held')
  })

  it('nothing starts when one cannot be opened, whose file is named', async () => {
    const refuse = async (file: string): Promise<OpenedProject> => {
      if (file.startsWith('a/')) return opened
      throw new InputRefused([{ level: 'error', file: 'mappings.csv', line: 3, says: 'wrong' }])
    }
    expect(await offramp(both, { openProject: refuse })).toBe(EXIT.input)
    expect(err).toBe('b/mappings.csv:3: wrong\n')
    err = ''
    const away = async ({ project }: OpenedProject): Promise<MemoryWorkplace> => {
      if (project.project === 'test') return workplace
      throw new Fault({ reach: 'call', code: 'redis-unreachable', message: 'It went wrong.', remedy: 'Do this.' })
    }
    expect(await offramp(both, { openWorkplace: away })).toBe(EXIT.unreachable)
    expect(err).toBe('b/offramp.yaml: It went wrong.\nDo this.\n')
    expect(await workplace.board.plan()).toBeUndefined()
  })

  it.each<[string, () => OpenedProject, RegExp]>([
    [
      'knows somebody whom the source does not',
      () => named('other', [['nobody@b.example', 'ben']]),
      /^b\/mappings\.csv:2: There is no such account/,
    ],
    [
      'writes into the same place',
      () => named('other', [['ben@b.example', 'anna']]),
      /^b\/offramp\.yaml: ben@b\.example goes to .*anna.*must not be mixed/,
    ],
    [
      'has the same name',
      () => named('test', [['ben@b.example', 'ben']]),
      /^b\/offramp\.yaml: This project is called test, as is a\/offramp\.yaml/,
    ],
  ])('nothing starts when one %s', async (_name, wrong, says) => {
    otherOpened = wrong()
    expect(await offramp(both)).toBe(EXIT.input)
    expect(err).toMatch(says)
    expect([await workplace.board.plan(), await other.board.plan()]).toEqual([undefined, undefined])
    expect(workplace.waker.waiting.size).toBe(0)
  })

  it('Ctrl-C pauses all of them', async () => {
    const interrupt = new AbortController()
    const running = offramp([...both, '--no-workers'], { interrupted: interrupt.signal })
    await expect.poll(() => other.waker.waiting.size).toBe(1)
    interrupt.abort()
    expect(await running).toBe(EXIT.interrupted)
    expect(await workplace.board.held()).toMatchObject({ by: 'operator' })
    expect(await other.board.held()).toMatchObject({ by: 'operator' })
    expect(err).toContain('To go on: offramp run -p a/offramp.yaml -p b/offramp.yaml')
  })

  it('a command for one project does not choose between two', async () => {
    expect(await offramp(['status', ...both.slice(1)])).toBe(EXIT.input)
    expect(err).toContain('one project at a time')
  })
})

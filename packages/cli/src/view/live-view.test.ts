import type { Snapshot } from '@offramp/control'
import type { LaneOnBoard } from '@offramp/core'
import { describe, expect, it } from 'vitest'
import type { Terminal } from '../terminal.ts'
import { liveView, screen } from './live-view.ts'
import { Rates } from './rates.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const COUNTS = { listed: 0, unchanged: 0, arrived: 0, rejected: 0, failed: 0, bytes: 0 }

const lane = (n: number, state: LaneOnBoard['state'], counts: Partial<LaneOnBoard['counts']> = {}): LaneOnBoard => ({
  plan: {
    lane: `mail-${n}`,
    kind: 'mail',
    source: { id: `${n}`, name: `person${n}@a.example`, kind: 'user' },
    destination: { endpoint: 'mail', account: `p${n}`, address: `imap://x/p${n}` },
  },
  state,
  counts: { ...COUNTS, ...counts },
})
const moving = { state: 'moving', worker: 'w', since: NOW } as const
const beat = { worker: 'w', host: 'h', pid: 1, since: NOW, at: NOW, lanes: 1, rssBytes: 1, lagMs: 0 }
const snapshot = (lanes: readonly LaneOnBoard[], more: Partial<Snapshot> = {}): Snapshot => ({
  at: NOW,
  project: 'test',
  plan: { hash: 'h', pass: 1, madeAt: NOW },
  lanes,
  workers: [beat],
  shut: [],
  ...more,
})
const SIZE = { columns: 200, rows: 40, early: false }

function terminal(tty: boolean): Terminal & { text: string } {
  const made = {
    text: '',
    out(text: string) {
      made.text += text
    },
    err() {},
    tty,
    columns: () => 100,
    rows: () => 20,
    debug: false,
    env: () => undefined,
  }
  return made
}

describe('rates', () => {
  it('are taken over the last half minute, and say when it may be done', () => {
    const rates = new Rates()
    for (let second = 0; second <= 60; second++) {
      const arrived = second <= 30 ? 0 : (second - 30) * 10
      rates.add(snapshot([lane(1, moving, { arrived, bytes: arrived * 100, expectedItems: 1300 })], { at: NOW + second * 1000 }))
    }
    const now = lane(1, moving, { arrived: 300, expectedItems: 1300 })
    expect(rates.lane(now).itemsPerSecond).toBeCloseTo(10, 0)
    expect(rates.lane(now).bytesPerSecond).toBeCloseTo(1000, -2)
    expect(rates.all([now]).etaMs).toBeCloseTo(100_000, -4)
  })

  it('are nothing at first, after a lost Redis, and without an estimate', () => {
    const rates = new Rates()
    expect(rates.all([])).toEqual({ itemsPerSecond: 0, bytesPerSecond: 0 })
    rates.add(snapshot([lane(1, moving, { arrived: 100 })]))
    rates.add(snapshot([lane(1, moving, { arrived: 0 })], { at: NOW + 1000 }))
    expect(rates.lane(lane(1, moving))).toEqual({ itemsPerSecond: 0, bytesPerSecond: 0 })
  })
})

describe('the screen', () => {
  it('shows trouble first and then what moves', () => {
    const lanes = [
      lane(1, { state: 'done', at: NOW }),
      lane(2, { state: 'ready' }),
      lane(3, moving, { doing: 'Inbox' }),
      lane(4, { state: 'halted', code: 'x', message: 'No consent.' }),
    ]
    const text = screen(snapshot(lanes), new Rates(), SIZE).join('\n')
    const order = [/person4.*HALTED: No consent\./, /person3.*Inbox/, /person2.*in the queue/, /person1.*done/].map((pattern) =>
      text.search(pattern),
    )
    expect(order.every((at) => at >= 0)).toBe(true)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('fits, however many accounts there are', () => {
    const lanes = Array.from({ length: 500 }, (_, n) => lane(n, moving))
    const lines = screen(snapshot(lanes), new Rates(), { columns: 60, rows: 20, early: false })
    expect(lines.length).toBeLessThanOrEqual(20)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(lines.at(-1)).toMatch(/and 486 more$/)
  })

  it.each<[string, Partial<Snapshot>, RegExp]>([
    ['who holds it', { held: { by: 'fault', why: 'Broken.', remedy: 'Mend it.', since: NOW } }, /HELD: Broken\. Mend it\./],
    [
      'what is waited for',
      { shut: [{ key: 'graph', shutUntil: NOW + 1000, why: 'Too many requests.', inFlight: 0, used: 1 }] },
      /Waiting for the provider until \d\d:\d\d:\d\d: Too many requests\./,
    ],
    ['that nobody works', { workers: [] }, /No worker has been heard of/],
    ['a deaf worker', { workers: [{ ...beat, lagMs: 4000 }] }, /did not answer for 4\.0 s/],
  ])('says %s', (_name, more, pattern) =>
    expect(screen(snapshot([lane(1, { state: 'ready' })], more), new Rates(), SIZE).join('\n')).toMatch(pattern),
  )

  it('waits with that for workers that are starting', () => {
    const text = screen(snapshot([lane(1, { state: 'ready' })], { workers: [] }), new Rates(), { ...SIZE, early: true }).join('\n')
    expect(text).not.toMatch(/No worker/)
  })

  it('lets no folder name draw on the terminal', () => {
    const text = screen(snapshot([lane(1, moving, { doing: '\u001b[2J\u001b]0;x\u0007Inbox\r\n' })]), new Rates(), SIZE).join('')
    expect(text).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('Inbox')
  })
})

describe('the live view', () => {
  it('redraws in place on a screen, and leaves nothing of the last picture', () => {
    const screened = terminal(true)
    const view = liveView(screened, { json: false, projects: ['test'] })
    view.tell({ project: 'test', kind: 'snapshot', snapshot: snapshot([lane(1, moving), lane(2, moving)]) })
    const height = screened.text.split('\n').length - 1
    screened.text = ''
    view.tell({ project: 'test', kind: 'snapshot', snapshot: snapshot([lane(1, moving)]) })
    expect(screened.text.startsWith(`\u001b[${height}A`)).toBe(true)
    expect(screened.text.endsWith('\u001b[J')).toBe(true)
  })

  it('is a line every five seconds elsewhere, and each notice once', () => {
    const piped = terminal(false)
    const view = liveView(piped, { json: false, projects: ['test'] })
    const held = { by: 'operator', why: 'Paused.', since: NOW } as const
    for (let second = 0; second < 12; second++)
      view.tell({ project: 'test', kind: 'snapshot', snapshot: snapshot([lane(1, moving)], { at: NOW + second * 1000, held }) })
    view.end()
    const lines = piped.text.trimEnd().split('\n')
    expect(lines.filter((line) => line.includes('HELD'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('pass 1'))).toHaveLength(4)
    expect(piped.text).not.toContain('\u001b')
  })

  it('has a section for each project, in the order in which they were named, and all fit', () => {
    const screened = terminal(true)
    const view = liveView(screened, { json: false, projects: ['one', 'two'] })
    const many = Array.from({ length: 50 }, (_, n) => lane(n, moving))
    view.tell({ project: 'two', kind: 'snapshot', snapshot: snapshot(many, { project: 'two' }) })
    screened.text = ''
    view.tell({ project: 'one', kind: 'snapshot', snapshot: snapshot(many, { project: 'one' }) })
    const lines = screened.text.split('\n')
    const [one, two] = ['one: pass 1', 'two: pass 1'].map((text) => lines.findIndex((line) => line.includes(text)))
    expect(one).toBe(0)
    expect(two).toBeGreaterThan(3)
    expect(lines.length - 1).toBeLessThanOrEqual(20)
    expect(lines.slice(two).join('')).toContain('person10@a.example')
  })

  it('names the project on every line where there are several', () => {
    const piped = terminal(false)
    const view = liveView(piped, { json: false, projects: ['one', 'two'] })
    for (const project of ['one', 'two']) view.tell({ project, kind: 'snapshot', snapshot: snapshot([lane(1, moving)], { project }) })
    view.tell({ project: 'two', kind: 'mended', jobs: 1 })
    view.end()
    expect(piped.text).toMatch(/Z one: pass 1.*\n.*Z two: pass 1.*\ntwo: 1 lost job was/)
  })

  it('is JSON lines for machines', () => {
    const piped = terminal(true)
    const view = liveView(piped, { json: true, projects: ['test'] })
    view.tell({ project: 'test', kind: 'wiped' })
    view.tell({ project: 'test', kind: 'mended', jobs: 2 })
    view.tell({ project: 'test', kind: 'snapshot', snapshot: snapshot([]) })
    const types = piped.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type)
    expect(types).toEqual(['wiped', 'mended', 'snapshot'])
  })
})

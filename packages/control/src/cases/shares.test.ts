import { type Access, Fault, type Share } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { expect, it } from 'vitest'
import type { Workplace } from '../workplace/workplace.ts'
import { type FoundShare, shares, type UnreadShares } from './shares.ts'

const call = { signal: new AbortController().signal }
const NAMES = ['anna', 'ben', 'cleo'].map((name) => `${name}@a.example`)
const CALENDAR = { id: 'c1', path: ['Team'] }

const grant = (address: string, access: Access, kind: Share['to']['kind'] = 'user'): Share => ({
  collection: CALENDAR,
  to: { kind, address },
  access,
})

const GRANTS: Readonly<Record<string, readonly Share[]>> = {
  'anna@a.example': [
    grant('x.BEN@a.example', 'write'),
    grant('cleo@a.example', 'free-busy'),
    grant('guest@elsewhere.example', 'read'),
    grant('staff@a.example', 'read', 'group'),
    grant('', 'read', 'public'),
  ],
  'ben@a.example': [grant('anna@a.example', 'read'), grant('cleo@a.example', 'read')],
}

function lab() {
  const tenant = new MemoryTenant()
  for (const name of NAMES) tenant.add(name, 1, { aliases: [`x.${name}`] })
  const base = memoryWorkplace(tenant, new MemoryServer())
  const given: string[] = []
  const source: Workplace['source'] = {
    ...base.source,
    kinds: ['event'],
    async *shares({ name }) {
      if (name === 'cleo@a.example') throw new Fault({ reach: 'account', code: 'x', message: 'Not allowed.', remedy: 'Allow it.' })
      yield* GRANTS[name] ?? []
    },
  }
  const destinations = new Map([...base.destinations].map(([name, end]) => [name, { ...end, kinds: ['event' as const] }]))
  const workplace: Workplace = {
    ...base,
    source,
    destinations,
    async connect(plan, aborting) {
      const ends = await base.connect({ ...plan, kind: 'mail' }, aborting)
      const share = async (_: unknown, to: string, access: Access): Promise<'shared' | 'already'> => {
        if (to === 'cleo') throw new Fault({ reach: 'account', code: 'x', message: 'There is no cleo.' })
        const line = `${plan.destination.account}>${to}:${access}`
        if (given.includes(line)) return 'already'
        given.push(line)
        return 'shared'
      }
      return { ...ends, destination: { ...ends.destination, share } }
    },
  }
  const opened = { ...openedWith(NAMES.map((name) => [name, name.split('@')[0] ?? ''])), kinds: ['event' as const] }
  const found = async (apply: boolean) => {
    const all: (FoundShare | UnreadShares)[] = []
    for await (const one of shares(workplace, opened, { apply }, call)) all.push(one)
    return all
  }
  return { given, found }
}

const short = (one: FoundShare | UnreadShares): string =>
  'share' in one ? `${one.account.split('@')[0]}>${one.to ?? '-'}:${one.outcome}` : `${one.account.split('@')[0]}: ${one.why}`

it('lists first and writes nothing: who can be given what, and why not', async () => {
  const { given, found } = lab()
  const all = await found(false)
  expect(all.map(short)).toEqual([
    'anna>ben:ready',
    'anna>-:not',
    'anna>-:not',
    'anna>-:not',
    'anna>-:not',
    'ben>anna:ready',
    'ben>cleo:ready',
    'cleo: Not allowed.',
  ])
  expect(all.flatMap((one) => ('outcome' in one && one.why ? [one.why.slice(0, 30)] : []))).toEqual([
    'Only free and busy times are s',
    'This account is not in the tab',
    'It is given to a group. Groups',
    'It is open to anybody. Publish',
  ])
  expect(given).toEqual([])
})

it('gives on request, says what stood already, and names the one that fails', async () => {
  const { given, found } = lab()
  await found(true)
  expect(given).toEqual(['anna>ben:write', 'ben>anna:read'])
  expect((await found(true)).map(short).filter((line) => !line.includes('>-'))).toEqual([
    'anna>ben:already',
    'ben>anna:already',
    'ben>cleo:not',
    'cleo: Not allowed.',
  ])
  expect(given).toHaveLength(2)
})

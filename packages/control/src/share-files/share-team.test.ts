import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault, type Share } from '@offramp/core'
import { MemoryFileLab, type MemoryOwner, ROOT } from '@offramp/test/lab/memory-files'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FoundShare, shares, type UnreadShares } from '../cases/shares.ts'

const call = { signal: new AbortController().signal }
const text = (words: string): Uint8Array => new TextEncoder().encode(words)

let folder: string
let lab: MemoryFileLab
let drive: MemoryOwner
let ben: MemoryOwner
let plans: string
let closed: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-teams-'))
  lab = new MemoryFileLab(folder)
  drive = lab.add('sales-drive', 'mover', { kind: 'drive' })
  lab.add('anna@a.example', 'anna')
  ben = lab.add('ben@a.example', 'ben')
  plans = drive.drive.addFolder('Plans')
  closed = drive.drive.addFolder('Closed', plans)
  drive.drive.add(plans, 'plan.txt', text('plan'))
  drive.drive.add(closed, 'secret.txt', text('secret'))
  drive.shares.push(
    grant(ROOT, [], 'anna', 'write'),
    grant(ROOT, [], 'ben', 'read'),
    grant(closed, ['Plans', 'Closed'], 'anna', 'read', { alone: true }),
  )
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const grant = (id: string, path: readonly string[], who: string, access: Share['access'], more: Partial<Share> = {}): Share => ({
  collection: { id, path },
  to: { kind: 'user', address: `${who}@a.example` },
  access,
  ...more,
})

const opened = () => {
  const plain = lab.opened()
  return {
    ...plain,
    mappings: plain.mappings.map((one) => (one.source === 'sales-drive' ? { ...one, teamFolder: 'Sales' } : one)),
  }
}

async function found(apply = true): Promise<readonly string[]> {
  const all: (FoundShare | UnreadShares)[] = []
  for await (const one of shares(lab.workplace, opened(), { apply }, call)) all.push(one)
  return all.map((one) => {
    if (!('share' in one)) return `${one.note ? 'note' : 'unread'}: ${one.why.split(/[.:(]/)[0]?.trim()}`
    const { team, share, grant: given, outcome, why } = one
    const by = team === undefined ? (given === undefined ? '' : ` in ${given.place}`) : ` ${team.name} ${team.access}`
    return `${share.collection.path.join('/') || 'all'}: ${one.to ?? share.to.address}${by} ${outcome}${why === undefined ? '' : ` ${why.split('.')[0]}`}`
  })
}

const GIVEN = ['all: anna Sales write', 'all: ben Sales read', 'Plans/Closed: anna Sales read'] as const
const linesWith = (outcome: string): readonly string[] => GIVEN.map((line) => `${line} ${outcome}`)

it('lists first, lets in once, and says that they are in', async () => {
  await lab.run(opened())
  expect(await found(false)).toEqual(linesWith('ready'))
  expect(lab.team('Sales').asked).toEqual([])
  expect(await found()).toEqual(linesWith('shared'))
  const [rights] = lab.team('Sales').asked
  expect(rights?.members).toEqual([
    { kind: 'user', id: 'anna', most: 'write' },
    { kind: 'user', id: 'ben', most: 'read' },
  ])
  expect(rights?.rules.map(({ place, access }) => [place, access.map(({ id, may }) => `${id} ${may}`)])).toEqual([
    ['', ['anna write', 'ben read']],
    ['Plans/Closed', ['anna read', 'ben none']],
  ])
  expect(rights?.places.toSorted()).toEqual(['', 'Plans', 'Plans/Closed'])
  expect(await found()).toEqual([
    ...linesWith('already'),
    'note: In the Team folder Sales, 1 access list says something else than the source does now',
  ])
  expect(lab.grants).toEqual([])
})

it('makes nobody a member in whose own files something of that name stands, and shares with them instead', async () => {
  ben.drive.add(ben.drive.addFolder('sales'), 'own.txt', text('own'))
  await lab.run(opened())
  expect(await found()).toEqual([
    'all: anna Sales write shared',
    'Plans/Closed: anna Sales read shared',
    'all: ben in Plans shared',
    'all: ben@a.example less All of the drive is shared',
  ])
  expect(lab.team('Sales').asked[0]?.members.map(({ id }) => id)).toEqual(['anna'])
})

it('leaves a Team folder of a person to that person, and shares what is in it as in any folder', async () => {
  lab.team('Sales').state = 'theirs'
  await lab.run(opened())
  expect(await found(false)).not.toContain('all: anna Sales write ready')
  await found()
  expect([lab.team('Sales').asked, lab.grants.length > 0]).toEqual([[], true])
})

it('says of each why nobody was let in, and who is not there', async () => {
  await lab.run(opened())
  lab.team('Sales').refusal = new Fault({ reach: 'account', code: 'x', message: 'A list does not stand.', remedy: 'Look.' })
  expect(await found()).toEqual(linesWith('not A list does not stand'))
  lab.team('Sales').refusal = undefined
  lab.unknown.add('ben')
  expect(await found()).toEqual([
    'all: anna Sales write shared',
    'all: ben Sales read not There is no ben',
    'Plans/Closed: anna Sales read shared',
  ])
})

it('comes last, as all shares do', async () => {
  await lab.run(opened())
  await rm(join(folder, '.offramp', 'report.json'))
  expect(await found()).toEqual(linesWith('not It has not been verified since: offramp verify'))
  expect(lab.team('Sales').asked).toEqual([])
})

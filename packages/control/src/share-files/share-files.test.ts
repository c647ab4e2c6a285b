import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Share } from '@offramp/core'
import { MemoryFileLab, type MemoryOwner, ROOT } from '@offramp/test/lab/memory-files'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FoundShare, type ShareOptions, shares, type UnreadShares } from '../cases/shares.ts'
import { PasswordFile } from './password-file.ts'

const call = { signal: new AbortController().signal }
const text = (words: string): Uint8Array => new TextEncoder().encode(words)

let folder: string
let lab: MemoryFileLab
let anna: MemoryOwner
let team: string
let inner: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-shares-'))
  lab = new MemoryFileLab(folder)
  anna = lab.add('anna@a.example', 'anna')
  lab.add('ben@a.example', 'ben', { aliases: ['b.ber@a.example'] })
  team = anna.drive.addFolder('Team')
  inner = anna.drive.addFolder('Salaries', team)
  file = anna.drive.add(team, 'plan.txt', text('plan'))
  anna.drive.add(inner, 'salaries.txt', text('secret'))
  anna.drive.add(ROOT, 'own.txt', text('own'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const share = (id: string, path: readonly string[], more: Partial<Share> = {}): Share => ({
  collection: { id, path },
  to: { kind: 'user', address: 'b.ber@a.example' },
  access: 'read',
  ...more,
})

async function found(options: Partial<ShareOptions> = {}, opened = lab.opened()): Promise<readonly string[]> {
  const all: (FoundShare | UnreadShares)[] = []
  for await (const one of shares(lab.workplace, opened, { apply: false, ...options }, call)) all.push(one)
  return all.map((one) => {
    if (!('share' in one)) return `unread: ${one.why}`
    const { grant, outcome, why } = one
    const at = grant === undefined ? one.share.collection.path.join('/') : [grant.place, grant.locator].filter(Boolean).join('/')
    return `${at}: ${one.to ?? one.share.to.kind} ${outcome}${why === undefined ? '' : ` ${why.split(/[.:]/)[0]}`}`
  })
}

it('lists what can be given, and gives nothing', async () => {
  anna.shares.push(share(team, ['Team']))
  await lab.run()
  expect(await found()).toEqual(['Team: ben ready'])
  expect(lab.grants).toEqual([])
})

it('gives them once, however often it is asked', async () => {
  anna.shares.push(
    share(team, ['Team'], { access: 'write' }),
    share(team, ['Team'], { item: { id: file, name: 'plan.txt' }, to: { kind: 'group', name: 'Staff' } }),
  )
  await lab.run()
  const opened = lab.opened({ groups: new Map([['staff', 'personal']]) })
  expect(await found({ apply: true }, opened)).toEqual(['Team: ben shared', 'Team/plan.txt: personal shared'])
  expect(await found({ apply: true }, opened)).toEqual(['Team: ben already', 'Team/plan.txt: personal already'])
  expect(lab.grants.map(({ account, grant }) => [account, grant])).toEqual([
    ['anna', { place: 'Team', to: { kind: 'user', id: 'ben' }, access: 'write' }],
    ['anna', { place: 'Team', locator: 'plan.txt', to: { kind: 'group', id: 'personal' }, access: 'read' }],
  ])
})

it('does not open a closed folder by sharing the one above it', async () => {
  anna.shares.push(
    share(team, ['Team']),
    share(inner, ['Team', 'Salaries'], { to: { kind: 'user', address: 'anna@a.example' }, access: 'manage', alone: true }),
  )
  await lab.run()
  expect(await found({ apply: true })).toEqual([
    'Team/plan.txt: ben shared',
    'Team: user less Something in it is open to fewer people, so it is given piece by piece',
  ])
})

it('does not open what people have put into a folder that is to be shared', async () => {
  anna.shares.push(share(team, ['Team']))
  await lab.run()
  lab.tree('anna').write('Team', 'diary.txt', text('mine'))
  expect(await found({ apply: true })).toEqual([
    'Team/plan.txt: ben shared',
    'Team/Salaries: ben shared',
    'Team: user less Something in it is open to fewer people, so it is given piece by piece',
  ])
})

it('goes by where things stand at the destination, when they were moved at the source since', async () => {
  anna.shares.push(share(team, ['Team']))
  await lab.run()
  anna.drive.moveFolder(inner, { parent: ROOT })
  anna.shares.splice(0, 1, share(team, ['Team']))
  expect(await found({ now: true })).toEqual([
    'Team/plan.txt: ben ready',
    'Team: user less Something in it is open to fewer people, so it is given piece by piece',
  ])
  await lab.run()
  expect(await found()).toEqual(['Team: ben ready'])
})

it('comes last: not before an account has moved and was verified', async () => {
  anna.shares.push(share(team, ['Team']))
  expect(await found({ apply: true })).toEqual(['Team: user not It does not stand at the destination'])
  await lab.run()
  await rm(join(folder, '.offramp', 'report.json'))
  expect(await found({ apply: true })).toEqual(['Team: ben not It has not been verified since'])
  const [lane] = await lab.workplace.board.lanes()
  await lab.workplace.board.setState(lane?.plan.lane ?? '', { state: 'ready' })
  expect(await found({ apply: true })).toEqual(['Team: ben not It is still being moved'])
  expect(lab.grants).toEqual([])
  expect(await found({ apply: true, now: true })).toEqual(['Team: ben shared'])
})

it('makes links and shares by mail on request, with passwords that only a file knows', async () => {
  anna.shares.push(
    share(team, ['Team'], { to: { kind: 'public' } }),
    share(team, ['Team'], { to: { kind: 'user', address: 'Guest@b.example', outside: true } }),
  )
  await lab.run()
  expect(await found({ apply: true })).toEqual([
    'Team: public not Anybody who has the address may enter',
    'Team: user not This is somebody outside the organisation',
  ])
  const passwords = await PasswordFile.open(join(folder, 'out', 'passwords.csv'))
  expect(await found({ apply: true, links: true, outsiders: true, passwords })).toEqual([
    'Team: public shared',
    'Team: guest@b.example shared',
  ])
  const csv = await readFile(passwords.path, 'utf8')
  expect((await stat(passwords.path)).mode & 0o777).toBe(0o600)
  const given = lab.grants.map(({ grant }) => grant)
  expect(given.map(({ expires }) => expires !== undefined && expires > Date.now() + 89 * 86_400_000)).toEqual([true, true])
  for (const { password } of given) expect(csv).toContain(password)
  expect(new Set(given.map(({ password }) => password)).size).toBe(2)
  expect(csv).toMatch(/https:\/\/cloud\.example\.org\/s\/Offramp /)
})

it('finds a password again that was written before the link was made', async () => {
  anna.shares.push(share(team, ['Team'], { to: { kind: 'public' }, expires: Date.now() + 86_400_000 }))
  await lab.run()
  const path = join(folder, 'passwords.csv')
  const once = { apply: true, links: true } as const
  await found({ ...once, passwords: await PasswordFile.open(path) })
  const [first] = lab.grants.splice(0)
  await found({ ...once, passwords: await PasswordFile.open(path) })
  expect(lab.grants[0]?.grant.password).toBe(first?.grant.password)
})

it('says why a grant is refused, goes on with the next, and names an account that cannot be read', async () => {
  lab.unknown.add('ben')
  anna.shares.push(share(team, ['Team']), share(team, ['Team'], { to: { kind: 'group', name: 'Staff' } }))
  const ben = lab.owners.get('ben@a.example')
  if (ben !== undefined) ben.secretive = true
  await lab.run()
  expect(await found({ apply: true }, lab.opened({ groups: new Map([['staff', 'personal']]) }))).toEqual([
    'Team: ben not There is no ben',
    'Team: personal shared',
    'unread: It may not be read.',
  ])
})

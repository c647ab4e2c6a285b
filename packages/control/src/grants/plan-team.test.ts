import type { Access, Share } from '@offramp/core'
import { expect, it } from 'vitest'
import { planTeam } from './plan-team.ts'
import type { TreeNode } from './tree.ts'
import type { People } from './who.ts'

/**
 * A site with a library and a folder that is nobody's; each line a folder or (with a dot) a file. `!`: it takes nothing from above. `?`: it is not at
 * the destination. `*`: it stands there and is not of the migration. `>X`: it stands in X, where it stood before somebody moved it at the source.
 */
// biome-ignore format: one look
const DRIVE: readonly string[] = [
  'Docs', 'Docs/a.txt', 'Docs/b.txt!', 'Docs/Plans', 'Docs/Plans/c.txt', 'Docs/Plans/Secret!', 'Docs/Plans/Secret!/d.txt', 'Docs/Plans/Secret!/Inner',
  'Docs/Plans/Secret!/Inner/e.txt', 'Docs/Gone?', 'Docs/Moved>Other', 'Docs/Moved>Other/f.txt', 'Docs/mine.txt*', 'Other', 'Other/g.txt',
]

const plain = (path: string): string => path.replaceAll(/[!?*]|>[^/]*/g, '')
const last = (path: string): string => plain(path).slice(plain(path).lastIndexOf('/') + 1)
const above = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
const placeOf = (path: string): string => {
  if (path === '') return 'Team'
  const moved = />([^/]*)$/.exec(path)?.[1]
  return `${moved === undefined ? placeOf(above(path)) : `Team/${moved}`}/${last(path)}`
}

const isFile = (path: string): boolean => plain(path).endsWith('.txt')

const nodes: readonly TreeNode[] = DRIVE.map((path) => ({
  id: plain(path),
  kind: isFile(path) ? 'file' : 'folder',
  above: above(path) === '' ? [] : [plain(above(path))],
  ...(path.includes('?') ? {} : { place: isFile(path) ? placeOf(above(path)) : placeOf(path) }),
  ...(isFile(path) ? { locator: last(path) } : {}),
  ...(path.endsWith('*') ? { stranger: true as const } : {}),
}))

const people: People = {
  user: (address) => (/^(anna|ben|cleo)@/.test(address) ? { id: address.split('@')[0] ?? '' } : undefined),
  group: (name) => ({ Members: 'members', Visitors: 'visitors' })[name],
  everybody: 'all',
  owner: 'mover',
  links: true,
  outsiders: true,
  now: 1000,
}

const WHO: Readonly<Record<string, Share['to']>> = {
  anna: { kind: 'user', address: 'anna@a.example' },
  ben: { kind: 'user', address: 'ben@a.example' },
  stranger: { kind: 'user', address: 'zoe@a.example' },
  guest: { kind: 'user', address: 'guest@b.example', outside: true },
  members: { kind: 'group', name: 'Members' },
  visitors: { kind: 'group', name: 'Visitors' },
  others: { kind: 'group', name: 'Others' },
  all: { kind: 'organisation' },
  anyone: { kind: 'public' },
}

type Grant = readonly [at: string, who: keyof typeof WHO, access: Access, more?: Partial<Share>]

function shareOf([at, who, access, more]: Grant): Share {
  const to = WHO[who]
  if (to === undefined) throw new Error(who)
  const folder = isFile(at) ? above(at) : at
  const item = isFile(at) ? { item: { id: at, name: last(at) } } : {}
  return { collection: { id: folder, path: folder.split('/') }, ...item, to, access, ...more }
}

/** What holds in a place that breaks is told of it, also where nobody is let in. */
const CLOSED: readonly Grant[] = [
  ['Docs/b.txt', 'stranger', 'manage', { alone: true }],
  ['Docs/Plans/Secret', 'stranger', 'manage', { alone: true }],
]

const alone = { alone: true } as const

interface Expected {
  readonly rules?: readonly string[]
  readonly members?: readonly string[]
  readonly grants?: readonly string[]
  readonly losses?: readonly string[]
}

const MINE = 'mine.txt: members none'
const RULES = ['Team: members read', 'Docs: members write', 'Docs/b.txt: members none', MINE, 'Secret: members none', 'Other: members none']

// biome-ignore format: a table
const CASES: readonly (readonly [string, readonly Grant[], Expected])[] = [
  ['a group of a library: it looks at the folder of libraries, and does what it did within its own',
    [['Docs', 'members', 'write']], { members: ['members write'], rules: RULES, grants: ['Team/Other/Moved members write'] }],
  ['reading stays reading, however it is called', [['Docs', 'members', 'comment']],
    { members: ['members read'], rules: ['Team: members read', ...RULES.slice(2)] }],
  ['who manages may change, and it is said', [['Docs', 'members', 'manage']], { members: ['members write'], losses: ['Docs part It may be managed'] }],
  ['contributors do not delete', [['Docs', 'members', 'write', { noDelete: true }]],
    { members: ['members add'], rules: ['Team: members read', 'Docs: members add', ...RULES.slice(2)] }],
  ['a break that lets somebody in: a list there, and no grant', [['Docs', 'members', 'read'], ['Docs/Plans/Secret', 'members', 'write', alone]],
    { members: ['members write'], rules: ['Team: members read', 'Docs/b.txt: members none', MINE, 'Secret: members write', 'Other: members none'], grants: ['Team/Other/Moved members read'], losses: [] }],
  ['a file of its own rights', [['Docs', 'members', 'read'], ['Docs/a.txt', 'members', 'write']],
    { members: ['members write'], rules: ['Team: members read', 'Docs/a.txt: members write', ...RULES.slice(2)] }],
  ['two groups: each list names both, since a list for one would undo what the other has',
    [['Docs', 'members', 'write'], ['Docs', 'visitors', 'read'], ['Docs/Plans/Secret', 'visitors', 'read', alone]],
    { rules: ['Team: members read, visitors read', 'Docs: members write, visitors read', 'Docs/b.txt: members none, visitors none',
      'mine.txt: members none, visitors none', 'Secret: members none, visitors read', 'Other: members none, visitors none'] }],
  ['who may only enter further down is no member, and gets a grant', [['Docs', 'members', 'read'], ['Docs/Plans/Secret', 'anna', 'write', alone]],
    { members: ['members read'], grants: ['Team/Other/Moved members read', 'Team/Docs/Plans/Secret anna write'], losses: [] }],
  ['a member, too, gets a grant for what lies inside something closed to them', [['Docs', 'anna', 'read'], ['Docs/Plans/Secret/Inner', 'anna', 'read']],
    { members: ['anna read'], grants: ['Team/Docs/Plans/Secret/Inner anna read', 'Team/Other/Moved anna read'], losses: [] }],
  ['what lists cannot say: an end', [['Docs/Plans', 'anna', 'read', { expires: 5000 }]],
    { members: [], grants: ['Team/Docs/Plans/c.txt anna read'], losses: ['Docs/Plans part Something in it is open'] }],
  ['what lists cannot say: no downloads', [['Other', 'members', 'read', { noDownload: true }]], { members: [], losses: ['Other part Something in it'] }],
  ['an outsider and a link stay grants', [['Docs/Plans/Secret/Inner', 'guest', 'read', alone], ['Docs/Plans/Secret/Inner', 'anyone', 'read', alone]],
    { members: [], grants: ['Team/Docs/Plans/Secret/Inner guest@b.example read', 'Team/Docs/Plans/Secret/Inner link read'] }],
  ['everybody, where they find it, is a group', [['Docs', 'all', 'read', { findable: true }]], { members: ['all read'] }],
  ['nobody whom the destination does not know', [['Docs', 'stranger', 'write'], ['Docs', 'others', 'write']],
    { members: [], grants: [], losses: ['Docs all This account is not', 'Docs all The project says of no group'] }],
  ['what moved stays where it stands, with the rights that it has now', [['Docs', 'members', 'write']],
    { rules: RULES, grants: ['Team/Other/Moved members write'] }],
  ['what does not stand there is said', [['Docs/Gone', 'anna', 'read']], { members: [], losses: ['Docs/Gone all It does not stand'] }],
]

const at = (place: string, locator = ''): string =>
  [...(place === 'Team' ? ['Team'] : []), locator === '' ? last(place) : ''].filter(Boolean)[0] ??
  (locator === 'mine.txt' ? locator : `${place.slice(5)}/${locator}`)

it.each(CASES)('%s', (_, grants, expected) => {
  const shares = [...grants, ...CLOSED].map(shareOf)
  const plan = planTeam(shares, { nodes }, people, { root: 'Team', isOpen: false })
  const mine = new Set(shares.slice(0, grants.length))
  const found: Expected = {
    rules: plan.rights.rules.map(
      ({ place, locator, access }) => `${at(place, locator)}: ${access.map(({ id, may }) => `${id} ${may}`).join(', ')}`,
    ),
    members: plan.rights.members.map(({ id, most }) => `${id} ${most}`),
    grants: plan.grants.map(({ grant: { place, locator, to, access } }) => {
      const who = to.kind === 'link' ? 'link' : to.kind === 'mail' ? to.address : to.id
      return `${locator === undefined ? place : `${place}/${locator}`} ${who} ${access}`
    }),
    losses: plan.losses
      .filter(({ share }) => mine.has(share))
      .map(({ share, lost, why }) => `${share.item?.id ?? share.collection.id} ${lost} ${why}`),
  }
  for (const key of ['rules', 'members', 'grants'] as const)
    if (expected[key] !== undefined) expect({ [key]: found[key] }).toEqual({ [key]: expected[key] })
  if (expected.losses !== undefined) expect(found.losses).toEqual(expected.losses.map((line) => expect.stringContaining(line)))
})

it('leaves to the people in it what they have made since', () => {
  const shares = ([['Docs', 'members', 'write']] as const).map(shareOf)
  const rules = (isOpen: boolean) =>
    planTeam(shares, { nodes }, people, { root: 'Team', isOpen }).rights.rules.map(({ locator }) => locator)
  expect([rules(false).includes('mine.txt'), rules(true).includes('mine.txt')]).toEqual([true, false])
})

it('gives by grants what is theirs to those who cannot be members', () => {
  const shares = (
    [
      ['Docs/Plans/Secret/Inner', 'anna', 'read'],
      ['Other', 'anna', 'read'],
    ] as const
  ).map(shareOf)
  const plan = planTeam(shares, { nodes }, people, { root: 'Team', isOpen: false, outside: new Set(['user anna']) })
  expect(plan.rights.members).toEqual([])
  expect(plan.shared).toEqual([])
  expect(plan.grants.map(({ grant }) => grant.place)).toContain('Team/Docs/Plans/Secret/Inner')
})

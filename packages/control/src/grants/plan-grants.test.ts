import type { Access, Share } from '@offramp/core'
import { expect, it } from 'vitest'
import { planGrants } from './plan-grants.ts'
import type { TreeNode } from './tree.ts'
import type { People } from './who.ts'

/**
 * A drive of which each line is a folder or (with a dot in its name) a file. `!`: it takes nothing from above. `?`: it is not at the destination.
 * `*`: it stands there and is not of the migration.
 */
// biome-ignore format: one look
const DRIVE: readonly string[] = ['Team', 'Team/Plans', 'Team/Plans/a.txt', 'Team/b.txt', 'Mixed', 'Mixed/Open', 'Mixed/Open/c.txt', 'Mixed/Closed!', 'Mixed/Closed!/d.txt', 'Mixed/e.txt!', 'Mixed/f.txt', 'Lone', 'Lone/g.txt*', 'Lone/h.txt', 'Gone?', 'Gone?/i.txt?', 'Wide', 'Wide/Less!', 'Wide/Less!/j.txt', 'Wide/k.txt']

const plain = (path: string): string => path.replaceAll(/[!?*]/g, '')
const isFile = (path: string): boolean => /\.txt/.test(path)
const parent = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

const nodes: readonly TreeNode[] = ['', ...DRIVE].map((path) => {
  const file = isFile(path)
  const place = plain(file ? parent(path) : path)
  return {
    id: plain(path) || 'root',
    kind: file ? 'file' : 'folder',
    above: path === '' ? [] : [plain(parent(path)) || 'root'],
    ...(path.endsWith('?') ? {} : { place }),
    ...(file && !path.endsWith('?') ? { locator: path.slice(path.lastIndexOf('/') + 1).replaceAll(/[!*]/g, '') } : {}),
    ...(path.endsWith('*') ? { stranger: true as const } : {}),
  }
})

const WHO: Readonly<Record<string, Share['to']>> = {
  anna: { kind: 'user', address: 'Anna@a.example' },
  ben: { kind: 'user', address: 'ben@a.example' },
  owner: { kind: 'user', address: 'owner@a.example' },
  cleo: { kind: 'user', address: 'cleo@a.example' },
  twin: { kind: 'user', address: 'twin@a.example' },
  nameless: { kind: 'user', name: 'Somebody' },
  guest: { kind: 'user', address: 'Guest@b.example', outside: true },
  known: { kind: 'user', address: 'known@b.example', outside: true },
  staff: { kind: 'group', address: 'staff@a.example' },
  named: { kind: 'group', name: 'Marketing Members' },
  other: { kind: 'group', address: 'other@a.example' },
  domain: { kind: 'organisation' },
  anyone: { kind: 'public' },
}

const USERS: Readonly<Record<string, { readonly id: string } | { readonly why: string }>> = {
  'anna@a.example': { id: 'anna' },
  'ben@a.example': { id: 'ben' },
  'owner@a.example': { id: 'owner' },
  'known@b.example': { id: 'known' },
  'twin@a.example': { why: 'Two move into one.' },
}

const people = (more: Partial<People> = {}): People => ({
  user: (address) => USERS[address.toLowerCase()],
  group: (name) => ({ 'staff@a.example': 'staff', 'Marketing Members': 'marketing' })[name],
  owner: 'owner',
  links: false,
  outsiders: false,
  now: 1000,
  ...more,
})

type Grant = readonly [at: string, who: keyof typeof WHO, access: Access, more?: Partial<Share>]

const shareOf = ([at, who, access, more]: Grant): Share => {
  const folder = isFile(at) ? parent(at) : at
  const to = WHO[who]
  if (to === undefined) throw new Error(who)
  const id = (path: string): string => path || 'root'
  return {
    collection: { id: id(folder), path: folder.split('/').filter(Boolean) },
    ...(isFile(at) ? { item: { id: at, name: at } } : {}),
    to,
    access,
    ...more,
  }
}

function planned(grants: readonly Grant[], more: Partial<People> = {}): readonly string[] {
  const closed: readonly Share[] = DRIVE.filter((path) => path.endsWith('!')).flatMap((path) => {
    const own = grants.some(([at]) => at === plain(path))
    return own ? [] : [shareOf([plain(path), 'owner', 'manage', { alone: true }])]
  })
  const breaks = new Set(DRIVE.filter((path) => path.endsWith('!')).map(plain))
  const told = [...grants.map(shareOf), ...closed]
  const alone = told.map((share) => (breaks.has(share.item?.id ?? share.collection.id) ? { ...share, alone: true as const } : share))
  const plan = planGrants(alone, { nodes }, people(more), { most: 4 })
  const given = plan.grants.map(({ grant: { place, locator, to, access, expires, noDownload }, secret }) => {
    const who = to.kind === 'user' || to.kind === 'group' ? to.id : to.kind === 'mail' ? to.address : 'link'
    const marks = [expires === undefined ? '' : ` until ${expires}`, noDownload ? ' no-download' : '', secret ? ' secret' : ''].join('')
    return `${[place, locator].filter((part) => part !== undefined).join('/')}: ${who} ${access}${marks}`
  })
  const lost = plan.losses.map(({ lost, why }) => `${lost} lost: ${why.split(/[.:;]/)[0]}`)
  return [...given.toSorted(), ...lost]
}

const PARTS = 'part lost: Something in it is open to fewer people, so it is given piece by piece'
const LESS = 'part lost: Something in it may only be read, so all of it may only be read, and what may be changed is given by itself'
const MANAGE = 'part lost: It may be managed and passed on at the source'
const ABSENT = 'all lost: It does not stand at the destination'
const ASK_LINK = 'all lost: Anybody who has the address may enter'
const ASK_ORG = 'all lost: Everybody in the organisation who has the address may enter'
const ASK_OUT = 'all lost: This is somebody outside the organisation'
const NO_GROUP = 'all lost: The project says of no group of the destination that it is this one (`groups`)'
const links = { links: true }
const outsiders = { outsiders: true }

// biome-ignore format: a table
const MATRIX: readonly (readonly [name: string, grants: readonly Grant[], expected: readonly string[], more?: Partial<People>])[] = [
  // Viewers, commenters, editors, managers and owners of folders and files.
  ['a viewer of a folder', [['Team', 'anna', 'read']], ['Team: anna read']],
  ['a commenter of a folder', [['Team', 'anna', 'comment']], ['Team: anna comment']],
  ['an editor of a folder', [['Team', 'anna', 'write']], ['Team: anna write']],
  ['a manager of a folder', [['Team', 'anna', 'manage']], ['Team: anna write', MANAGE]],
  ['the owner of a folder', [['Team', 'owner', 'manage']], []],
  ['free and busy, which files do not have', [['Team', 'anna', 'free-busy']], ['all lost: It gives less than reading, which cannot be said of files']],
  ['a viewer of a file', [['Team/Plans/a.txt', 'anna', 'read']], ['Team/Plans/a.txt: anna read']],
  ['a commenter of a file', [['Team/b.txt', 'ben', 'comment']], ['Team/b.txt: ben comment']],
  ['an editor of a file', [['Team/b.txt', 'ben', 'write']], ['Team/b.txt: ben write']],
  ['a manager of a file', [['Team/b.txt', 'ben', 'manage']], ['Team/b.txt: ben write', MANAGE]],
  ['the owner of a file', [['Team/b.txt', 'owner', 'manage']], []],
  ['a folder inside', [['Team/Plans', 'ben', 'read']], ['Team/Plans: ben read']],
  // More than one grant of the same.
  ['two people', [['Team', 'anna', 'read'], ['Team', 'ben', 'write']], ['Team: anna read', 'Team: ben write']],
  ['less, and more inside', [['Team', 'anna', 'read'], ['Team/Plans', 'anna', 'write']], ['Team/Plans: anna write', 'Team: anna read']],
  ['more, and less inside without a break', [['Team', 'anna', 'write'], ['Team/Plans', 'anna', 'read']], ['Team: anna write']],
  ['the same twice', [['Team', 'anna', 'read'], ['Team', 'anna', 'read']], ['Team: anna read']],
  ['less and more of the same folder', [['Team', 'anna', 'read'], ['Team', 'anna', 'write']], ['Team: anna write']],
  ['a file in a folder that is open anyway', [['Team', 'anna', 'read'], ['Team/b.txt', 'anna', 'read']], ['Team: anna read']],
  ['a file that may be changed in a folder that may be read', [['Team', 'anna', 'read'], ['Team/b.txt', 'anna', 'write']], ['Team/b.txt: anna write', 'Team: anna read']],
  ['a person by name and in a group', [['Team', 'anna', 'read'], ['Team', 'staff', 'write']], ['Team: anna read', 'Team: staff write']],
  // People who are not there.
  ['somebody who is not in the table', [['Team', 'cleo', 'read']], ['all lost: This account is not in the table, so nobody knows who it is at the destination']],
  ['somebody without a name', [['Team', 'nameless', 'read']], ['all lost: The source does not say who this is']],
  ['somebody whose account is shared with another', [['Team', 'twin', 'read']], ['all lost: Two move into one']],
  ['somebody outside', [['Team', 'guest', 'read']], [ASK_OUT]],
  ['somebody outside who was asked for', [['Team', 'guest', 'read']], ['Team: guest@b.example read secret'], outsiders],
  ['somebody outside who may change', [['Team', 'guest', 'write']], ['Team: guest@b.example write secret'], outsiders],
  ['somebody outside, a file', [['Team/b.txt', 'guest', 'comment']], ['Team/b.txt: guest@b.example comment secret'], outsiders],
  ['somebody outside who moves as well', [['Team', 'known', 'read']], ['Team: known read']],
  // Groups.
  ['a group by its address', [['Team', 'staff', 'write']], ['Team: staff write']],
  ['a group by its name', [['Team', 'named', 'read']], ['Team: marketing read']],
  ['a group that manages', [['Team', 'staff', 'manage']], ['Team: staff write', MANAGE]],
  ['a group that nobody has named', [['Team', 'other', 'read']], [NO_GROUP]],
  ['a group, a file', [['Team/b.txt', 'staff', 'comment']], ['Team/b.txt: staff comment']],
  // The organisation and anybody.
  ['everybody in the organisation', [['Team', 'domain', 'read']], [ASK_ORG]],
  ['everybody in the organisation, as links', [['Team', 'domain', 'read']], ['Team: link read secret'], links],
  ['everybody who finds it', [['Team', 'domain', 'read', { findable: true }]], ['Team: all read'], { everybody: 'all' }],
  ['everybody who has the address, and a group of all', [['Team', 'domain', 'read']], [ASK_ORG], { everybody: 'all' }],
  ['everybody who finds it, without such a group', [['Team', 'domain', 'write', { findable: true }]], [ASK_ORG]],
  ['anybody', [['Team', 'anyone', 'read']], [ASK_LINK]],
  ['anybody, as links', [['Team', 'anyone', 'read']], ['Team: link read secret'], links],
  ['anybody who may change', [['Team', 'anyone', 'write']], ['Team: link write secret'], links],
  ['anybody, a file', [['Team/b.txt', 'anyone', 'read']], ['Team/b.txt: link read secret'], links],
  ['anybody, found by search engines', [['Team', 'anyone', 'read', { findable: true }]], ['Team: link read secret'], links],
  ['two links to one folder', [['Team', 'anyone', 'read'], ['Team', 'anyone', 'write']], ['Team: link read secret', 'Team: link write secret'], links],
  // Ends and downloads.
  ['until a day', [['Team', 'anna', 'read', { expires: 2000 }]], ['Team: anna read until 2000']],
  ['an end that is over', [['Team', 'anna', 'read', { expires: 1000 }]], ['all lost: It has expired']],
  ['a link until a day', [['Team', 'anyone', 'read', { expires: 2000 }]], ['Team: link read until 2000 secret'], links],
  ['reading for ever, changing until a day', [['Team', 'anna', 'read'], ['Team', 'anna', 'write', { expires: 2000 }]], ['Team: anna read', 'Team: anna write until 2000']],
  ['without download', [['Team', 'anna', 'read', { noDownload: true }]], ['Team: anna read no-download']],
  ['without download, and a file with', [['Team', 'anna', 'read', { noDownload: true }], ['Team/b.txt', 'anna', 'read']], ['Team/b.txt: anna read', 'Team: anna read no-download']],
  // What inherits, and what breaks with it.
  ['a folder with closed ones in it', [['Mixed', 'anna', 'read']], ['Mixed/Open: anna read', 'Mixed/f.txt: anna read', PARTS]],
  ['the closed folder itself', [['Mixed/Closed', 'anna', 'read']], ['Mixed/Closed: anna read']],
  ['the closed file itself', [['Mixed/e.txt', 'anna', 'write']], ['Mixed/e.txt: anna write']],
  ['closed to others, open to her', [['Mixed', 'anna', 'read'], ['Mixed/Closed', 'anna', 'read'], ['Mixed/e.txt', 'anna', 'read']], ['Mixed: anna read']],
  ['inherited again below a break', [['Mixed', 'ben', 'write'], ['Mixed/Closed', 'ben', 'write', { inherited: true }], ['Mixed/e.txt', 'ben', 'write', { inherited: true }]], ['Mixed: ben write']],
  ['below a break less', [['Wide', 'anna', 'write'], ['Wide/Less', 'anna', 'read']], ['Wide/k.txt: anna write', 'Wide: anna read', LESS]],
  ['below a break more', [['Wide', 'anna', 'read'], ['Wide/Less', 'anna', 'write']], ['Wide/Less: anna write', 'Wide: anna read']],
  ['below a break somebody else', [['Wide', 'anna', 'read'], ['Wide/Less', 'ben', 'read']], ['Wide/Less: ben read', 'Wide/k.txt: anna read', PARTS]],
  ['a group above a break, a member below', [['Wide', 'staff', 'read'], ['Wide/Less', 'anna', 'read']], ['Wide/Less: anna read', 'Wide/k.txt: staff read', PARTS]],
  ['a link above a break', [['Wide', 'anyone', 'read']], ['Wide/k.txt: link read secret', PARTS], links],
  ['a link above a break with a link of its own', [['Wide', 'anyone', 'read'], ['Wide/Less', 'anyone', 'read']], ['Wide/Less: link read secret', 'Wide/k.txt: link read secret', PARTS], links],
  ['an outsider above a break', [['Wide', 'guest', 'read']], ['Wide/k.txt: guest@b.example read secret', PARTS], outsiders],
  ['commenting above, reading below a break', [['Wide', 'anna', 'comment'], ['Wide/Less', 'anna', 'read']], ['Wide/k.txt: anna comment', 'Wide: anna read', LESS]],
  ['shorter below a break', [['Wide', 'anna', 'read'], ['Wide/Less', 'anna', 'read', { expires: 2000 }]], ['Wide/k.txt: anna read', 'Wide: anna read until 2000', PARTS]],
  // What the destination has beside, or has not.
  ['a folder in which somebody else has a file', [['Lone', 'anna', 'read']], ['Lone/h.txt: anna read', PARTS]],
  ['a folder that is not there', [['Gone', 'anna', 'read']], [ABSENT]],
  ['a file that is not there', [['Gone/i.txt', 'anna', 'read']], [ABSENT]],
  // All of it.
  ['the whole drive', [['', 'anna', 'read'], ['Mixed/Closed', 'anna', 'read'], ['Mixed/e.txt', 'anna', 'read'], ['Wide/Less', 'anna', 'read']], ['Lone/h.txt: anna read', 'Mixed: anna read', 'Team: anna read', 'Wide: anna read', 'part lost: All of the drive is shared']],
  ['the whole drive, where it would take too many', [['', 'anna', 'read']], [expect.stringMatching(/^all lost: Something in it is open to fewer people, and it would take more than 4/)]],
]

it('has a matrix of at least sixty grants', () => {
  expect(MATRIX.flatMap(([, grants]) => grants).length).toBeGreaterThanOrEqual(60)
})

for (const [name, grants, expected, more] of MATRIX) {
  it(name, () => expect(planned(grants, more)).toEqual([...expected]))
}

it('gives nothing of a folder whose place among twins is not known', () => {
  const twins: readonly TreeNode[] = [
    { id: 'root', kind: 'folder', above: [], place: '' },
    { id: 'a', kind: 'folder', above: ['root'], place: 'Same' },
    { id: 'b', kind: 'folder', above: ['root'], place: 'Same (1234)' },
    { id: 'c', kind: 'folder', above: ['a', 'b'], place: 'Same/In' },
  ]
  const share: Share = { collection: { id: 'a', path: ['Same'] }, to: { kind: 'user', address: 'anna@a.example' }, access: 'read' }
  const { grants, losses } = planGrants([share], { nodes: twins }, people())
  expect(grants).toEqual([])
  expect(losses.map(({ lost }) => lost)).toEqual(['all'])
})

import type { Account, Finding, Share, SourceEndpoint } from '@offramp/core'
import { afterEach, describe, expect, test } from 'vitest'
import { ADMIN, ANNA, bytesOf, call, closeAll, faultOf, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const BEN = 'ben@fabrikam.example'
const TEAM = 'team@fabrikam.example'
const OUT = 'x@elsewhere.example'

const DRIVES = [
  { name: 'Projects', members: { [BEN]: 'reader', [ANNA]: 'organizer', [TEAM]: 'writer', [OUT]: 'reader' }, files: { files: 3 } },
  { name: 'By group', members: { [TEAM]: 'reader' }, files: { files: 2 } },
  { name: 'Abandoned', members: { 'gone@fabrikam.example': 'organizer' } },
  { name: 'Twin', members: { [ANNA]: 'organizer' } },
  { name: 'Twin', members: { [ANNA]: 'organizer' } },
] as const

async function scene() {
  const accounts = [
    { address: ADMIN, admin: true },
    { address: ANNA },
    { address: BEN },
    { address: 'gone@fabrikam.example', suspended: true },
  ]
  const groups = [
    { address: TEAM, members: ['inner@fabrikam.example'] },
    { address: 'inner@fabrikam.example', members: ['gone@fabrikam.example', BEN] },
  ]
  const { workspace, endpoint } = await lab({ domain: { accounts, groups, sharedDrives: DRIVES }, speed: 20 })
  const shares = async (account: Account): Promise<readonly Share[]> => {
    const all: Share[] = []
    for await (const share of endpoint.shares?.(account, 'file', call) ?? []) all.push(share)
    return all
  }
  return { workspace, endpoint, shares }
}

async function checked(endpoint: SourceEndpoint, accounts: readonly Account[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const finding of endpoint.check({ accounts, kinds: ['file'] }, call)) findings.push(finding)
  return findings
}

const brief = ({ collection, item, to, access, inherited, alone, expires, findable }: Share) => [
  [...collection.path, ...(item ? [item.name] : [])].join('/'),
  `${to.kind} ${to.address ?? ''}${to.outside ? ' outside' : ''}`,
  access,
  ...(inherited ? ['inherited'] : []),
  ...(alone ? ['alone'] : []),
  ...(expires === undefined ? [] : [new Date(expires).toISOString()]),
  ...(findable ? ['findable'] : []),
]

describe('grants', () => {
  test('of a drive are told once, where they were given', async () => {
    const { workspace, shares } = await scene()
    const drive = workspace.drive(ANNA)
    const folder = await drive.add('Folder', { type: 'folder' })
    const inner = await drive.add('Inner', { type: 'folder', parent: folder })
    const file = await drive.add('file.txt', { parent: inner })
    const closed = await drive.add('Closed', { type: 'folder', parent: folder })
    await drive.add('secret.txt', { parent: closed })
    await drive.share(folder, BEN, { role: 'reader' })
    await drive.share(folder, 'gone@fabrikam.example', { role: 'writer', deleted: true })
    await drive.share(inner, BEN, { role: 'writer' })
    await drive.share(file, OUT, { role: 'commenter', expirationTime: '2027-01-01T00:00:00.000Z' })
    await drive.share(file, '*', { role: 'reader' })
    await drive.share(file, `group:${TEAM}`, { role: 'writer' })
    await drive.share(file, 'domain:fabrikam.example', { role: 'reader', allowFileDiscovery: true })
    await drive.share(file, 'domain:other.example', { role: 'reader' })
    await drive.share(file, ADMIN, { role: 'writer', pendingOwner: true })
    await drive.limit(closed, true)
    expect((await shares(userOf(ANNA))).map(brief).sort()).toEqual(
      [
        ['Folder', `user ${BEN}`, 'read'],
        ['Folder/Inner', `user ${BEN}`, 'write'],
        ['Folder/Inner/file.txt', `user ${OUT} outside`, 'comment', '2027-01-01T00:00:00.000Z'],
        ['Folder/Inner/file.txt', 'public  outside', 'read'],
        ['Folder/Inner/file.txt', `group ${TEAM}`, 'write'],
        ['Folder/Inner/file.txt', 'organisation fabrikam.example', 'read', 'findable'],
        ['Folder/Inner/file.txt', 'organisation other.example outside', 'read'],
        // It breaks with what is above: nobody but its owner.
        ['Folder/Closed', `user ${ANNA}`, 'manage', 'inherited', 'alone'],
      ].sort(),
    )
    expect(await workspace.violations()).toEqual([])
  })

  test('of a shared drive are those of its members, and what has rights of its own', async () => {
    const { workspace, shares, endpoint } = await scene()
    const drive = workspace.drive('Projects')
    const folder = await drive.add('Folder', { type: 'folder' })
    const closed = await drive.add('Closed', { type: 'folder' })
    await drive.share(folder, BEN, { role: 'writer' })
    await drive.limit(closed, true)
    const account = await endpoint.account('projects', call)
    if (account === undefined) throw new Error('no drive')
    const found = await shares(account)
    // A contributor of a shared drive changes and adds, and does not delete; in a person's own drive whoever may change may.
    expect(found.filter(({ noDelete }) => noDelete).map(({ to }) => to.address)).toEqual([TEAM, BEN])
    expect(found.map(brief).sort()).toEqual(
      [
        ['', `user ${ANNA}`, 'manage'],
        ['', `user ${BEN}`, 'read'],
        ['', `group ${TEAM}`, 'write'],
        ['', `user ${OUT} outside`, 'read'],
        ['Folder', `user ${BEN}`, 'write'],
        ['Closed', `user ${ANNA}`, 'manage', 'inherited', 'alone'],
      ].sort(),
    )
    expect(await workspace.violations()).toEqual([])
  })
})

describe('shared drives', () => {
  test('are accounts, each once, and who cannot be read says so', async () => {
    const { workspace, endpoint } = await scene()
    const drives: Account[] = []
    for await (const account of endpoint.accounts(call)) if (account.kind === 'drive') drives.push(account)
    expect(drives.map(({ name }) => name.replace(/ \(.*\)/, ' (id)'))).toEqual([
      'Projects',
      'By group',
      'Abandoned',
      'Twin (id)',
      'Twin (id)',
    ])
    expect(drives.map(({ unavailable }) => unavailable !== undefined)).toEqual([false, false, true, false, false])
    expect((await endpoint.account(drives[3]?.id ?? '', call))?.name).toBe(drives[3]?.name)
    expect(await endpoint.account('Nothing', call)).toBeUndefined()
    expect(await workspace.violations()).toEqual([])
  })

  test('are read in the name of a member, or of somebody in a group; with nobody there, it is said what to do', async () => {
    const { workspace, endpoint } = await scene()
    for (const [name, files] of [
      ['Projects', 3],
      ['By group', 2],
    ] as const) {
      const source = await endpoint.connect((await endpoint.account(name, call)) ?? userOf(''), 'file')
      const page = await source.page({ id: 'x' }, undefined, 100, call)
      expect([page.last, page.refs.length]).toEqual([true, files])
      for (const ref of page.refs) expect((await bytesOf(await source.open(ref, call))).length).toBe(ref.size)
    }
    const abandoned = await endpoint.connect((await endpoint.account('Abandoned', call)) ?? userOf(''), 'file')
    expect(await faultOf(() => abandoned.page({ id: 'x' }, undefined, 10, call))).toMatchObject({
      reach: 'account',
      code: 'google-drive-no-reader',
    })
    expect(await workspace.violations()).toEqual([])
  })

  test('a check says what can be read, and how long Google makes it last', async () => {
    const { endpoint, workspace } = await scene()
    await workspace.drive(ANNA).add('large', { size: 5 * 10 ** 12 })
    const accounts = [userOf(ANNA), await endpoint.account('Projects', call)].flatMap((each) => each ?? [])
    const findings = await checked(endpoint, accounts)
    const of = (about: string) => findings.find((each) => each.about === about)
    expect(of(ANNA)).toMatchObject({ level: 'ok', says: expect.stringContaining('1 files, 4,656.6 GB') })
    expect(of('Projects')).toMatchObject({ level: 'ok', says: expect.stringContaining('3 files') })
    expect(of('time that Google needs for files')).toMatchObject({ level: 'warning', says: expect.stringContaining('5.0 days') })
    const other = await scene()
    await other.workspace.admin.authorise(['admin.directory.user.readonly'])
    const refused = await checked(other.endpoint, accounts)
    expect(refused.find(({ level, about }) => level === 'error' && about.includes('drive.readonly'))?.remedy).toContain('drive.readonly')
  })
})

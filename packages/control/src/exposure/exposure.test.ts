import type { Share } from '@offramp/core'
import { MemoryFileLab } from '@offramp/test/lab/memory-files'
import { expect, it } from 'vitest'
import { exposure } from './exposure.ts'
import { exposureCsv, exposureText } from './render-exposure.ts'

const call = { signal: new AbortController().signal }
const share = (path: string, to: Share['to'], more: Partial<Share> = {}): Share => ({
  collection: { id: path, path: path === '' ? [] : path.split('/') },
  to,
  access: 'read',
  ...more,
})

const OUT = { kind: 'user', address: 'guest@b.example', outside: true } as const

function lab(): MemoryFileLab {
  const made = new MemoryFileLab('/nowhere')
  const anna = made.add('anna@a.example', 'anna')
  made.add('ben@a.example', 'ben', { enabled: false })
  made.add('info@a.example', 'info', { kind: 'shared', enabled: false })
  made.add('gone@a.example', '', { enabled: false })
  const drive = made.add('drive-of-nobody', 'team', { kind: 'drive' })
  made.add('secret@a.example', 'secret').secretive = true
  anna.shares.push(
    share('Open', { kind: 'public' }),
    share('Closed', { kind: 'public' }, { password: true, expires: Date.UTC(2027, 0, 2), access: 'write' }),
    share('', OUT),
    share('Inner', OUT, { inherited: true }),
    share('=cmd()', { kind: 'user', name: '=HYPERLINK("http://x")', outside: true }),
    share('All', { kind: 'organisation' }),
    share('Found', { kind: 'organisation' }, { findable: true }),
    share('Partner', { kind: 'organisation', address: 'b.example', outside: true }),
    share('Own', { kind: 'user', address: 'ben@a.example' }),
    share('Group', { kind: 'group', name: 'Staff' }),
  )
  drive.shares.push(share('', { kind: 'user', address: 'gone@a.example' }, { access: 'manage' }))
  return made
}

it('counts what is open to whom, before anything moves', async () => {
  const made = lab()
  const report = await exposure(made.workplace, made.opened(), call)
  expect(report.counts).toEqual({ anonymous: 2, outsider: 3, organisation: 2, orphan: 3 })
  expect([report.withoutPassword, report.withoutEnd, report.accounts]).toEqual([1, 1, 5])
  expect(report.unread).toEqual([{ account: 'secret@a.example', why: 'It may not be read.' }])
  expect(report.exposures.filter(({ sort }) => sort === 'orphan').map(({ account, says }) => `${account}: ${says}`)).toEqual([
    'ben@a.example: Its owner cannot log in any more, and its files are still there.',
    'drive-of-nobody: None of those who manage it can log in any more.',
    'gone@a.example: Its owner cannot log in any more, and it is not in the table: its files stay behind.',
  ])
})

it('does not take a drive for orphaned whose managers are a group, or can log in', async () => {
  const made = new MemoryFileLab('/nowhere')
  made.add('anna@a.example', 'anna')
  made.add('one', 'one', { kind: 'drive' }).shares.push(share('', { kind: 'user', address: 'Anna@a.example' }, { access: 'manage' }))
  made.add('two', 'two', { kind: 'site' }).shares.push(share('Documents', { kind: 'group', name: 'Owners' }, { access: 'manage' }))
  expect((await exposure(made.workplace, made.opened(), call)).counts.orphan).toBe(0)
})

it('tells each of more links of one account than fit on a stack', async () => {
  const made = new MemoryFileLab('/nowhere')
  const { shares } = made.add('anna@a.example', 'anna')
  for (let nth = 0; nth < 200_000; nth++) shares.push(share('Open', { kind: 'public' }))
  expect((await exposure(made.workplace, made.opened(), call)).counts.anonymous).toBe(200_000)
})

it('says the counts first, for people', async () => {
  const made = lab()
  const text = exposureText(await exposure(made.workplace, made.opened(), call))
  expect(text.split('\n').slice(0, 4)).toEqual([
    '2 open to anybody who has the address (1 without a password, 1 without an end)',
    '3 open to people outside the organisation',
    '2 open to everybody in the organisation',
    '3 whose owner is gone',
  ])
  expect(text).toContain(
    'anna@a.example: "Closed": anybody may change until 2027-01-02: Anybody who has the address and its password may enter.',
  )
  expect(text).toContain('  ben@a.example: everything: Its owner cannot log in any more, and its files are still there.')
  expect(text).toContain('NOT READ\n  secret@a.example: It may not be read.')
})

it('writes no formula into a spreadsheet', async () => {
  const made = lab()
  const csv = exposureCsv(await exposure(made.workplace, made.opened(), call))
  expect(csv.split('\r\n')[0]).toBe('sort,account,path,who,may,password,ends,findable,detail')
  expect(csv).toContain(`'=cmd(),"'=HYPERLINK(""http://x"")"`)
  for (const cell of csv.split(/[,\r\n]+/)) expect(cell).not.toMatch(/^"?[=+@]/)
})

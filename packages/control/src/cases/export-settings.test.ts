import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Account, Fault, type MailSettings } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { folderNameOf } from '../settings-files/folder-name.ts'
import { writeSettings } from '../settings-files/write-settings.ts'
import { type ExportedSettings, exportSettings } from './export-settings.ts'

const call = { signal: new AbortController().signal }
const NAMES = ['anna', 'ben', 'cleo', 'dora', 'emil', 'finn'].map((name) => `${name}@a.example`)

let tenant: MemoryTenant
let server: MemoryServer
let folder: string

beforeEach(async () => {
  tenant = new MemoryTenant()
  server = new MemoryServer()
  folder = await mkdtemp(join(tmpdir(), 'offramp-settings-'))
  for (const name of NAMES) tenant.add(name, 1, { aliases: [`x.${name}`] })
  tenant.settings = settingsOf
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const settingsOf = ({ name }: Account): MailSettings => ({
  ruleOrder: 'in-order',
  rules: [
    {
      name: 'mine',
      enabled: true,
      when: { is: 'to-me', how: 'to' },
      actions: [file({ role: 'trash' }), file({ id: oldOf(name) })],
      stop: false,
    },
    { name: 'vip', enabled: true, actions: [{ do: 'categorize', names: ['Very important'] }], stop: false },
  ],
  forwarding: { enabled: true, to: ['me@home.example'], ownCopy: 'keep' },
  identities: [],
  delegates: [],
  untold: [],
  raw: { secretOfTheProvider: { deep: [1, 2] } },
})

const file = (target: { id: string } | { role: 'trash' }) => ({ do: 'file', folder: target, copy: false }) as const

/** The id that the source gives the folder Inbox / Old. */
const oldOf = (name: string): string =>
  [...(tenant.people.get(name)?.box.collections() ?? [])].find(({ path }) => path.at(-1) === 'Old')?.id ?? ''

async function exported(
  names: readonly string[] = NAMES,
  more: { accounts?: readonly string[]; forwarding?: boolean } = {},
): Promise<readonly ExportedSettings[]> {
  const opened = openedWith(names.map((name) => [name, name.split('@')[0] ?? '']))
  const all: ExportedSettings[] = []
  const asked = { accounts: more.accounts ?? [], forwarding: more.forwarding ?? false }
  for await (const one of exportSettings(memoryWorkplace(tenant, server), opened, asked, call)) all.push(one)
  return all
}

it('names folders, flags and addresses as the migration does', async () => {
  const [anna] = await exported(['anna@a.example'])
  expect(anna?.sieve?.script).toContain('fileinto :create "Trash";')
  expect(anna?.sieve?.script).toContain('fileinto :create "Inbox / Old";')
  expect(anna?.sieve?.script).toContain('address :is "to" ["anna@a.example", "x.anna@a.example"]')
  expect(anna?.sieve?.script).toContain('addflag "Very_important";')
  server.options = { keeps: ['read'] }
  const [poor] = await exported(['anna@a.example'])
  expect(poor?.sieve?.losses.join()).toContain('the category “Very important” cannot be set')
  expect(
    server
      .box('anna')
      .folders()
      .map(({ path }) => path),
  ).toEqual([])
})

it('names every failure and goes on with the others, in the order of the table', async () => {
  tenant.people.delete('ben@a.example')
  tenant.broken.set('cleo@a.example', () => new Fault({ reach: 'account', code: 'x', message: 'The folders are shut.' }))
  server.broken.set('dora', () => new Fault({ reach: 'account', code: 'x', message: 'Wrong password.', remedy: 'Mend it.' }))
  tenant.settings = (account) => {
    if (account.name === 'emil@a.example') throw new Fault({ reach: 'account', code: 'x', message: 'Not for you.' })
    return settingsOf(account)
  }
  const all = await exported()
  expect(all.map(({ account, settings, sieve, why }) => [account.slice(0, 4), settings !== undefined, sieve !== undefined, why])).toEqual([
    ['anna', true, true, undefined],
    ['ben@', false, false, 'There is no such account at the source.'],
    ['cleo', true, false, 'The folders are shut.'],
    ['dora', true, false, 'Wrong password. Mend it.'],
    ['emil', false, false, 'Not for you.'],
    ['finn', true, true, undefined],
  ])
})

it('says of a source without settings that it has none', async () => {
  tenant.settings = undefined
  expect((await exported(['anna@a.example']))[0]?.why).toContain('no rules and replies')
})

it('takes only accounts that are named, and refuses a name that is nobody', async () => {
  expect((await exported(NAMES, { accounts: ['BEN@a.example', 'finn'] })).map(({ account }) => account)).toEqual([
    'ben@a.example',
    'finn@a.example',
  ])
  await expect(exported(NAMES, { accounts: ['gustav'] })).rejects.toThrow('gustav')
})

it('forwards only where it was asked to', async () => {
  expect((await exported(['anna@a.example']))[0]?.sieve?.script).not.toMatch(/^redirect/m)
  expect((await exported(['anna@a.example'], { forwarding: true }))[0]?.sieve?.script).toMatch(/^redirect :copy "me@home\.example";/m)
})

it('writes files that only their owner reads, whole, and never through a link', async () => {
  const [anna] = await exported(['anna@a.example'])
  if (anna === undefined) throw new Error('nothing was exported')
  const files = await writeSettings(join(folder, 'out'), anna)
  const victim = join(folder, 'victim')
  await writeFile(victim, 'mine')
  await rm(files?.sieve ?? '')
  await symlink(victim, files?.sieve ?? '')
  expect(await writeSettings(join(folder, 'out'), anna)).toEqual(files)
  expect(await readFile(victim, 'utf8')).toBe('mine')
  expect((await lstat(files?.sieve ?? '')).isFile()).toBe(true)
  for (const path of [files?.json ?? '', files?.sieve ?? '']) expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(files?.json ?? '', 'utf8'))).toMatchObject({
    format: 'offramp-settings-1',
    account: 'anna@a.example',
    rules: [{ name: 'mine' }, { name: 'vip' }],
    sieve: { rules: { total: 2, said: 2, off: 0 }, losses: expect.any(Array) },
    raw: { secretOfTheProvider: { deep: [1, 2] } },
  })
  expect(await readdir(join(folder, 'out', 'anna@a.example'))).toEqual(['offramp.sieve', 'settings.json'])
  expect(await writeSettings(join(folder, 'out'), { account: 'x', why: 'no' })).toBeUndefined()
})

it('gives each account a folder of its own with a harmless name', () => {
  const names = [
    '../../etc/passwd',
    '..',
    '.',
    '',
    'a/b',
    'a\\b',
    'Ä@x.example',
    'ä@y.example',
    'con',
    'nul.txt',
    'a\0b',
    '-rf',
    'x'.repeat(300),
    `${'x'.repeat(299)}y`,
    'a_b',
    'a b',
    'x.',
  ]
  const folders = names.map(folderNameOf)
  for (const name of folders) expect(name).toMatch(/^[a-z0-9@_][a-z0-9@._+~-]{0,128}$/)
  expect(new Set(folders).size).toBe(names.length)
  for (const name of folders) expect(name).not.toMatch(/^(con|nul)(\.|$)|\.$/)
  expect(folderNameOf('Anna.Smith+x@a.example')).toBe('anna.smith+x@a.example')
})

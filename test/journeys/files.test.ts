import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExposureReport, FoundShare, Link } from '@offramp/control'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditMicrosoftFiles } from '../lab/audit-files.ts'
import { type Lab, startLab } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { jsonLines, lastJson } from '../lab/operator.ts'

const [ANNA, BEN] = ['anna@contoso.example', 'ben@contoso.example']
const [ANNAS, BENS, TEAMS] = ['anna@example.test', 'ben@example.test', 'team@example.test']
const SITE = 'https://contoso.sharepoint.com/sites/marketing'
const base64 = (text: string): { readonly base64: string } => ({ base64: Buffer.from(text).toString('base64') })
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

let lab: Lab
let cloud: NextcloudProcess
const ids: Record<string, string> = {}

beforeAll(async () => {
  cloud = await startNextcloudProcess({ seed: 3, users: [ANNAS, BENS, TEAMS].map((id) => ({ id, email: id })) })
  lab = await startLab({
    accounts: [
      { address: ANNA, messages: 0, drive: { files: 40, sizes: [1, 4000], perFolder: 8 } },
      { address: BEN, messages: 0, drive: { files: 3 } },
    ],
    tenant: {
      driveLimits: { unitsPerMinute: 100_000 },
      sites: [{ name: 'marketing', displayName: 'Marketing', libraries: [{ name: 'Documents', files: 5 }] }],
    },
    cloud: { url: cloud.url, ca: cloud.ca, passwords: cloud.passwords, destination: { files: {} } },
    source: { limits: { files: { unitsPerMinute: 100_000 } } },
    settings: { workloads: ['file'], verifySample: 1, limits: { putSeconds: 4 } },
  })
  await writeFile(
    join(lab.folder, 'mappings.csv'),
    `source,destination,file folder\n${ANNA},${ANNAS},\n${BEN},${BENS},Von früher\n${SITE},${TEAMS},Sites/Marketing\n`,
  )
  const drive = lab.tenant.drive(ANNA)
  ids['team'] = await drive.addFolder('Team', null)
  ids['closed'] = await drive.addFolder('Gehälter', ids['team'])
  ids['empty'] = await drive.addFolder('Leer', ids['team'], { modifiedAt: Date.UTC(2020, 1, 2, 3, 4, 5) })
  ids['plan'] = await drive.addFile('Plan: 2026?.txt', ids['team'], base64('the plan'), { modifiedAt: Date.UTC(2021, 4, 6, 7, 8, 9) })
  ids['secret'] = await drive.addFile('salaries.txt', ids['closed'], base64('secret'))
  ids['decomposed'] = await drive.addFile('Ma\u0308rz.txt', null, base64('march'))
  ids['twin'] = await drive.addFile('M\u00e4rz.txt', null, base64('another march'))
  await drive.addNotebook('Notes', null)
  await drive.addShortcut('Elsewhere', null, 'https://contoso.sharepoint.com/sites/marketing/Documents', true)
  const to = (email: string) => ({ user: { id: email, displayName: email, email } })
  await drive.share(ids['team'], { id: 'p1', roles: ['write'], grantedToV2: to(BEN) })
  await drive.breakInheritance(ids['closed'], true)
  await drive.share(ids['plan'], {
    id: 'p2',
    roles: ['read'],
    link: { scope: 'anonymous', type: 'view', webUrl: 'https://contoso.sharepoint.com/:t:/g/x' },
  })
  await drive.share(ids['plan'], { id: 'p3', roles: ['read'], grantedToV2: to('guest@fabrikam.example') })
}, 60_000)
afterAll(async () => {
  await Promise.all([lab?.close(), cloud?.stop()])
})

test('before anything moves: what is open to whom, and which names will be others', { timeout: 60_000 }, async () => {
  const exposed: ExposureReport = lastJson(await lab.offramp('exposure', '--json'))
  expect(exposed.counts).toMatchObject({ anonymous: 1, outsider: 1 })
  expect(exposed.exposures[0]).toMatchObject({ account: ANNA, path: ['Team', 'Plan: 2026?.txt'], password: false })
  const names = await lab.offramp('names', '--json')
  expect(names.code, names.err).toBe(0)
  expect(jsonLines<{ path: string[]; reason: string }>(names).map(({ path, reason }) => [path.at(-1), reason])).toContainEqual([
    'Ma\u0308rz.txt',
    'unicode',
  ])
  expect(await cloud.user(ANNAS).files.tree()).toEqual([])
})

test('names, bytes, dates of files and folders are what they were, and what was skipped has its reason', { timeout: 120_000 }, async () => {
  const run = await lab.offramp('run', '--workers', '2')
  expect(run.code, run.out + run.err).toBe(0)
  expect(run.out).toMatch(/^Unexplained remainder: 0 of \d+ items in 3 accounts\./m)
  for (const [address, login, folder] of [
    [ANNA, ANNAS, ''],
    [BEN, BENS, 'Von früher'],
  ] as const)
    expect(
      await auditMicrosoftFiles(lab.tenant.drive(address), { cloud, login, password: cloud.passwords[login] ?? '', folder }),
    ).toMatchObject({ lost: [], doubled: [], altered: [], misdated: [] })
  const site = await auditMicrosoftFiles(lab.tenant.drive(SITE, 'Documents'), {
    cloud,
    login: TEAMS,
    password: cloud.passwords[TEAMS] ?? '',
    folder: 'Sites/Marketing/Documents',
  })
  expect(site).toMatchObject({ expected: 5, lost: [], doubled: [], altered: [], misdated: [] })
  expect(run.out).toMatch(/no-open-format/)
  expect(run.out).toMatch(/pointer/)
})

test('shares are given last, to nobody who could not enter before, and never mailed', { timeout: 60_000 }, async () => {
  const listed = jsonLines<FoundShare & { type: string }>(await lab.offramp('shares', '--json')).filter(({ type }) => type === 'share')
  expect(await cloud.sharing.shares()).toEqual([])
  expect(listed.filter(({ outcome }) => outcome === 'ready').length).toBeGreaterThan(0)
  const applied = await lab.offramp('shares', '--apply', '--links', '--outsiders')
  expect(applied.code, applied.out + applied.err).toBe(0)
  const shares = await cloud.sharing.shares()
  expect(
    shares.filter(({ kind }) => kind === 'link').every(({ password, expires }) => password !== undefined && expires !== undefined),
  ).toBe(true)
  expect(shares.filter(({ kind }) => kind === 'user').every(({ to }) => to === BENS)).toBe(true)
  // What Ben can open of Anna's: all of her team's folder but what is closed.
  const seen = (await cloud.user(BENS).files.seen()).map(({ path }) => path)
  expect(
    seen.some((path) => path.endsWith('Plan: 2026?.txt')),
    `${JSON.stringify(seen)}\n${applied.out}`,
  ).toBe(true)
  expect(seen.filter((path) => /Gehälter|salaries/.test(path))).toEqual([])
  const passwords = join(lab.folder, '.offramp', 'share-passwords.csv')
  expect((await stat(passwords)).mode & 0o777).toBe(0o600)
  expect((await readFile(passwords, 'utf8')).split('\r\n').length).toBeGreaterThan(2)
  for (const { password } of shares) if (password) expect(applied.out + applied.err).not.toContain(password)
  expect(await cloud.mails()).toEqual([])
  const again = await lab.offramp('shares', '--apply', '--links', '--outsiders')
  expect(again.out, again.err).toMatch(/^0 given, [1-9]\d* given already/m)
  expect(await cloud.sharing.shares()).toHaveLength(shares.length)
})

test('every file has its old and its new address', { timeout: 60_000 }, async () => {
  const all = jsonLines<Link>(await lab.offramp('links', '--json'))
  const truth = await lab.tenant.drive(ANNA).files()
  const plan = all.find(({ path }) => path.at(-1) === 'Plan: 2026?.txt')
  expect(plan?.old).toBe(truth.find(({ id }) => id === ids['plan'])?.webUrl)
  const stored = (await cloud.user(ANNAS).files.tree()).find(({ sha256: hash }) => hash === sha256('the plan'))
  expect(plan?.new).toMatch(new RegExp(`/f/${stored?.id}$`))
  const movable = truth.filter(({ refused }) => refused === undefined)
  expect(all.filter((link) => link.account === ANNA && link.old !== undefined && link.new !== undefined)).toHaveLength(movable.length)
  const nginx = await lab.offramp('links', '--format', 'nginx', '--out', 'redirects.map')
  expect(nginx.code, nginx.err).toBe(0)
  expect(await readFile(join(lab.folder, 'redirects.map'), 'utf8')).toContain(plan?.new ?? 'nothing')
})

test('the next pass moves what was moved, renames what was renamed, and leaves what a person has changed', {
  timeout: 120_000,
}, async () => {
  const drive = lab.tenant.drive(ANNA)
  await drive.rename(ids['team'] ?? '', 'Team 2026')
  await drive.edit(ids['decomposed'] ?? '', base64('march, again'), Date.UTC(2026, 2, 1))
  const late = await drive.addFile('late.txt', ids['empty'] ?? '', base64('late'))
  await cloud.user(ANNAS).files.put('by-hand.txt', 'mine')
  const run = await lab.offramp('run', '--workers', '2')
  expect(run.code, run.out + run.err).toBe(0)
  expect(late).not.toBe('')
  const moved = await auditMicrosoftFiles(drive, {
    cloud,
    login: ANNAS,
    password: cloud.passwords[ANNAS] ?? '',
    folder: '',
    // `Team`, `Team/Leer` and `Team/Gehälter` were left empty, and are gone.
    besides: ['by-hand.txt'],
  })
  expect(moved).toMatchObject({ lost: [], doubled: [], altered: [], misdated: [] })
  expect((await cloud.user(ANNAS).files.tree()).map(({ path }) => path)).toContain('Team 2026/Leer/late.txt')
  expect((await cloud.user(ANNAS).files.tree()).filter(({ path }) => /^Team(\/|$)/.test(path))).toEqual([])
  expect(await cloud.violations()).toEqual([])
  expect(await lab.tenant.violations()).toEqual([])
})

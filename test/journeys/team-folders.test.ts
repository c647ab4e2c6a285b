import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import type { FoundShare } from '@offramp/control'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { jsonLines } from '../lab/operator.ts'

const SITE = 'https://contoso.sharepoint.com/sites/marketing'
const NAMES = ['anna', 'ben', 'cleo', 'dora'] as const
const [ANNA, BEN, CLEO, DORA] = NAMES.map((name) => `${name}@example.test`) as [string, string, string, string]
const MOVER = 'mover@example.test'
const base64 = (text: string): { readonly base64: string } => ({ base64: Buffer.from(text).toString('base64') })

let lab: Lab
let cloud: NextcloudProcess

const table = (...rows: readonly string[]): Promise<void> =>
  writeFile(join(lab.folder, 'mappings.csv'), `${['source,destination,team folder', ...rows].join('\n')}\n`)

beforeAll(async () => {
  const groups: Readonly<Record<string, readonly string[]>> = { [ANNA]: ['marketing'], [CLEO]: ['marketing'] }
  cloud = await startNextcloudProcess({
    seed: 3,
    users: [{ id: 'boss', admin: true }, ...[ANNA, BEN, CLEO, DORA, MOVER].map((id) => ({ id, email: id, groups: groups[id] ?? [] }))],
  })
  lab = await startLab({
    accounts: NAMES.map((name) => ({ address: `${name}@contoso.example`, messages: 0, drive: { files: 1 } })),
    tenant: {
      driveLimits: { unitsPerMinute: 100_000 },
      sites: [{ name: 'marketing', displayName: 'Marketing', libraries: [{ name: 'Documents', files: 3 }] }],
    },
    cloud: {
      url: cloud.url,
      ca: cloud.ca,
      passwords: cloud.passwords,
      destination: { files: { provision: { admin: 'boss', password: 'file:cloud-passwords/boss', accounts: false } } },
    },
    source: { limits: { files: { unitsPerMinute: 100_000 } } },
    settings: { workloads: ['file'], verifySample: 1, limits: { putSeconds: 4 } },
  })
  const project = join(lab.folder, 'offramp.yaml')
  await writeFile(project, `${await readFile(project, 'utf8')}groups: { "Marketing Members": marketing }\n`)
  await table(...NAMES.map((name) => `${name}@contoso.example,${name}@example.test,`), `${SITE},${MOVER},Marketing`)
  await fillSite()
}, 60_000)
afterAll(async () => {
  await Promise.all([lab?.close(), cloud?.stop()])
})

const person = (name: string) => {
  const email = `${name}@contoso.example`
  return { user: { id: email, displayName: email, email } }
}

/** A library that is open to a group, with a folder of which the rights are its own, and a file in it that one more may read. */
async function fillSite(): Promise<void> {
  const drive = lab.tenant.drive(SITE, 'Documents')
  const members = { siteGroup: { id: '5', displayName: 'Marketing Members' } }
  await drive.share(null, { id: 'members', roles: ['write'], grantedToV2: members })
  await drive.share(null, { id: 'ben', roles: ['read'], grantedToV2: person('ben') })
  const plans = await drive.addFolder('Plans', null)
  await drive.addFile('plan.txt', plans, base64('the plan'))
  const closed = await drive.addFolder('Salaries', plans)
  await drive.addFile('salaries.txt', closed, base64('secret'))
  await drive.breakInheritance(closed, true)
  await drive.share(closed, { id: 'ben-here', roles: ['write'], grantedToV2: person('ben') })
  const inner = await drive.addFolder('For Dora', closed)
  await drive.addFile('letter.txt', inner, base64('dear Dora'))
  await drive.share(inner, { id: 'dora', roles: ['read'], grantedToV2: person('dora') })
}

/** Asked over DAV as that person: what stands there, `-` where they see nothing. */
async function read(login: string, path: string): Promise<string> {
  const address = new URL(`/remote.php/dav/files/${login}/${path.split('/').map(encodeURIComponent).join('/')}`, cloud.url)
  const answer = await ask(login, 'GET', address)
  return answer.status === 200 ? answer.text : '-'
}

function ask(login: string, method: string, address: URL, body?: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(address, { method, ca: cloud.ca, auth: `${login}:${cloud.passwords[login]}` }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += String(chunk)
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const write = async (login: string, path: string): Promise<number> =>
  (
    await ask(
      login,
      'PUT',
      new URL(`/remote.php/dav/files/${login}/${path.split('/').map(encodeURIComponent).join('/')}`, cloud.url),
      'by hand',
    )
  ).status

const PLAN = 'Marketing/Documents/Plans/plan.txt'
const SALARIES = 'Marketing/Documents/Plans/Salaries/salaries.txt'

test('check says what will be done, and what is missing, and makes nothing', { timeout: 60_000 }, async () => {
  const check = await lab.offramp('check')
  expect(check.out + check.err).toMatch(/Team folder Marketing.*\n?.*is made when something is moved/)
  expect(await cloud.sharing.teams()).toEqual([])
})

test('a run puts the site into a Team folder that is open to nobody yet', { timeout: 120_000 }, async () => {
  const run = await lab.offramp('run', '--workers', '2')
  expect(run.code, run.out + run.err).toBe(0)
  expect(run.out).toMatch(/^Unexplained remainder: 0 of /m)
  expect((await cloud.sharing.teams()).map(({ mountPoint, acl }) => [mountPoint, acl])).toEqual([['Marketing', true]])
  expect((await cloud.sharing.reach(`team:${PLAN}`)).map(({ who }) => who)).toEqual([MOVER])
  for (const login of [ANNA, BEN, CLEO, DORA]) expect(await read(login, PLAN), login).toBe('-')
})

test('shares lists first, and nobody gets in by that', { timeout: 60_000 }, async () => {
  const listed = jsonLines<FoundShare & { type: string }>(await lab.offramp('shares', '--json')).filter(
    ({ type, account }) => type === 'share' && account !== '',
  )
  const ready = listed.filter(({ team, outcome }) => team !== undefined && outcome === 'ready')
  expect(ready.map(({ to, team }) => `${to} ${team?.name} ${team?.access}`).toSorted()).toEqual([
    'ben@example.test Marketing read',
    'ben@example.test Marketing write',
    'marketing Marketing write',
  ])
  expect(await read(BEN, PLAN)).toBe('-')
})

test('broken off while people are let in, and asked again: each reads exactly what they could, and writes where they could', {
  timeout: 120_000,
}, async () => {
  // A list is refused half-way: the deeper ones stand by then, and that of the root does not.
  await cloud.faults.add({ method: 'PROPPATCH', path: 'Marketing/Documents/$', times: 1, effect: { kind: 'status', status: 403 } })
  const broken = await lab.offramp('shares', '--apply')
  expect(broken.out + broken.err).toMatch(/NOT GIVEN/)
  for (const login of [ANNA, BEN, CLEO, DORA]) expect(await read(login, PLAN), login).toBe('-')
  const applied = await lab.offramp('shares', '--apply')
  expect(applied.code, applied.out + applied.err).toBe(0)
  const seen = async (login: string): Promise<readonly string[]> => [await read(login, PLAN), await read(login, SALARIES)]
  expect(await Promise.all([ANNA, BEN, CLEO, DORA].map(seen))).toEqual([
    ['the plan', '-'],
    ['the plan', 'secret'],
    ['the plan', '-'],
    ['-', '-'],
  ])
  // Dora may read one folder inside a closed one: it is shared with her, and she is no member.
  expect(await read(DORA, 'For Dora/letter.txt')).toBe('dear Dora')
  expect(await read(ANNA, 'Marketing/Documents/Plans/Salaries/For Dora/letter.txt')).toBe('-')
  expect(await write(ANNA, 'Marketing/Documents/Plans/new.txt')).toBe(201)
  expect(await write(BEN, 'Marketing/Documents/Plans/other.txt')).toBe(403)
  expect(await write(BEN, 'Marketing/Documents/Plans/Salaries/new.txt')).toBe(201)
  expect(await write(ANNA, 'Marketing/by-hand.txt')).toBe(403)
  expect(await cloud.mails()).toEqual([])
  const again = await lab.offramp('shares', '--apply')
  expect(again.out, again.err).toMatch(/^0 given, [1-9]\d* given already/m)
})

test('a folder of a later pass is closed until shares are given again, and a file of it at no moment open to more than at the source', {
  timeout: 120_000,
}, async () => {
  const drive = lab.tenant.drive(SITE, 'Documents')
  await drive.addFile('late.txt', await drive.addFolder('Late', null), base64('late'))
  // In a folder that all of them are in.
  const own = await drive.addFile('own.txt', null, base64('own'))
  await drive.breakInheritance(own, true)
  await drive.share(own, { id: 'ben-own', roles: ['read'], grantedToV2: person('ben') })
  const run = await lab.offramp('run', '--workers', '1')
  expect(run.code, run.out + run.err).toBe(0)
  const LATE = 'Marketing/Documents/Late/late.txt'
  const OWN = 'Marketing/Documents/own.txt'
  expect(await Promise.all([MOVER, ANNA, BEN].map((login) => read(login, LATE)))).toEqual(['late', '-', '-'])
  expect(await Promise.all([MOVER, ANNA, BEN].map((login) => read(login, OWN)))).toEqual(['own', '-', '-'])
  const applied = await lab.offramp('shares', '--apply')
  expect(applied.code, applied.out + applied.err).toBe(0)
  expect(await Promise.all([ANNA, BEN, DORA].map((login) => read(login, LATE)))).toEqual(['late', 'late', '-'])
  expect(await Promise.all([ANNA, BEN, DORA].map((login) => read(login, OWN)))).toEqual(['-', 'own', '-'])
  expect(await cloud.violations()).toEqual([])
  expect(await lab.tenant.violations()).toEqual([])
})

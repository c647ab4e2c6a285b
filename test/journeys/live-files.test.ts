import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Link } from '@offramp/control'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditGoogleFiles } from '../lab/audit-files.ts'
import { changeProject, jsonLines } from '../lab/operator.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'

const { OFFRAMP_WEBDAV_URL: url, OFFRAMP_WEBDAV_USER: login = '', OFFRAMP_WEBDAV_PASSWORD: password = '' } = process.env
const DORA = 'dora@fabrikam.example'
const FOLDER = `Offramp journey ${Date.now()}`
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** In a folder of its own, which is removed in the end. */
describe.skipIf(url === undefined)('a Google drive moves to a live Nextcloud (OFFRAMP_WEBDAV_URL, _USER, _PASSWORD)', () => {
  let lab: WorkspaceLab
  const ids: Record<string, string> = {}
  const root = `${(url ?? '').replace(/\/+$/, '')}/remote.php/dav/files/${encodeURIComponent(login)}/`
  const audit = () => auditGoogleFiles(lab.workspace.drive(DORA), { root, login, password }, { folder: FOLDER })

  beforeAll(async () => {
    lab = await startWorkspaceLab({
      accounts: [{ address: DORA, admin: true, messages: 0, files: { files: 120, folders: 12, bytes: 'tiny' } }],
    })
    await mkdir(join(lab.folder, 'files'), { recursive: true })
    await writeFile(join(lab.folder, 'files', login), password, { mode: 0o600 })
    await writeFile(join(lab.folder, 'mappings.csv'), `source,destination,file folder\n${DORA},${login},${FOLDER}\n`)
    await changeProject(lab, (project) => {
      project.destinations = [{ kind: 'dav', name: 'cloud', url, auth: { kind: 'password', password: 'file:files/{account}' }, files: {} }]
      project.settings = { workloads: ['file'], verifySample: 1 }
    })
    const drive = lab.workspace.drive(DORA)
    ids['folder'] = await drive.add('Reports/2026', { type: 'folder', modifiedAt: Date.UTC(2020, 5, 6) })
    await drive.add('twin.txt', { parent: ids['folder'], base64: base64('one') })
    ids['two'] = await drive.add('twin.txt', { parent: ids['folder'], base64: base64('two') })
    await drive.add('Minutes', { parent: ids['folder'], type: 'document', text: 'What was said.' })
    await drive.add('large.bin', { parent: ids['folder'], size: 38_000_000 })
    await drive.add('Survey', { type: 'form' })
  }, 60_000)
  afterAll(async () => {
    const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
    await fetch(root + encodeURIComponent(FOLDER), { method: 'DELETE', headers: { authorization } })
    await lab?.close()
  }, 60_000)

  test('names, bytes and dates; a large file in chunks; what stays behind has its reason', { timeout: 600_000 }, async () => {
    const check = await lab.offramp('check')
    expect(check.code, check.out + check.err).toBe(0)
    const run = await lab.offramp('run', '--workers', '2')
    expect(run.code, run.out + run.err).toBe(0)
    expect(run.out).toMatch(/^Unexplained remainder: 0 of \d+ items in 1 account\./m)
    expect(run.out).toMatch(/1 no-open-format/)
    expect(await audit()).toMatchObject({ lost: [], doubled: [], altered: [], misdated: [] })
  })

  test('a folder that was renamed, and a file that was changed, in the next pass', { timeout: 600_000 }, async () => {
    const drive = lab.workspace.drive(DORA)
    await drive.rename(ids['folder'] ?? '', 'Minutes of 2026')
    await drive.write(ids['two'] ?? '', { base64: base64('two, again') })
    const run = await lab.offramp('run', '--workers', '1')
    expect(run.code, run.out + run.err).toBe(0)
    expect(await audit()).toMatchObject({ lost: [], doubled: [], altered: [], misdated: [] })
    const verified = await lab.offramp('verify', '--deep')
    expect(verified.code, verified.out + verified.err).toBe(0)
    const links = jsonLines<Link>(await lab.offramp('links', '--json'))
    expect(links.find(({ path }) => path.at(-1) === 'large.bin')?.new).toMatch(/\/f\/\d+$/)
    expect(await lab.workspace.violations()).toEqual([])
  })
})

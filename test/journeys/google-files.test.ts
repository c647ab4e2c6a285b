import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Link } from '@offramp/control'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditGoogleFiles, readFileOver } from '../lab/audit-files.ts'
import { changeProject, jsonLines } from '../lab/operator.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'
import { type ApacheDav, haveApache, startApache } from '../servers/apache.ts'

const [DORA, EMIL] = ['dora@fabrikam.example', 'emil@fabrikam.example']
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe.skipIf(!haveApache())('a Google Workspace moves to WebDAV on a real Apache', () => {
  let lab: WorkspaceLab
  let apache: ApacheDav
  const ids: Record<string, string> = {}
  const at = (login: string) => ({ root: `${apache.url}basic/${login}/`, login, password: 'secret' })

  beforeAll(async () => {
    apache = await startApache()
    for (const login of ['dora', 'emil']) await apache.account(login)
    lab = await startWorkspaceLab({
      accounts: [
        { address: DORA, admin: true, messages: 0, files: { files: 20, folders: 3, bytes: 'tiny' } },
        { address: EMIL, messages: 0, files: { files: 4, bytes: 'tiny' } },
      ],
    })
    await mkdir(join(lab.folder, 'files'), { recursive: true })
    for (const login of ['dora', 'emil']) await writeFile(join(lab.folder, 'files', login), 'secret', { mode: 0o600 })
    await writeFile(join(lab.folder, 'mappings.csv'), `source,destination,file login\n${DORA},x,dora\n${EMIL},y,emil\n`)
    await changeProject(lab, (project) => {
      project.destinations = [
        {
          kind: 'webdav',
          url: `${apache.url}digest/{account}/`,
          auth: { kind: 'digest', password: 'file:files/{account}' },
          folder: 'From Google',
        },
      ]
      project.settings = { workloads: ['file'], verifySample: 1, limits: { putSeconds: 4 } }
    })
    const drive = lab.workspace.drive(DORA)
    ids['folder'] = await drive.add('Reports/2026', { type: 'folder', modifiedAt: Date.UTC(2020, 5, 6) })
    ids['one'] = await drive.add('twin.txt', { parent: ids['folder'], base64: base64('one') })
    ids['two'] = await drive.add('twin.txt', { parent: ids['folder'], base64: base64('two') })
    ids['document'] = await drive.add('Minutes', { parent: ids['folder'], type: 'document', text: 'What was said.' })
    ids['form'] = await drive.add('Survey', { type: 'form' })
    ids['shortcut'] = await drive.add('Shortcut', { type: 'shortcut', target: ids['one'] ?? '' })
  }, 60_000)
  afterAll(async () => {
    await Promise.all([lab?.close(), apache?.stop()])
  })

  test('names and bytes; documents in open formats; what stays behind has its reason', { timeout: 120_000 }, async () => {
    const check = await lab.offramp('check')
    expect(check.code, check.out + check.err).toBe(0)
    const run = await lab.offramp('run', '--workers', '2')
    expect(run.code, run.out + run.err).toBe(0)
    expect(run.out).toMatch(/^Unexplained remainder: 0 of \d+ items in 2 accounts\./m)
    for (const [address, login] of [
      [DORA, 'dora'],
      [EMIL, 'emil'],
    ] as const)
      expect(await auditGoogleFiles(lab.workspace.drive(address), at(login), { folder: 'From Google' })).toMatchObject({
        lost: [],
        doubled: [],
        altered: [],
      })
    const minutes = await readFileOver(at('dora'), 'From Google/Reports\uff0f2026/Minutes.odt').catch((): undefined => undefined)
    expect(minutes?.subarray(0, 2).toString(), 'an OpenDocument file is a zip').toBe('PK')
    expect(run.out).toMatch(/no-open-format/)
    expect(run.out).toMatch(/pointer/)
    // Apache keeps no dates of others, and that is said.
    expect(run.out).toContain('Not kept at the destination: when it was last changed')
  })

  test('the next pass follows a renamed folder', { timeout: 120_000 }, async () => {
    const drive = lab.workspace.drive(DORA)
    await drive.rename(ids['folder'] ?? '', 'Minutes of 2026')
    await drive.write(ids['two'] ?? '', { base64: base64('two, again') })
    const run = await lab.offramp('run', '--workers', '1')
    expect(run.code, run.out + run.err).toBe(0)
    // Apache would take the old folder away with whatever somebody puts into it meanwhile: it stays, and is named.
    const audit = await auditGoogleFiles(drive, at('dora'), { folder: 'From Google', besides: ['Reports\uff0f2026'] })
    expect(audit).toMatchObject({ lost: [], doubled: [], altered: [] })
    expect(run.out).toMatch(/left: \/From Google\/Reports／2026: .*remove it if you do not need it/)
  })

  test('the table of links is made also where the server has no addresses for people', { timeout: 60_000 }, async () => {
    const all = jsonLines<Link>(await lab.offramp('links', '--json'))
    const one = all.find(({ old }) => old?.includes(ids['one'] ?? 'nothing'))
    expect(one?.path).toEqual(['Reports/2026', 'twin.txt'].with(0, 'Minutes of 2026'))
    const out = await lab.offramp('links', '--out', 'links.csv')
    expect(out.code, out.err).toBe(0)
    expect((await readFile(join(lab.folder, 'links.csv'), 'utf8')).split('\r\n').length).toBe(all.length + 2)
    expect(await lab.workspace.violations()).toEqual([])
  })
})

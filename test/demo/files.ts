import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { auditGoogleFiles, auditMicrosoftFiles, type FilesAudit, listed, readFileOver } from '../lab/audit-files.ts'
import type { BareLab } from '../lab/bare-lab.ts'
import type { NextcloudProcess } from '../lab/nextcloud-process.ts'
import { changeProject } from '../lab/operator.ts'
import type { TenantProcess } from '../lab/tenant-process.ts'
import type { WorkspaceProcess } from '../lab/workspace-process.ts'

/** The part of the demo that is about drives: Anna's OneDrive and Dora's Google Drive, both into the Nextcloud. */

const ANNA = 'anna@contoso.example'
const BRUNO = 'bruno@contoso.example'
const DORA = 'dora@fabrikam.example'

interface Where {
  readonly lab: BareLab
  readonly cloud: NextcloudProcess
  readonly tenant: TenantProcess
  readonly workspace: WorkspaceProcess
}

/** Contoso's calendars go to Radicale, which holds no files: those go to the Nextcloud. */
export async function addFilesToProjects({ lab, cloud }: Where): Promise<void> {
  const contoso = { folder: join(lab.folder, 'contoso') }
  await mkdir(join(contoso.folder, 'file-passwords'))
  for (const [login, password] of Object.entries(cloud.passwords))
    await writeFile(join(contoso.folder, 'file-passwords', login), password, { mode: 0o600 })
  await writeFile(join(contoso.folder, 'files-ca.pem'), cloud.ca)
  await changeProject(contoso, ({ destinations }) => {
    const auth = { kind: 'password', password: 'file:file-passwords/{account}' }
    destinations.push({ kind: 'webdav', name: 'files', url: cloud.url, ca: 'files-ca.pem', auth })
  })
  await changeProject({ folder: join(lab.folder, 'fabrikam') }, ({ destinations }) => {
    for (const destination of destinations) if (destination['kind'] === 'dav') destination['files'] = {}
  })
}

/** Somebody has shared a folder, and closed one in it. */
export async function makeShares({ tenant, workspace }: Where): Promise<void> {
  const drive = tenant.drive(ANNA)
  const team = await drive.addFolder('Team: plans', null)
  const closed = await drive.addFolder('Salaries', team)
  await drive.addFile('Roadmap.txt', team, { base64: Buffer.from('A roadmap').toString('base64') })
  await drive.addFile('Salaries.txt', closed, { base64: Buffer.from('Nobody is to see this').toString('base64') })
  await drive.share(team, { id: 'team', roles: ['write'], grantedToV2: { user: { id: BRUNO, displayName: 'Bruno Braun', email: BRUNO } } })
  await drive.breakInheritance(closed, true)
  await drive.share(team, {
    id: 'link',
    roles: ['read'],
    link: { scope: 'anonymous', type: 'view', webUrl: 'https://contoso.sharepoint.com/:f:/x' },
  })
  await workspace.drive(DORA).add('Minutes', { type: 'document', text: 'What was said, and by whom.' })
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const rowOf = (who: string, { expected, found, lost, doubled, altered, misdated }: FilesAudit): string =>
  `  ${`${who} files`.padEnd(32)} ${String(expected).padStart(6)} expected ${String(found).padStart(6)} found ${lost.length + altered.length} lost ${doubled.length} doubled ${misdated.length} misdated`

/** Names, bytes and dates of both drives, and whether Bruno sees what is not his to see. */
export async function compareFiles({ lab, cloud, tenant, workspace }: Where): Promise<boolean> {
  const at = (address: string) => ({
    cloud,
    login: lab.loginOf(address),
    password: cloud.passwords[lab.loginOf(address)] ?? '',
    folder: '',
  })
  const dora = at(DORA)
  const root = `${cloud.url.replace(/\/$/, '')}/remote.php/dav/files/${encodeURIComponent(dora.login)}/`
  const asked = { root, login: dora.login, password: dora.password, ca: cloud.ca }
  const audits: readonly (readonly [string, FilesAudit])[] = [
    [ANNA, await auditMicrosoftFiles(tenant.drive(ANNA), at(ANNA))],
    [DORA, await auditGoogleFiles(workspace.drive(DORA), asked)],
  ]
  let same = true
  for (const [who, audit] of audits) {
    say(rowOf(who, audit))
    const wrong = [...audit.lost, ...audit.altered, ...audit.doubled, ...audit.misdated]
    for (const name of wrong.slice(0, 5)) say(`    ! ${name}`)
    same &&= wrong.length === 0
  }
  const seen = (await cloud.user(lab.loginOf(BRUNO)).files.seen()).map(({ path }) => path)
  const open = seen.some((path) => path.endsWith('Roadmap.txt'))
  const leaked = seen.filter((path) => path.includes('Salaries'))
  say(
    `  What Anna shares with Bruno: ${open ? 'he can open it' : 'HE CANNOT OPEN IT'}; what she keeps from him: he sees ${leaked.length} of it`,
  )
  await openConverted(asked)
  return same && open && leaked.length === 0
}

const OFFICE = ['/usr/bin/soffice', '/usr/bin/libreoffice', '/Applications/LibreOffice.app/Contents/MacOS/soffice']

/** A document that was Google's alone is opened by LibreOffice, where that is installed. */
async function openConverted(asked: Parameters<typeof listed>[0]): Promise<void> {
  const office = OFFICE.find((path) => existsSync(path))
  if (office === undefined) {
    say('  LibreOffice is not installed here, so that no converted document was opened with it.')
    return
  }
  const document = (await listed(asked)).find(({ path }) => path.endsWith('.odt'))
  if (document === undefined) return
  const folder = await mkdtemp(join(tmpdir(), 'offramp-office-'))
  try {
    await writeFile(join(folder, 'document.odt'), await readFileOver(asked, document.path))
    const args = [
      `-env:UserInstallation=file://${folder}/profile`,
      '--headless',
      '--convert-to',
      'pdf',
      '--outdir',
      folder,
      join(folder, 'document.odt'),
    ]
    await promisify(execFile)(office, args, { timeout: 60_000 }).catch(() => {})
    const made = (await readdir(folder)).includes('document.pdf')
    say(
      `  "${document.path}", a document of Google's, ${made ? 'was opened by LibreOffice and printed as PDF' : 'could not be opened by LibreOffice here'}`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

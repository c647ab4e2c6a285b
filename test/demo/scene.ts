import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccountSeed, WorkspaceAccountSeed } from '@offramp/emulators'
import { type BareLab, startBareLab } from '../lab/bare-lab.ts'
import { writeTenantProject } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { startTenantProcess, type TenantProcess } from '../lab/tenant-process.ts'
import { writeWorkspaceProject } from '../lab/workspace-lab.ts'
import { startWorkspaceProcess, type WorkspaceProcess } from '../lab/workspace-process.ts'
import { type Radicale, startRadicale } from '../servers/radicale.ts'
import { addFilesToProjects, makeShares } from './files.ts'

export const CONTOSO: readonly AccountSeed[] = [
  {
    address: 'anna@contoso.example',
    displayName: 'Anna Adler',
    messages: 500,
    sizes: 'office',
    events: 120,
    contacts: 80,
    tasks: 40,
    drive: { files: 60, sizes: [500, 60_000] },
  },
  {
    address: 'bruno@contoso.example',
    displayName: 'Bruno Braun',
    language: 'de-DE',
    messages: 700,
    sizes: 'small',
    deepFolders: 6,
    events: 40,
    contacts: 20,
  },
  {
    address: 'chloe@contoso.example',
    displayName: 'Chloé Caron',
    language: 'fr-FR',
    messages: 500,
    sizes: 'small',
    oddNames: true,
    poison: ['corrupt'],
  },
  { address: 'info@contoso.example', displayName: 'Info', purpose: 'shared', messages: 400, sizes: 'small' },
  { address: 'room-1@contoso.example', displayName: 'Room 1', purpose: 'room', messages: 60, sizes: 'small' },
]

export const FABRIKAM: readonly WorkspaceAccountSeed[] = [
  { address: 'admin@fabrikam.example', displayName: 'Admin', admin: true, messages: 20, sizes: 'small' },
  {
    address: 'dora@fabrikam.example',
    displayName: 'Dora Diaz',
    messages: 500,
    sizes: 'office',
    oddLabels: true,
    chats: 3,
    calendars: { events: 80, others: true },
    contacts: { people: 60 },
    tasks: { tasks: 20 },
    files: { files: 50, folders: 6, documents: 3 },
  },
  { address: 'emil@fabrikam.example', displayName: 'Emil Ek', messages: 600, sizes: 'small', awkward: 2 },
]

/** As an operator would name them: two projects, a folder each. */
export const CONTOSO_FILE = 'contoso/offramp.yaml'
export const FABRIKAM_FILE = 'fabrikam/offramp.yaml'
export const BOTH = ['--project', CONTOSO_FILE, '--project', FABRIKAM_FILE] as const

export interface Demo {
  readonly lab: BareLab
  readonly radicale: Radicale
  readonly cloud: NextcloudProcess
  readonly tenant: TenantProcess
  readonly workspace: WorkspaceProcess
}

/** Everything that the demo moves from and to, each in a process of its own, and the two project files. */
export async function startDemo(): Promise<Demo> {
  const [contoso, fabrikam] = [CONTOSO, FABRIKAM].map((seeds) => seeds.map(({ address }) => address))
  const settings = { verifySample: 0.1, limits: { putSeconds: 5, sliceSeconds: 5 } }
  const lab = await startBareLab([...(contoso ?? []), ...(fabrikam ?? [])], {})
  // Contoso's files go there as well.
  const users = [...(contoso ?? []), ...(fabrikam ?? [])].map((address) => ({ id: lab.loginOf(address), email: address }))
  const [radicale, cloud, tenant, workspace] = await Promise.all([
    startRadicale({ users: lab.dovecot.users }),
    startNextcloudProcess({ seed: 1, users }),
    startTenantProcess({
      seed: 1,
      accounts: CONTOSO,
      // The audit compares bytes, so boundaries stay as they were first written.
      quirks: { regenerateMime: false },
      faults: [
        { path: '/\\$value$', mailbox: 'anna@contoso.example', when: { nth: 400 }, effect: { kind: 'throttle', retryAfter: 6 } },
        { path: '/\\$value$', when: { every: 701 }, effect: { kind: 'status', status: 503, body: 'html' } },
        { path: '/\\$value$', when: { every: 997 }, effect: { kind: 'reset', afterBytes: 100 } },
      ],
    }),
    startWorkspaceProcess({
      seed: 1,
      domain: 'fabrikam.example',
      accounts: FABRIKAM,
      // A minute of Google's takes ten seconds here: at its own pace 300 messages a minute and mailbox would make a long demo.
      timeScale: 6,
      limits: { penaltyMs: 36_000 },
      faults: [
        { path: '/messages/[^/?]+\\?', when: { every: 401 }, effect: { kind: 'status', status: 503, body: 'html' } },
        { path: '/messages/[^/?]+\\?', when: { every: 577 }, effect: { kind: 'reset', afterBytes: 100 } },
      ],
    }),
  ])
  for (const name of ['contoso', 'fabrikam']) await mkdir(join(lab.folder, name))
  await writeTenantProject(
    { ...lab, folder: join(lab.folder, 'contoso') },
    tenant,
    { name: 'contoso', addresses: contoso ?? [] },
    { settings, cloud: { url: radicale.url, passwords: lab.dovecot.users } },
  )
  await writeWorkspaceProject(
    { ...lab, folder: join(lab.folder, 'fabrikam') },
    workspace,
    { name: 'fabrikam', addresses: fabrikam ?? [] },
    { settings, source: { limits: { userPerMinute: 36_000 } }, cloud: { url: cloud.url, ca: cloud.ca, passwords: cloud.passwords } },
  )
  const made = { lab, radicale, cloud, tenant, workspace }
  await addFilesToProjects(made)
  await makeShares(made)
  return made
}

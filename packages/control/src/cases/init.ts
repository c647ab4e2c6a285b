import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { InputRefused } from '../project/problem.ts'
import { PROJECT_SCHEMA } from '../project/read-project.ts'

const project = (name: string, schema: string): string => `# yaml-language-server: $schema=${schema}
version: 1
project: ${name}

redis:
  url: redis://127.0.0.1:6379/0
  # password: file:secrets/redis-password

source:
  kind: microsoft-365
  tenantId: contoso.onmicrosoft.com
  clientId: 00000000-0000-0000-0000-000000000000
  # The secret itself never stands here: file:path or env:NAME.
  secret: file:secrets/client-secret
  # secretExpires: 2027-06-30
  # Or a Google Workspace (docs/google-workspace.md):
  # kind: google-workspace
  # admin: admin@example.com
  # key: file:secrets/service-account.json
  # labels: folder

destinations:
  - kind: imap
    host: mail.example.org
    # A Dovecot master user; without \`auth\` each account has its own password, from the table's column "password ref".
    auth: { kind: master, user: offramp, password: file:secrets/master-password }

settings:
  workloads: [mail]
  # plannedEnd: 2027-03-31

mappings: mappings.csv
`

const TABLE = `source,destination,wave
anna@contoso.example,anna@mail.example.org,first
`

const SECRETS = `This folder holds one secret a file, each readable by you alone (chmod 600):

  client-secret     the client secret of the app registration at Microsoft; or, from a Google Workspace,
                    service-account.json, the service account's key file
  master-password   the password of the IMAP master user

Keep it out of version control and backups that others can read. Empty it when the migration is over.
`

/** A name that a project may have, from a folder's. */
const nameFrom = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replaceAll(/-+$/g, '') || 'migration'

/** Makes a project to fill in: the project file, a table and a folder for secrets. Overwrites nothing. Returns what it made. */
export async function init(folder: string): Promise<readonly string[]> {
  const path = resolve(folder)
  const schema = relative(path, PROJECT_SCHEMA)
  const files = [
    { name: 'offramp.yaml', text: project(nameFrom(path.split(/[\\/]/).at(-1) ?? ''), schema), mode: 0o644 },
    { name: 'mappings.csv', text: TABLE, mode: 0o600 },
    { name: 'secrets/README.txt', text: SECRETS, mode: 0o600 },
    { name: '.gitignore', text: 'secrets/\n.offramp/\n', mode: 0o644 },
  ]
  await mkdir(join(path, 'secrets'), { recursive: true, mode: 0o700 })
  const made: string[] = []
  for (const { name, text, mode } of files) {
    const file = join(path, name)
    try {
      await writeFile(file, text, { flag: 'wx', mode })
      made.push(join(folder, name))
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
      if (name === 'offramp.yaml')
        throw new InputRefused([
          { level: 'error', file: join(folder, name), says: 'There is a project here already; nothing was changed.' },
        ])
    }
  }
  return made
}

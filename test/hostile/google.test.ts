import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ended } from '../lab/bare-lab.ts'
import { auditGmailOf, changeProject, type ProjectFile, putFile } from '../lab/operator.ts'
import { allFiles, inRedis, tokensIn } from '../lab/traces.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'

const at = (name: string): string => `${name}@fabrikam.example`
const [ADMIN, ANNA, BRUNO, SUSPENDED, NO_GMAIL, GROUP] = [at('admin'), at('anna'), at('bruno'), at('suspended'), at('nogmail'), at('team')]
const ALIAS = at('anna.alias')
const LOGINS = ['anna', 'bruno', 'suspended', 'nogmail', 'team', 'anna.alias'].map((name) => `${name}@example.test`)

const SCOPES = [
  'admin.directory.user.readonly',
  'gmail.readonly',
  'admin.directory.group.readonly',
  'admin.directory.resource.calendar.readonly',
  'admin.reports.usage.readonly',
]

let lab: WorkspaceLab
let privateKey: string
/** Everything that a person has seen. */
const seen: string[] = []
let projects = 0

beforeAll(async () => {
  lab = await startWorkspaceLab({
    accounts: [
      { address: ADMIN, admin: true },
      { address: ANNA, messages: 4, aliases: [ALIAS] },
      { address: BRUNO, messages: 3 },
      { address: SUSPENDED, messages: 2, suspended: true },
      { address: NO_GMAIL, messages: 2, gmail: 'none' },
    ],
    workspace: { groups: [{ address: GROUP, members: [ANNA] }], scopes: SCOPES },
    dovecot: { users: Object.fromEntries(LOGINS.map((login) => [login, `secret of ${login}`])) },
    settings: { limits: { putSeconds: 5 } },
  })
  privateKey = JSON.parse(await readFile(join(lab.folder, 'service-account.json'), 'utf8')).private_key
}, 60_000)

afterAll(() => lab?.close())

interface Tried {
  readonly check: Ended
  readonly run: Ended
}

/** All that a person sees. */
const said = ({ out, err }: Ended): string => `${out}${err}`

async function ran(...args: readonly string[]): Promise<Ended> {
  const ended = await lab.offramp(...args)
  seen.push(said(ended))
  return ended
}

/** `check` and `run` of a project of its own, with something else than the good one has. */
async function tried(change: (project: ProjectFile) => void, addresses: readonly string[] = [ANNA, BRUNO]): Promise<Tried> {
  projects += 1
  const name = `project-${projects}`
  await writeFile(join(lab.folder, `${name}.csv`), `source,destination\n${addresses.map((one) => `${one},${lab.loginOf(one)}\n`).join('')}`)
  const path = await changeProject(
    lab,
    (project) => {
      project.project = name
      project.mappings = `${name}.csv`
      change(project)
    },
    `${name}.yaml`,
  )
  const [check, run] = await Promise.all([ran('check', '--project', path), ran('run', '--workers', '1', '--project', path)])
  return { check, run }
}

const source = (facts: Readonly<Record<string, unknown>>) => (project: ProjectFile) => {
  project.source = { ...project.source, ...facts }
}
const asItIs = (): void => {}

/** A refusal of the whole project: nothing is planned, and both commands name the remedy. */
function expectRefused(
  { check, run }: Tried,
  { codes, words }: { readonly codes: readonly [check: number, run: number]; readonly words: RegExp },
): void {
  expect([check.code, run.code], said(run)).toEqual(codes)
  expect(said(check)).toMatch(words)
  expect(said(run)).toMatch(words)
  expect(said(run)).not.toMatch(/Pass 1|verified/)
}

// Each changes the domain for everybody, so they wait for each other.
describe('the domain', () => {
  test('that does not know the service account: the client ID and every scope are named', async () => {
    await lab.workspace.admin.authorise([])
    try {
      const { check, run } = await tried(asItIs)
      expect([check.code, run.code]).toEqual([3, 3])
      const [, remedy = ''] =
        /ERROR +source: domain-wide delegation: The domain does not know the service account.*\n +(.*)/.exec(said(check)) ?? []
      expect(remedy).toContain(`client ID ${lab.workspace.clientId} `)
      for (const scope of SCOPES) expect(remedy).toContain(`https://www.googleapis.com/auth/${scope}`)
      expect(said(run)).toMatch(/has not delegated this scope[\s\S]*Manage domain-wide delegation/)
    } finally {
      await lab.workspace.admin.authorise(SCOPES)
    }
  })

  test('that has left one scope out: it is named alone, the accounts halt, and one that is not needed stops nothing', async () => {
    const { admin } = lab.workspace
    try {
      await admin.authorise(SCOPES.filter((scope) => scope !== 'gmail.readonly'))
      const { check, run } = await tried(asItIs)
      expect([check.code, run.code]).toEqual([3, 3])
      expect(said(check)).toMatch(/ERROR +source: scope gmail\.readonly: Missing.*\n +admin\.google\.com .*auth\/gmail\.readonly —/)
      expect(said(check).match(/ERROR/g)).toHaveLength(1)
      expect(run.out).toContain('NOT VERIFIED: 2 accounts')
      for (const address of [ANNA, BRUNO])
        expect(run.out).toMatch(new RegExp(`${address} -> .*\\n +not verified: .*gmail\\.readonly.*Manage domain-wide delegation`))
      await admin.authorise(SCOPES.filter((scope) => !/group|usage/.test(scope)))
      const other = await tried(asItIs)
      expect([other.check.code, other.run.code], said(other.run)).toEqual([0, 0])
      expect(said(other.check)).toMatch(/WARNING source: scope admin\.directory\.group\.readonly: Missing.*groups are not named/)
      expect(said(other.check)).toMatch(/WARNING source: scope admin\.reports\.usage\.readonly: Missing.*sizes/)
    } finally {
      await admin.authorise(SCOPES)
    }
  })

  test('whose clock is two hours ahead: ours is told to follow a time server', async () => {
    await lab.workspace.admin.skew(7_200_000)
    try {
      expectRefused(await tried(asItIs), { codes: [3, 3], words: /outside its time[\s\S]*clock is wrong.*NTP/ })
    } finally {
      await lab.workspace.admin.skew(0)
    }
  })

  test('whose project has no Gmail API, or no Admin SDK', async () => {
    const { admin } = lab.workspace
    try {
      await admin.disableApi('admin', true)
      const words = /The Admin SDK API is not enabled[\s\S]*Library > Admin SDK API > Enable/
      expectRefused(await tried(asItIs), { codes: [3, 3], words })
      await admin.disableApi('admin', false)
      await admin.disableApi('gmail', true)
      const { check, run } = await tried(asItIs)
      // Planned by then, so that the pass is held, to go on once it is mended.
      expect([check.code, run.code], said(run)).toEqual([3, 5])
      for (const ended of [check, run]) expect(said(ended)).toMatch(/The Gmail API is not enabled[\s\S]*Library > Gmail API > Enable/)
    } finally {
      await admin.disableApi('admin', false)
      await admin.disableApi('gmail', false)
    }
  })
})

describe('the administrator', () => {
  test('that does not exist', async () => {
    const { check, run } = await tried(source({ admin: at('nobody') }))
    expect([check.code, run.code]).toEqual([3, 3])
    expect(said(check)).toMatch(
      /ERROR +source: administrator nobody@fabrikam\.example: .*no such user in the domain.*\n.*the setting `admin`/,
    )
    expect(said(run)).toMatch(/No token for nobody@fabrikam\.example[\s\S]*the setting `admin`/)
  })

  test('that is none', async () => {
    const words = /may not read the directory[\s\S]*Name an administrator in the setting `admin`/
    expectRefused(await tried(source({ admin: ANNA })), { codes: [3, 3], words })
  })
})

describe('the key file', () => {
  test.each([
    ['that breaks off', (text: string) => text.slice(0, 900), /not the JSON file of a service account/],
    [
      'of another kind',
      () => JSON.stringify({ type: 'authorized_user', refresh_token: 'CANARY-refresh' }),
      /of type authorized_user, and not of/,
    ],
    [
      'whose key is none',
      (text: string) => JSON.stringify({ ...JSON.parse(text), private_key: 'CANARY-key' }),
      /private key .* is not PEM/,
    ],
  ])('%s is refused in words that do not quote it', async (_, broken, words) => {
    const name = `key-${projects}.json`
    await putFile(lab, name, broken(await readFile(join(lab.folder, 'service-account.json'), 'utf8')))
    const both = await tried(source({ key: `file:${name}` }))
    expectRefused(both, { codes: [3, 2], words })
    expect(said(both.check)).toMatch(/IAM & Admin > Service Accounts > Keys > Add key > JSON/)
  })

  test('that is not there', async () => {
    expectRefused(await tried(source({ key: 'file:gone.json' })), {
      codes: [2, 2],
      words: /source\.key: The secret file gone\.json .* no such file/,
    })
  })
})

describe('the table', () => {
  test('accounts that cannot be read are named one by one with the reason, and the others are moved', async () => {
    const { check, run } = await tried(asItIs, [ANNA, SUSPENDED, NO_GMAIL, GROUP])
    expect([check.code, run.code]).toEqual([3, 3])
    expect(said(check)).toMatch(/ERROR +source: suspended@fabrikam\.example: The user is suspended.*Reactivate it/)
    expect(said(check)).toMatch(/ERROR +source: nogmail@fabrikam\.example: The user has no Gmail.*\n +Leave it out/)
    expect(said(check)).toMatch(/ERROR +source: team@fabrikam\.example: A group has members and no mailbox.*\n +Leave it out/)
    expect(said(check).match(/ERROR/g)).toHaveLength(3)
    expect(said(check)).not.toMatch(/(ERROR|WARNING) .*anna@/)
    // The lines of the table are named before anything starts.
    for (const [line, words] of [
      [3, 'The user is suspended'],
      [4, 'The user has no Gmail'],
      [5, 'A group has members'],
    ] as const)
      expect(run.err).toMatch(new RegExp(`\\.csv:${line}: warning: ${words}`))
    expect(run.out).toMatch(/NOT VERIFIED: 3 accounts/)
    expect(run.out).toMatch(/suspended@fabrikam\.example -> .*\n +not verified: .*suspended/)
    expect(run.out).toMatch(/nogmail@fabrikam\.example -> .*\n +not verified: There is no Gmail behind.*Gmail > Service status/)
    expect(run.out).toMatch(/team@fabrikam\.example -> .*\n +not verified: .*or a group/)
    expect(await auditGmailOf(lab, ANNA)).toEqual({ expected: 4, found: 4, lost: [], doubled: [] })
  })

  test('an alias is the user whose alias it is, and the same user twice is refused with the line', async () => {
    const { check, run } = await tried(asItIs, [ALIAS])
    expect([check.code, run.code], said(run)).toEqual([0, 0])
    const copies = await lab.dovecot.doveadm('search', '-u', lab.loginOf(ALIAS), 'all')
    expect(copies.trim().split('\n')).toHaveLength(4)
    const twice = await tried(asItIs, [ANNA, ALIAS])
    expect([twice.check.code, twice.run.code]).toEqual([2, 2])
    expect(said(twice.run)).toMatch(/\.csv:3: This is another name of the account on line 2/)
  })
})

describe('in the end', () => {
  test('a key that was deleted, and what has been done by then stays', async () => {
    await lab.workspace.admin.deleteKey()
    const words = /the key is not known any more[\s\S]*Make a new key .* Add key/
    expectRefused(await tried(asItIs), { codes: [3, 3], words })
  })

  test('no secret is in anything that was said, in Redis, on its disk or in logs, and nobody was shown a stack', async () => {
    const lines = privateKey.split('\n').filter((line) => line.length === 64)
    expect(lines.length).toBeGreaterThan(20)
    const everything = {
      said: seen.join('\n'),
      redis: await inRedis(lab.redis),
      disk: await allFiles(lab.redis.folder),
      logs: await allFiles(join(lab.folder, '.offramp')),
    }
    for (const [where, text] of Object.entries(everything)) {
      expect(text.length, where).toBeGreaterThan(500)
      for (const secret of [...lines, 'PRIVATE KEY', 'CANARY', 'ya29.', 'Bearer '])
        expect([where, text.includes(secret)]).toEqual([where, false])
      // Neither a token nor an assertion.
      expect(tokensIn(text)).toEqual([])
    }
    expect(everything.said).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
    expect(everything.said).not.toMatch(/Something went wrong inside Offramp/)
  })
})

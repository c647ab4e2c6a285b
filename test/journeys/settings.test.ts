import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, type Lab, startLab } from '../lab/lab.ts'
import { jsonLines } from '../lab/operator.ts'
import { startWorkspaceLab } from '../lab/workspace-lab.ts'
import { type Sieve, startSieve } from '../servers/sieve.ts'

/** As the emulated tenant has them: names that people give and programs trip over. */
const ODD = [
  'A/B',
  'Dr. Jones',
  ' leading and trailing ',
  '🎉 Party 👩‍💻',
  'inbox',
  '日本語',
  'O\'Neil "quoted"',
  '*wild?',
  '~tilde',
  'back\\slash',
]
const ANNA = 'anna@contoso.example'
const BRUNO = 'bruno@contoso.example'

interface Line {
  readonly type: string
  readonly account?: string
  readonly rules?: { readonly total: number; readonly said: number; readonly off: number }
  readonly losses?: readonly string[]
  readonly files?: { readonly json: string; readonly sieve?: string }
  readonly why?: string
}

let lab: Lab
let sieve: Sieve
let run: Ended
let lines: readonly Line[]

beforeAll(async () => {
  sieve = await startSieve()
  lab = await startLab({
    accounts: [
      {
        address: ANNA,
        messages: 30,
        oddNames: true,
        rules: [
          ...ODD.map((name, n) => ({
            displayName: `To ${name}`,
            conditions: { subjectContains: [`word-${n}-`] },
            actions: { moveToFolder: [name], markAsRead: true, stopProcessingRules: true },
          })),
          { displayName: 'Bin', conditions: { subjectContains: ['casino'] }, actions: { delete: true, stopProcessingRules: true } },
          { displayName: 'Mail', conditions: { isVoicemail: true }, actions: { markAsRead: true } },
          { displayName: 'Lost', conditions: { sentToMe: true }, actions: { moveToFolder: ['Deleted since'] } },
          { displayName: 'Off', isEnabled: false, conditions: { subjectContains: ['x'] }, actions: { delete: true } },
          { displayName: 'Boss', actions: { forwardTo: [{ emailAddress: { address: 'boss@contoso.example' } }] } },
        ],
        automaticReplies: {
          status: 'alwaysEnabled',
          externalAudience: 'none',
          internalReplyMessage: '<html><body><p>Bin im Urlaub &amp; weg</p></body></html>',
        },
      },
      { address: BRUNO, language: 'de-DE', messages: 20, rules: [{ displayName: 'Weg', actions: { delete: true } }] },
      { address: 'gone@contoso.example', mailbox: 'none' },
    ],
    tenant: { quirks: { regenerateMime: false } },
    settings: { verifySample: 0 },
  })
  const moved = await lab.offramp('run', '--workers', '1')
  if (!moved.out.includes('Unexplained remainder: 0')) throw new Error(`${moved.out}\n${moved.err}`)
  run = await lab.offramp('settings', '--json')
  lines = jsonLines<Line>(run)
}, 240_000)

afterAll(async () => {
  await lab?.close()
  await sieve?.close()
})

const scriptOf = async (account: string): Promise<string> =>
  readFile(lines.find((line) => line.account === account)?.files?.sieve ?? 'nowhere', 'utf8')

const mail = (subject: string): string =>
  `From: eva@contoso.example\r\nTo: ${ANNA}\r\nSubject: ${subject}\r\nMessage-ID: <1@x>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\r\nHi\r\n`

test('one account without a mailbox is named, and the others are written', () => {
  expect(run.code).toBe(3)
  expect(lines.map(({ type, account, why }) => [type, account, why === undefined])).toEqual([
    ['settings', ANNA, true],
    ['settings', BRUNO, true],
    ['settings', 'gone@contoso.example', false],
    ['end', undefined, true],
  ])
})

test('each rule files into the very folder that the migration has made', async () => {
  const script = await scriptOf(ANNA)
  expect(await sieve.compile(script, true)).toBe('')
  const there = (await lab.dovecot.doveadm('mailbox', 'list', '-8', '-u', lab.loginOf(ANNA))).split('\n')
  const used = new Set<string>()
  for (const n of ODD.keys()) {
    const { copies } = await sieve.deliver(script, mail(`about word-${n}- and more`), ANNA)
    expect(copies).toMatchObject([{ flags: ['\\seen'] }])
    expect(there).toContain(copies[0]?.folder)
    used.add(copies[0]?.folder ?? '')
  }
  expect(used.size).toBe(ODD.length)
  expect((await sieve.deliver(script, mail('casino'), ANNA)).copies).toEqual([{ folder: 'Trash', flags: [] }])
  expect(await sieve.deliver(await scriptOf(BRUNO), mail('any'), BRUNO)).toMatchObject({ copies: [{ folder: 'Trash' }], reply: undefined })
})

test('nothing is forwarded, colleagues are answered, and what is lost is said', async () => {
  const script = await scriptOf(ANNA)
  const { copies, redirects, reply } = await sieve.deliver(script, mail('plain'), ANNA)
  expect(copies).toEqual([{ folder: 'INBOX', flags: [] }])
  expect(redirects).toEqual([])
  expect(reply).toContain('Bin im Urlaub & weg')
  const anna = lines.find((line) => line.account === ANNA)
  expect(anna?.rules).toEqual({ total: ODD.length + 5, said: ODD.length + 1, off: 1 })
  for (const said of [
    '“Mail”: it asks whether a message is a voice mail',
    '“Lost”: it files into a folder that is no longer there',
    '“Boss”: it forwards to boss@',
  ])
    expect(anna?.losses?.join('\n')).toContain(said)
  const file: unknown = JSON.parse(await readFile(anna?.files?.json ?? '', 'utf8'))
  expect(file).toMatchObject({ format: 'offramp-settings-1', raw: { messageRules: { length: ODD.length + 5 } } })
})

test('forwarding is switched on where the operator asks for it', async () => {
  const again = await lab.offramp('settings', '--json', '--with-forwarding', '--account', ANNA)
  expect(again.code).toBe(0)
  expect((await sieve.deliver(await scriptOf(ANNA), mail('plain'), ANNA)).redirects).toEqual(['boss@contoso.example'])
})

test('the provider has no complaint', async () => {
  expect(await lab.tenant.violations()).toEqual([])
})

test('a Google Workspace is exported in the same way', async () => {
  const eva = 'eva@fabrikam.example'
  const domain = await startWorkspaceLab({
    accounts: [
      { address: 'admin@fabrikam.example', admin: true, gmail: 'none' },
      {
        address: eva,
        messages: [{ labels: ['INBOX', 'Clients/A "B"'], count: 3 }],
        settings: {
          filters: [{ id: 'f', criteria: { subject: 'offer' }, action: { removeLabelIds: ['INBOX', 'UNREAD'] } }],
          autoForwarding: { enabled: true, emailAddress: 'me@home.example', disposition: 'leaveInInbox' },
        },
      },
    ],
    settings: { verifySample: 0 },
  })
  try {
    const ended = await domain.offramp('settings', '--json')
    const [line] = jsonLines<Line>(ended)
    expect([ended.code, line?.account, line?.rules]).toEqual([0, eva, { total: 1, said: 1, off: 0 }])
    const script = await readFile(line?.files?.sieve ?? 'nowhere', 'utf8')
    const offer = await sieve.deliver(script, mail('an offer'), eva)
    expect(offer).toEqual({ copies: [{ folder: 'Archive', flags: ['\\seen'] }], redirects: [], reply: undefined })
    expect(line?.losses?.join()).toContain('me@home.example')
    expect(await domain.workspace.violations()).toEqual([])
  } finally {
    await domain.close()
  }
}, 120_000)

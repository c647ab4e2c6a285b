/**
 * `npm run demo`: a whole migration on this machine, with real parts where users have them. Half-way a worker is killed; at the end everything is
 * compared with a client that is not Offramp's. `--keep` leaves it all running until Ctrl-C.
 */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AccountSeed } from '@offramp/emulators'
import { type Audit, audit } from '../lab/audit.ts'
import { type Lab, startLab } from '../lab/lab.ts'
import { MASTER } from '../servers/dovecot.ts'

const { values: flags } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })

const ACCOUNTS: readonly AccountSeed[] = [
  { address: 'anna@contoso.example', displayName: 'Anna Adler', messages: 700, sizes: 'office' },
  { address: 'bruno@contoso.example', displayName: 'Bruno Braun', language: 'de-DE', messages: 1200, sizes: 'small', deepFolders: 6 },
  {
    address: 'chloe@contoso.example',
    displayName: 'Chloé Caron',
    language: 'fr-FR',
    messages: 800,
    sizes: 'small',
    oddNames: true,
    poison: ['corrupt'],
  },
  { address: 'info@contoso.example', displayName: 'Info', purpose: 'shared', messages: 600, sizes: 'small' },
  { address: 'room-1@contoso.example', displayName: 'Room 1', purpose: 'room', messages: 60, sizes: 'small' },
  { address: 'beamer@contoso.example', displayName: 'Projector', purpose: 'equipment', messages: 25, sizes: 'small' },
]

const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const title = (text: string): void => say(`\n${bold(`== ${text}`)}`)

async function show(lab: Lab, ...args: readonly string[]): Promise<number> {
  say(`$ offramp ${args.join(' ')}`)
  return new Promise((resolve) => lab.spawn(args, 'inherit').once('exit', (code) => resolve(code ?? 1)))
}

/** Of the long answer, a line an account. */
async function discover(lab: Lab): Promise<boolean> {
  say('$ offramp discover        (folders left out here)')
  const { code, out, err } = await lab.offramp('discover')
  say(
    `${out
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('  '))
      .join('\n')}${err}`,
  )
  return code === 0
}

interface Status {
  readonly lanes: readonly { readonly counts: { readonly arrived: number; readonly listed: number } }[]
  readonly workers: readonly { readonly pid: number; readonly lanes: number }[]
}

/** Looks until half of all messages have arrived, then kills a busy worker as a power cut would. */
async function killHalfWay(lab: Lab, half: number, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const { code, out } = await lab.offramp('status', '--json')
    if (code === 0) {
      const { lanes, workers }: Status = JSON.parse(out)
      const arrived = lanes.reduce((sum, { counts }) => sum + counts.arrived, 0)
      const busy = workers.find((worker) => worker.lanes > 0)
      if (arrived >= half && busy) {
        process.kill(busy.pid, 'SIGKILL')
        say(`\n${bold(`>> kill -9 ${busy.pid}`)}: a worker is gone in the middle of its work, after ${arrived} messages.\n`)
        return
      }
    }
  }
}

async function runWithAKill(lab: Lab): Promise<number> {
  say('$ offramp run --workers 2')
  const over = new AbortController()
  const run = lab.spawn(['run', '--workers', '2'], 'inherit')
  const total = ACCOUNTS.reduce((sum, { messages }) => sum + (typeof messages === 'number' ? messages : 0), 0)
  const killing = killHalfWay(lab, total / 2, over.signal)
  const code = await new Promise<number>((resolve) => run.once('exit', (status) => resolve(status ?? 1)))
  over.abort()
  await killing
  return code
}

/** What people do while their mailbox is being moved. */
async function someWork(lab: Lab): Promise<void> {
  const anna = lab.tenant.mailbox('anna@contoso.example')
  const [first, second, third] = (await anna.messages()).filter(({ folder, read }) => folder.length === 1 && !read)
  const text =
    'From: Bruno <bruno@contoso.example>\r\nTo: anna@contoso.example\r\nSubject: Lunch?\r\nMessage-ID: <lunch@contoso.example>\r\n\r\nAt noon?\r\n'
  await anna.add(['Inbox'], Buffer.from(text), { receivedAt: Date.now() })
  if (first) await anna.mark(first.id, { read: true, flag: 'flagged' })
  if (second) await anna.move(second.id, ['Archive'])
  if (third) await anna.move(third.id, ['Deleted Items'])
}

async function compare(lab: Lab): Promise<boolean> {
  const rows: { readonly who: string; readonly found: Audit }[] = []
  for (const { address } of ACCOUNTS) {
    const mailbox = lab.tenant.mailbox(address)
    const unmovable = new Set((await mailbox.messages()).filter(({ poison }) => poison !== undefined).map(({ id }) => id))
    const raw = await lab.dovecot.raw(lab.loginOf(address))
    rows.push({ who: address, found: await audit(mailbox, raw, unmovable) })
    raw.close()
  }
  for (const { who, found } of rows) {
    say(
      `  ${who.padEnd(24)} ${String(found.expected).padStart(6)} expected ${String(found.found).padStart(6)} found ${found.lost.length} lost ${found.doubled.length} doubled`,
    )
    for (const subject of [...found.lost.slice(0, 5), ...found.doubled.slice(0, 5)]) say(`    ! ${subject}`)
  }
  return rows.every(({ found }) => found.lost.length + found.doubled.length === 0)
}

async function main(lab: Lab): Promise<number> {
  title('Both ends are checked before anything moves')
  if ((await show(lab, 'check')) !== 0) return 1
  title('What there is')
  if (!(await discover(lab))) return 1
  title('The first pass; half-way, a worker is killed')
  const moved = await runWithAKill(lab)
  if (moved !== 0) return moved
  title('Anna goes on working: a mail comes, one is flagged, two are moved. The delta pass carries it over')
  await someWork(lab)
  const delta = await show(lab, 'run', '--workers', '1')
  if (delta !== 0) return delta
  title('A second pair of eyes: byte by byte, over raw IMAP, without Offramp')
  const same = await compare(lab)
  const violations = await lab.tenant.violations()
  say(`  Rules of the provider that were broken: ${violations.length}`)
  for (const violation of violations.slice(0, 5)) say(`    ! ${violation}`)
  say(`\nThe reports and the workers' logs are in ${await keepPapers(lab)}`)
  return same && violations.length === 0 ? 0 : 1
}

/** What a person may want to read after the laboratory is gone. */
async function keepPapers(lab: Lab): Promise<string> {
  const folder = new URL('../../.offramp/demo/', import.meta.url).pathname
  await rm(folder, { recursive: true, force: true })
  await cp(join(lab.folder, '.offramp'), folder, { recursive: true })
  return folder
}

function howToLogIn(lab: Lab): void {
  title('Everything is left running. Ctrl-C ends it')
  say(`  IMAP      localhost:${lab.dovecot.imapsPort} (TLS, CA ${lab.folder}/dovecot-ca.pem), localhost:${lab.dovecot.imapPort} (plain)`)
  for (const [login, password] of Object.entries(lab.dovecot.users)) say(`            ${login}   password: ${password}`)
  say(`            master user: <login>*${MASTER.user}   password: ${MASTER.pass}`)
  say(`  Graph     ${lab.tenant.graphUrl} (CA ${lab.folder}/tenant-ca.pem), tenant ${lab.tenant.tenantId}, app ${lab.tenant.clientId}`)
  say(`  Redis     ${lab.redis.url}`)
  say(`  Project   cd ${lab.folder} && offramp status`)
}

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    // Keeps the process alive; nothing else does.
    const timer = setInterval(() => {}, 3_600_000)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(timer)
        resolve()
      })
    }
  })

const began = performance.now()
title('Starting a private Redis, an emulated Microsoft 365 tenant and a real Dovecot')
const lab = await startLab({
  accounts: ACCOUNTS,
  tenant: {
    // The audit compares bytes, so boundaries stay as they were first written.
    quirks: { regenerateMime: false },
    faults: [
      { path: '/\\$value$', mailbox: 'anna@contoso.example', when: { nth: 500 }, effect: { kind: 'throttle', retryAfter: 6 } },
      { path: '/\\$value$', when: { every: 701 }, effect: { kind: 'status', status: 503, body: 'html' } },
      { path: '/\\$value$', when: { every: 997 }, effect: { kind: 'reset', afterBytes: 100 } },
    ],
  },
  settings: { verifySample: 0.1, limits: { putSeconds: 5, sliceSeconds: 5 } },
})
try {
  process.exitCode = await main(lab)
  say(`\n${process.exitCode === 0 ? 'All is well' : 'Something is wrong'}; it took ${((performance.now() - began) / 1000).toFixed(0)} s.`)
  if (flags.keep) {
    howToLogIn(lab)
    await untilInterrupted()
  }
} finally {
  await lab.close()
}

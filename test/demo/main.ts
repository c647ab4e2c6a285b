/**
 * `npm run demo`: two migrations at once on this machine, with real parts where users have them: one out of a Microsoft 365 tenant into Dovecot and
 * Radicale, one out of a Google Workspace domain into Dovecot and an emulated Nextcloud that invites guests as the real one does, side by side
 * on the same workers. Each account's mail, calendars, contacts, tasks and files (both into the Nextcloud) move as one mapping. Half-way a worker is killed; at the end everything is compared with a client that is
 * not Offramp's. `--keep` leaves it all running until Ctrl-C.
 */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MASTER } from '../servers/dovecot.ts'
import { compareGroupware, compareMail } from './compare.ts'
import { compareFiles } from './files.ts'
import { BOTH, CONTOSO, CONTOSO_FILE, type Demo, FABRIKAM, FABRIKAM_FILE, startDemo } from './scene.ts'

const { values: flags } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })

const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const title = (text: string): void => say(`\n${bold(`== ${text}`)}`)

async function show({ lab }: Demo, ...args: readonly string[]): Promise<number> {
  say(`$ offramp ${args.join(' ')}`)
  return new Promise((resolve) => lab.spawn(args, 'inherit').once('exit', (code) => resolve(code ?? 1)))
}

/** Of the long answer, a line an account. */
async function discover({ lab }: Demo, project: string): Promise<boolean> {
  say(`$ offramp discover --project ${project}        (folders left out here)`)
  const { code, out, err } = await lab.offramp('discover', '--project', project)
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

async function statusOf({ lab }: Demo, project: string): Promise<Status | undefined> {
  const { code, out } = await lab.offramp('status', '--json', '--project', project)
  return code === 0 ? JSON.parse(out) : undefined
}

/** Looks until half of all messages have arrived, then kills a busy worker as a power cut would. */
async function killHalfWay(demo: Demo, half: number, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const found = (await Promise.all([statusOf(demo, CONTOSO_FILE), statusOf(demo, FABRIKAM_FILE)])).filter((one) => one !== undefined)
    const arrived = found.flatMap(({ lanes }) => lanes).reduce((sum, { counts }) => sum + counts.arrived, 0)
    const busy = found.flatMap(({ workers }) => workers).find((worker) => worker.lanes > 0)
    if (arrived < half || !busy) continue
    process.kill(busy.pid, 'SIGKILL')
    say(`\n${bold(`>> kill -9 ${busy.pid}`)}: a worker is gone in the middle of its work, after ${arrived} messages.\n`)
    return
  }
}

async function runWithAKill(demo: Demo): Promise<number> {
  const args = ['run', ...BOTH, '--workers', '2']
  say(`$ offramp ${args.join(' ')}`)
  const over = new AbortController()
  const run = demo.lab.spawn(args, 'inherit')
  const seeds = [...CONTOSO, ...FABRIKAM]
  const total = seeds.reduce((sum, { messages }) => sum + (typeof messages === 'number' ? messages : 0), 0)
  const killing = killHalfWay(demo, total / 2, over.signal)
  const code = await new Promise<number>((resolve) => run.once('exit', (status) => resolve(status ?? 1)))
  over.abort()
  await killing
  return code
}

const mailFrom = (who: string, id: string): Buffer =>
  Buffer.from(`From: Bruno <bruno@contoso.example>\r\nTo: ${who}\r\nSubject: Lunch?\r\nMessage-ID: <${id}>\r\n\r\nAt noon?\r\n`)

/** What people do while their mailbox is being moved. */
async function someWork({ tenant, workspace }: Demo): Promise<void> {
  const anna = tenant.mailbox('anna@contoso.example')
  const [first, second, third] = (await anna.messages()).filter(({ folder, read }) => folder.length === 1 && !read)
  await anna.add(['Inbox'], mailFrom('anna@contoso.example', 'lunch@contoso.example'), { receivedAt: Date.now() })
  if (first) await anna.mark(first.id, { read: true, flag: 'flagged' })
  if (second) await anna.move(second.id, ['Archive'])
  if (third) await anna.move(third.id, ['Deleted Items'])
  const desk = tenant.outlook('anna@contoso.example')
  const series = (await desk.events()).find(({ isSeries }) => isSeries)
  if (series) await desk.editEvent(series.id, { subject: 'Moved to the new room' })
  const dora = workspace.mailbox('dora@fabrikam.example')
  const inbox = (await dora.messages()).filter(({ labelIds }) => labelIds.includes('INBOX') && !labelIds.includes('CHAT'))
  await dora.add(mailFrom('dora@fabrikam.example', 'lunch@fabrikam.example'), { internalDate: Date.now() })
  if (inbox[0]) await dora.relabel(inbox[0].id, { add: ['STARRED', 'Clients/Lunch'] })
  if (inbox[1]) await dora.relabel(inbox[1].id, { remove: ['INBOX'] })
  if (inbox[2]) await dora.trash(inbox[2].id)
}

async function main(demo: Demo): Promise<number> {
  title('Both ends of both projects are checked before anything moves')
  for (const project of [CONTOSO_FILE, FABRIKAM_FILE]) if ((await show(demo, 'check', '--project', project)) !== 0) return 1
  title('What there is')
  for (const project of [CONTOSO_FILE, FABRIKAM_FILE]) if (!(await discover(demo, project))) return 1
  title('The first pass of both, on the same two workers; half-way, one of them is killed')
  const moved = await runWithAKill(demo)
  if (moved !== 0) return moved
  title(
    'Anna and Dora go on working: a mail comes, one is flagged, two are moved, a series of meetings gets another title. The delta pass carries it over',
  )
  await someWork(demo)
  const delta = await show(demo, 'run', ...BOTH, '--workers', '1')
  if (delta !== 0) return delta
  title('Who may see what: first listed, then given at the Nextcloud, never wider than before')
  if ((await show(demo, 'exposure', '--project', CONTOSO_FILE)) !== 0) return 1
  if ((await show(demo, 'shares', '--project', CONTOSO_FILE, '--apply')) !== 0) return 1
  title('A second pair of eyes: byte by byte, over raw IMAP and WebDAV, without Offramp')
  const same = [await compareMail(demo), await compareGroupware(demo), await compareFiles(demo)].every(Boolean)
  const violations = [...(await demo.tenant.violations()), ...(await demo.workspace.violations()), ...(await demo.cloud.violations())]
  say(`  Rules of the providers that were broken: ${violations.length}`)
  for (const violation of violations.slice(0, 5)) say(`    ! ${violation}`)
  say(`\nThe reports and the workers' logs are in ${await keepPapers(demo)}`)
  return same && violations.length === 0 ? 0 : 1
}

/** What a person may want to read after the laboratory is gone. */
async function keepPapers({ lab }: Demo): Promise<string> {
  const folder = new URL('../../.offramp/demo/', import.meta.url).pathname
  await rm(folder, { recursive: true, force: true })
  for (const name of ['contoso', 'fabrikam']) await cp(join(lab.folder, name, '.offramp'), join(folder, name), { recursive: true })
  return folder
}

function howToLogIn({ lab, tenant, workspace, radicale, cloud }: Demo): void {
  const { dovecot, redis, folder } = lab
  title('Everything is left running. Ctrl-C ends it')
  say(`  IMAP      localhost:${dovecot.imapsPort} (TLS, CA ${folder}/contoso/dovecot-ca.pem), localhost:${dovecot.imapPort} (plain)`)
  for (const [login, password] of Object.entries(dovecot.users)) say(`            ${login}   password: ${password}`)
  say(`            master user: <login>*${MASTER.user}   password: ${MASTER.pass}`)
  say(`  Radicale  ${radicale.url} (the same logins and passwords)`)
  say(`  Nextcloud ${cloud.url} (CA ${folder}/fabrikam/cloud-ca.pem), app passwords in ${folder}/fabrikam/cloud-passwords`)
  say(`  Graph     ${tenant.graphUrl} (CA ${folder}/contoso/tenant-ca.pem), tenant ${tenant.tenantId}, app ${tenant.clientId}`)
  say(`  Gmail     ${workspace.url} (CA ${folder}/fabrikam/workspace-ca.pem), service account ${workspace.clientEmail}`)
  say(`  Redis     ${redis.url}`)
  say(`  Projects  cd ${folder} && offramp status --project ${CONTOSO_FILE}`)
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
title('Starting a private Redis, a real Dovecot and Radicale, an emulated Nextcloud, Microsoft 365 tenant and Google Workspace domain')
const demo = await startDemo()
try {
  process.exitCode = await main(demo)
  say(`\n${process.exitCode === 0 ? 'All is well' : 'Something is wrong'}; it took ${((performance.now() - began) / 1000).toFixed(0)} s.`)
  if (flags.keep) {
    howToLogIn(demo)
    await untilInterrupted()
  }
} finally {
  await Promise.all([demo.lab.close(), demo.radicale.stop(), demo.cloud.stop(), demo.tenant.stop(), demo.workspace.stop()])
}

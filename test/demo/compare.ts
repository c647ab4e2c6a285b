import { type Audit, audit, auditGmail } from '../lab/audit.ts'
import { auditOutlook, auditWork, type GroupwareAudit } from '../lab/audit-groupware.ts'
import { radicaleStore } from '../servers/radicale.ts'
import { CONTOSO, type Demo, FABRIKAM } from './scene.ts'

/** Whose calendars, contacts and tasks the audit looks at. */
const PLANNERS = ['anna@contoso.example', 'bruno@contoso.example', 'dora@fabrikam.example'] as const

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function auditOf({ lab, tenant, workspace }: Demo, address: string): Promise<Audit> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  try {
    if (address.endsWith('@fabrikam.example')) return await auditGmail(workspace.mailbox(address), raw)
    const mailbox = tenant.mailbox(address)
    const unmovable = new Set((await mailbox.messages()).filter(({ poison }) => poison !== undefined).map(({ id }) => id))
    return await audit(mailbox, raw, unmovable)
  } finally {
    raw.close()
  }
}

/** Mail as it stands in Dovecot, over raw IMAP. */
export async function compareMail(demo: Demo): Promise<boolean> {
  let same = true
  for (const { address } of [...CONTOSO, ...FABRIKAM]) {
    const { expected, found, lost, doubled } = await auditOf(demo, address)
    const counts = `${String(expected).padStart(6)} expected ${String(found).padStart(6)} found`
    say(`  ${address.padEnd(24)} ${counts} ${lost.length} lost ${doubled.length} doubled`)
    for (const subject of [...lost.slice(0, 5), ...doubled.slice(0, 5)]) say(`    ! ${subject}`)
    same &&= lost.length + doubled.length === 0
  }
  return same
}

async function groupwareOf({ lab, tenant, workspace, radicale, cloud }: Demo, address: string): Promise<GroupwareAudit> {
  const login = lab.loginOf(address)
  if (address.endsWith('@fabrikam.example')) {
    // The Nextcloud makes a calendar of its own from the birthdays of contacts.
    const stored = [
      ...(await cloud.user(login).stored('calendars')).filter(({ path }) => !path.startsWith('calendars/contact_birthdays/')),
      ...(await cloud.user(login).stored('addressbooks')),
    ]
    return auditWork(
      workspace.work(address),
      stored.map(({ text }) => text),
    )
  }
  const objects = (await radicaleStore(radicale, login)).flatMap((collection) => [...collection.objects.values()])
  return auditOutlook(tenant.outlook(address), objects)
}

/** Calendars, contacts and tasks as they stand in the files of Radicale and in the emulated Nextcloud. */
export async function compareGroupware(demo: Demo): Promise<boolean> {
  let same = true
  for (const address of PLANNERS) {
    for (const [kind, { expected, found, lost, doubled }] of Object.entries(await groupwareOf(demo, address))) {
      const counts = `${String(expected).padStart(6)} expected ${String(found).padStart(6)} found`
      say(`  ${`${address} ${kind}`.padEnd(32)} ${counts} ${lost.length} lost ${doubled.length} doubled`)
      for (const name of [...lost.slice(0, 5), ...doubled.slice(0, 5)]) say(`    ! ${name}`)
      same &&= lost.length + doubled.length === 0
    }
  }
  const [mails, writes] = [await demo.cloud.mails(), await demo.cloud.writes()]
  const foreign = writes.filter(({ by, user, home }) => by === 'scheduling' || user !== home)
  say(
    `  Invitations, replies and cancellations that the Nextcloud sent: ${mails.length}; writes into other people's calendars: ${foreign.length}`,
  )
  return same && mails.length + foreign.length === 0
}

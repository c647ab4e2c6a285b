import type { Account, AutomaticReply, Call, MailSettings, ReplyText } from '@offramp/core'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { type Graph, type GraphClient, linkOf } from './client.ts'
import { mailRules } from './mail-rules.ts'

/** Read by what Graph v1.0 offers, 2026-08. Each of these is a page in the admin center or a cmdlet of Exchange Online. */
const UNTOLD: readonly string[] = [
  'Whether the administrator forwards the whole mailbox is not told by Graph: look at Get-Mailbox (ForwardingSmtpAddress, ForwardingAddress, DeliverToMailboxAndForward).',
  'Who may open the mailbox or send in its name is not told by Graph: look at Get-MailboxPermission and Get-RecipientPermission.',
  'Signatures are not told by Graph: those of Outlook on the web and of the desktop have to be copied by hand.',
  'Rules that only Outlook on the desktop carries out, blocked and safe senders, sweep rules and the choices of Focused Inbox are not told by Graph as inbox rules.',
]

/** Reads the rules of an inbox and the automatic reply. Two or more requests, of the mailbox's quota. */
export async function readMailSettings(graph: Graph, account: Account, call: Call): Promise<MailSettings> {
  const mailbox = graph.mailbox(account)
  const user = `/users/${encodeURIComponent(account.id)}`
  const rules = await readRules(mailbox, user, call)
  const settings = await mailbox.json({ path: `${user}/mailboxSettings`, asks: 'mailbox' }, call)
  const reply = automaticReply(objectOf(settings['automaticRepliesSetting']))
  return {
    ruleOrder: 'in-order',
    rules: mailRules(rules),
    ...(reply === undefined ? {} : { automaticReply: reply }),
    identities: [account.name, ...(account.aliases ?? [])].map((address, at) => ({
      address,
      ...(at === 0 ? { primary: true } : {}),
      ...(at === 0 && account.displayName !== undefined ? { name: account.displayName } : {}),
    })),
    delegates: [],
    untold: UNTOLD,
    raw: { messageRules: rules, mailboxSettings: settings },
  }
}

async function readRules(mailbox: GraphClient, user: string, call: Call): Promise<readonly Json[]> {
  const rules: Json[] = []
  let path: string | undefined = `${user}/mailFolders/inbox/messageRules`
  while (path !== undefined) {
    const page: Json = await mailbox.json({ path, asks: 'mailbox' }, call)
    rules.push(...objectsOf(page['value']))
    path = linkOf(page, '@odata.nextLink')
  }
  return rules
}

const replyText = (html: unknown): ReplyText | undefined => {
  const text = textOf(html)
  if (text === undefined) return undefined
  // What was set by a program may be plain; what Outlook sets is always a page.
  return /<\w/.test(text) ? { html: text } : { text }
}

const AUDIENCE: Readonly<Record<string, AutomaticReply['externalAudience']>> = { none: 'none', contactsOnly: 'contacts', all: 'all' }

/** Undefined where nothing has ever been set. */
export function automaticReply(setting: Json): AutomaticReply | undefined {
  const [internal, external] = [replyText(setting['internalReplyMessage']), replyText(setting['externalReplyMessage'])]
  const status = textOf(setting['status']) ?? 'disabled'
  if (internal === undefined && external === undefined && status === 'disabled') return undefined
  const scheduled = status === 'scheduled'
  const [start, end] = scheduled
    ? [moment(setting['scheduledStartDateTime']), moment(setting['scheduledEndDateTime'])]
    : [undefined, undefined]
  const unclear = scheduled && (start === undefined || end === undefined)
  return {
    enabled: status !== 'disabled',
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(internal === undefined ? {} : { internal }),
    ...(external === undefined ? {} : { external }),
    // An unknown audience is answered as the closest of the known.
    externalAudience: AUDIENCE[textOf(setting['externalAudience']) ?? ''] ?? 'none',
    ...(unclear
      ? { unclear: ['when it begins or ends is given in a time zone that is not known here, so that it is written as a comment only'] }
      : {}),
  }
}

/** A `dateTimeTimeZone`. Graph gives UTC where no other zone is asked for; it is written with seven decimals and no offset. */
function moment(value: unknown): number | undefined {
  const { dateTime, timeZone } = objectOf(value)
  const [, local] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d*)?Z?$/.exec(textOf(dateTime) ?? '') ?? []
  if (local === undefined) return undefined
  const time = Date.parse(`${local}Z`)
  const zone = textOf(timeZone) ?? 'UTC'
  if (Number.isNaN(time)) return undefined
  return /^(UTC|GMT|tzone:\/\/Microsoft\/Utc|Etc\/(UTC|GMT))$/i.test(zone) ? time : inZone(time, zone)
}

/** What the clock on the wall says, as a moment. Undefined for a zone that is not of the IANA database (Windows has names of its own). */
function inZone(wall: number, zone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    const shown = (time: number): number => Date.parse(`${format.format(time).replace(' ', 'T')}Z`)
    const guess = wall - (shown(wall) - wall)
    return guess - (shown(guess) - wall)
  } catch {
    return undefined
  }
}

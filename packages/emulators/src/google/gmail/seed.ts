import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Profile } from '../../generate/kinds.ts'
import { type MailOrigin, specAt } from '../../generate/plan.ts'
import { hash32, randomFrom } from '../../generate/random.ts'
import { bodyOfBytes, bodyOfFile, factsOf, type MailBody } from '../../mail/body.ts'
import type { LabelSeed, WorkspaceAccountSeed } from '../options.ts'
import { AWKWARD, chatBytes } from './awkward.ts'
import { ODD_LABELS } from './labels.ts'
import type { GmailMailbox } from './mailbox.ts'

const NEWEST = Date.UTC(2026, 5, 1)
const YEARS_15 = 15 * 365 * 86_400_000

/** Shares of a plain number of messages; the rest is in the inbox. */
const SPREAD: readonly (readonly [readonly string[], number])[] = [
  [['SENT'], 0.18],
  [[], 0.15],
  [['Projects'], 0.1],
  [['INBOX', 'Projects/2019', 'Customers'], 0.06],
  [['Clients/North'], 0.05],
  [['TRASH'], 0.03],
  [['TRASH', 'Projects'], 0.01],
  [['SPAM'], 0.03],
  [['DRAFT'], 0.03],
  [['INBOX', 'SENT'], 0.02],
  [['INBOX', 'CATEGORY_PROMOTIONS'], 0.04],
]

interface Filling {
  readonly mailbox: GmailMailbox
  readonly origin: MailOrigin
  readonly key: string
  next: number
}

/** Builds labels and messages as the seed says. The same seeds give the same mailbox, ids included. */
export function seedMailbox(mailbox: GmailMailbox, seed: WorkspaceAccountSeed, domainSeed: number): void {
  const key = `${domainSeed}/${mailbox.address}`
  const owner = { name: seed.displayName ?? mailbox.address, address: mailbox.address }
  const filling: Filling = { mailbox, origin: { key, owner, profile: seed.sizes ?? 'small' }, key, next: 0 }
  if (seed.oddLabels) for (const name of ODD_LABELS) addOddly(filling, name)
  for (const plan of planOf(seed.messages ?? 0)) fill(filling, plan)
  if (seed.eml !== undefined) fillFromFiles(filling, seed.eml)
  for (let at = 0; at < (seed.chats ?? 0); at++) addBytes(filling, chatBytes(mailbox.address, at), ['CHAT'])
  for (let at = 0; at < (seed.awkward ?? 0); at++) {
    for (const { bytes, internalDate } of AWKWARD(key, at)) addBytes(filling, bytes, ['INBOX', 'UNREAD'], internalDate)
  }
}

function planOf(messages: number | readonly LabelSeed[]): readonly LabelSeed[] {
  if (typeof messages !== 'number') return messages
  const parts = SPREAD.map(([labels, share]) => ({ labels, count: Math.floor(messages * share) }))
  const inbox = { labels: ['INBOX'], count: messages - parts.reduce((sum, each) => sum + each.count, 0) }
  return [inbox, ...parts].filter(({ count }) => count > 0)
}

/** Ids of labels by id or name; what is missing is made. */
export function labelIds(mailbox: GmailMailbox, names: readonly string[]): string[] {
  return [...new Set(names.map((name) => (mailbox.labelNamed(name) ?? mailbox.addLabel(name)).id))]
}

/** An odd label that is free, with a message in it. */
function addOddly(filling: Filling, name: string): void {
  if (!filling.mailbox.labelNamed(name)) filling.mailbox.addLabel(name)
  const index = filling.next++
  const internalDate = NEWEST - index * 60_000
  const body: MailBody = { from: 'generator', spec: specAt(filling.origin, index, { receivedAt: internalDate, role: 'received' }) }
  filling.mailbox.add({ body, internalDate, labels: [filling.mailbox.labelNamed(name)?.id ?? 'INBOX'] }, 'seed')
}

function roleOf(labels: readonly string[]): 'received' | 'sent' | 'draft' {
  if (labels.includes('DRAFT')) return 'draft'
  return labels.includes('SENT') ? 'sent' : 'received'
}

/** Whatever else Gmail would have put on a message. */
function marksFor(key: string, index: number, labels: readonly string[], profile: Profile): string[] {
  const random = randomFrom(key, 'marks', index)
  const isMail = !labels.includes('SENT') && !labels.includes('DRAFT') && !labels.includes('CHAT')
  return [
    ...(isMail && random.chance(0.25) ? ['UNREAD'] : []),
    ...(random.chance(0.06) ? ['STARRED', ...(random.chance(0.5) ? ['YELLOW_STAR'] : [])] : []),
    ...(isMail && random.chance(0.2) ? ['IMPORTANT'] : []),
    ...(isMail && labels.includes('INBOX') && profile !== 'bench' && random.chance(0.5) ? ['CATEGORY_PERSONAL'] : []),
  ]
}

function fill(filling: Filling, plan: LabelSeed): void {
  const { mailbox, origin, key } = filling
  const own = labelIds(mailbox, plan.labels)
  const role = roleOf(own)
  for (let count = 0; count < plan.count; count++) {
    const index = filling.next++
    const internalDate = NEWEST - Math.floor((hash32(key, 'when', index) / 4_294_967_296) * YEARS_15)
    const body: MailBody = { from: 'generator', spec: specAt(origin, index, { receivedAt: internalDate, role }) }
    const labels = [...new Set([...own, ...marksFor(key, index, own, origin.profile)])]
    // Bench mailboxes are large: their threads are not worth a plan for each message.
    const thread = origin.profile === 'bench' ? undefined : factsOf(body).conversation
    mailbox.add({ body, internalDate, labels, ...(thread !== undefined && { thread }) }, 'seed')
  }
}

function fillFromFiles(filling: Filling, path: string): void {
  const { mailbox, key } = filling
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eml'))
    .sort()
  for (const name of files) {
    const parts = name.split(sep).slice(0, -1)
    const labels = labelIds(mailbox, parts.length === 0 ? ['INBOX'] : [parts.join('/')])
    const body = bodyOfFile(join(path, name))
    const { sentAt, conversation } = factsOf(body)
    const usable = sentAt !== undefined && sentAt > 0 && sentAt < NEWEST
    const internalDate = usable ? sentAt + 30_000 : NEWEST - (hash32(key, name) % YEARS_15)
    mailbox.add({ body, internalDate, labels: [...labels, ...marksFor(key, hash32(name), labels, 'small')], thread: conversation }, 'seed')
  }
}

function addBytes(filling: Filling, bytes: Buffer, labels: readonly string[], internalDate = NEWEST - filling.next * 1000): void {
  filling.next += 1
  filling.mailbox.add({ body: bodyOfBytes(bytes), internalDate, labels }, 'seed')
}

import { kindAt, type MailKind, type Profile, sizesAt } from './kinds.ts'
import { hash32, type Random, randomFrom } from './random.ts'
import { ENGLISH, SCRIPTS, type Script } from './scripts.ts'

export interface Person {
  readonly name: string
  readonly address: string
}

/** Where messages come from: shared by all messages of a mailbox, so that a message itself is only a few numbers. */
export interface MailOrigin {
  /** Decides everything. */
  readonly key: string
  readonly owner: Person
  readonly profile: Profile
}

/** A message that can be written at any time, and always the same. */
export interface MailSpec {
  readonly origin: MailOrigin
  readonly index: number
  readonly kind: MailKind
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number
  /** How it stands to the owner: received by them, sent by them, or not sent yet. */
  readonly role: 'received' | 'sent' | 'draft'
}

export interface AttachmentPlan {
  readonly name: string
  readonly mediaType: string
  readonly size: number
  readonly contentId?: string
}

/** Everything about a message but its bytes. */
export interface MailPlan {
  readonly spec: MailSpec
  readonly script: Script
  readonly charset: string
  readonly from: Person
  readonly to: readonly Person[]
  readonly cc: readonly Person[]
  readonly bcc: readonly Person[]
  readonly subject: string
  readonly messageId: string | undefined
  readonly references: readonly string[]
  readonly date: string | undefined
  readonly sentAt: number
  readonly importance: 'low' | 'normal' | 'high'
  readonly textSize: number
  readonly attachments: readonly AttachmentPlan[]
  /** The message that began the conversation. */
  readonly conversation: number
}

const ATTACHMENTS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['report.pdf', 'application/pdf'],
  ['figures.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['photo.jpg', 'image/jpeg'],
  ['Übersicht März.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['archive.zip', 'application/zip'],
  ['請求書.pdf', 'application/pdf'],
]
const ODD_DATES = [
  '(Invalid)',
  'Tue, 31 Feb 2012 25:61:00 +9900',
  'Thu, 01 Jan 1901 00:00:00 +0000',
  'Sat, 1 Jan 2099 00:00:00 GMT',
  '12/24/2009 3:07 PM',
]
const ZONES = [0, 60, -300, 330, 540]
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const LONGEST_CHAIN = 8

const two = (value: number): string => String(value).padStart(2, '0')

/** RFC 5322 date. `zone` in minutes east of Greenwich. */
export function mailDate(at: number, zone: number): string {
  const local = new Date(at + zone * 60_000)
  const sign = zone < 0 ? '-' : '+'
  const offset = `${sign}${two(Math.floor(Math.abs(zone) / 60))}${two(Math.abs(zone) % 60)}`
  const day = `${DAYS[local.getUTCDay()]}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`
  return `${day} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${offset}`
}

const messageIdOf = (key: string, index: number): string =>
  `<${hash32(key, 'id', index).toString(36)}.${index}.${hash32(key).toString(36)}@mail.fabrikam.example>`

/** The message answered by the `index`th, if it is an answer. */
function parentOf(key: string, index: number): number | undefined {
  const draw = hash32(key, 'parent', index)
  return index === 0 || draw % 3 === 0 ? undefined : index - 1 - (draw % Math.min(index, 4))
}

function chainOf(key: string, index: number): readonly number[] {
  const chain: number[] = []
  for (let parent = parentOf(key, index); parent !== undefined && chain.length < LONGEST_CHAIN; parent = parentOf(key, parent))
    chain.unshift(parent)
  return chain
}

function scriptOf(origin: MailOrigin, conversation: number): Script {
  if (origin.profile === 'bench') return ENGLISH
  const random = randomFrom(origin.key, 'script', conversation)
  return random.chance(0.4) ? ENGLISH : random.pick(SCRIPTS)
}

function topicOf(origin: MailOrigin, conversation: number, script: Script): string {
  const random = randomFrom(origin.key, 'topic', conversation)
  const words = Array.from({ length: random.between(2, 7) }, () => random.pick(script.words))
  return words.join(script.dense ? '' : ' ')
}

function personOf(script: Script, random: Random): Person {
  const at = random.between(0, script.people.length - 1)
  return { name: script.people[at] ?? script.people[0], address: `${script.name}.${at}@fabrikam.example` }
}

function attachmentsOf(kind: MailKind, size: number, random: Random): readonly AttachmentPlan[] {
  const file = (): AttachmentPlan => {
    const [name, mediaType] = random.pick(ATTACHMENTS)
    return { name, mediaType, size: Math.max(1, Math.floor(size * (0.5 + random.next() / 2))) }
  }
  if (kind === 'attachment') return Array.from({ length: random.between(1, 3) }, file)
  if (kind === 'attachment-only') return [file()]
  if (kind === 'many-attachments')
    return Array.from({ length: 500 }, (_, at) => ({ name: `part ${at}.txt`, mediaType: 'application/octet-stream', size: 60 }))
  if (kind === 'winmail') return [{ name: 'winmail.dat', mediaType: 'application/ms-tnef', size }]
  if (kind === 'inline')
    return [{ name: 'image001.png', mediaType: 'image/png', size, contentId: `image001.${random.between(1e6, 9e6)}@fabrikam` }]
  return []
}

function charsetOf(script: Script, kind: MailKind, random: Random): string {
  if (kind === 'raw-utf8') return 'utf-8'
  if (kind === 'raw-latin1') return 'iso-8859-1'
  return script.charset !== undefined && random.chance(0.4) ? script.charset : 'utf-8'
}

function subjectOf(spec: MailSpec, chain: readonly number[], topic: string): string {
  if (spec.kind === 'empty-subject' || spec.kind === 'bare-twin') return ''
  if (spec.kind === 'invitation') return `Invitation: ${topic}`
  if (spec.kind === 'cancellation') return `Canceled: ${topic}`
  if (spec.kind === 'bounce') return `Undeliverable: ${topic}`
  if (spec.kind === 'forwarded' || spec.kind === 'nested') return `Fwd: ${topic}`
  return chain.length > 0 ? `Re: ${topic}` : topic
}

function messageIdFor(spec: MailSpec): string | undefined {
  const { key } = spec.origin
  if (spec.kind === 'no-message-id' || spec.kind === 'bare-twin' || spec.role === 'draft') return undefined
  return messageIdOf(key, spec.kind === 'twin' && spec.index > 0 ? spec.index - 1 : spec.index)
}

function dateFor(spec: MailSpec, sentAt: number, random: Random): string | undefined {
  if (spec.kind === 'no-date' || spec.kind === 'bare-twin' || spec.role === 'draft') return undefined
  if (spec.kind === 'odd-date') return ODD_DATES[spec.index % ODD_DATES.length]
  return mailDate(sentAt, ZONES[random.between(0, ZONES.length - 1)] ?? 0)
}

function recipientsOf(spec: MailSpec, script: Script, random: Random): Pick<MailPlan, 'from' | 'to' | 'cc' | 'bcc'> {
  const { owner } = spec.origin
  const other = personOf(script, random)
  const crowd = (count: number): Person[] =>
    Array.from({ length: count }, (_, at) => ({ name: `Guest ${at}`, address: `guest.${at}@fabrikam.example` }))
  const cc = random.chance(0.3) ? [personOf(ENGLISH, random)] : []
  if (spec.role === 'received')
    return { from: other, to: spec.kind === 'many-recipients' ? [owner, ...crowd(2_000)] : [owner], cc, bcc: [] }
  const bcc = random.chance(0.2) ? [{ name: '', address: 'archive@contoso.example' }] : []
  return { from: owner, to: [other], cc, bcc }
}

/** Decides everything about a message but writes nothing: cheap enough to be done for each listing anew. */
export function planMail(spec: MailSpec): MailPlan {
  const { origin, index, kind } = spec
  const random = randomFrom(origin.key, 'plan', index)
  const chain = kind === 'newsletter' || kind === 'bounce' ? [] : chainOf(origin.key, index)
  const conversation = chain[0] ?? index
  const script = kind === 'raw-latin1' ? (SCRIPTS[1] ?? ENGLISH) : scriptOf(origin, conversation)
  const sizes = sizesAt(origin.key, origin.profile, index)
  const sentAt = spec.receivedAt - random.between(1, 90) * 1000
  return {
    spec,
    script,
    charset: charsetOf(script, kind, random),
    ...recipientsOf(spec, script, random),
    subject: subjectOf(spec, chain, topicOf(origin, conversation, script)),
    messageId: messageIdFor(spec),
    references: chain.map((at) => messageIdOf(origin.key, at)),
    date: dateFor(spec, sentAt, random),
    sentAt,
    importance: random.chance(0.05) ? 'high' : random.chance(0.02) ? 'low' : 'normal',
    textSize: sizes.text,
    attachments: attachmentsOf(kind, sizes.attachment, random),
    conversation,
  }
}

/** Makes the `index`th message of an origin. */
export const specAt = (
  origin: MailOrigin,
  index: number,
  facts: { readonly receivedAt: number; readonly role: MailSpec['role']; readonly kind?: MailKind },
): MailSpec => ({
  origin,
  index,
  kind: facts.kind ?? kindAt(origin.key, origin.profile, index),
  receivedAt: facts.receivedAt,
  role: facts.role,
})

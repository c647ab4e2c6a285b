import { hash32, randomFrom } from './random.ts'

/** What sort of message is written. Each is something that mailboxes are known to hold and programs are known to trip over. */
export const MAIL_KINDS = [
  'plain',
  'alternative',
  'attachment',
  'inline',
  'newsletter',
  'invitation',
  'cancellation',
  'signed',
  'encrypted',
  'forwarded',
  'bounce',
  'no-message-id',
  'twin',
  'no-date',
  'odd-date',
  'bare-lf',
  'nul',
  'long-line',
  'raw-latin1',
  'raw-utf8',
  'empty-subject',
  'empty-body',
  'many-recipients',
  'attachment-only',
  'nested',
] as const

/** Rarer and worse: only the `hostile` profile holds these. */
export const HOSTILE_KINDS = [
  'bare-twin',
  'no-blank-line',
  'many-headers',
  'huge-line',
  'deep',
  'unclosed',
  'many-attachments',
  'winmail',
  'openpgp',
] as const

export type HostileKind = (typeof HOSTILE_KINDS)[number]
export type MailKind = (typeof MAIL_KINDS)[number] | HostileKind

export const isHostile = (kind: MailKind): kind is HostileKind => HOSTILE_KINDS.some((each) => each === kind)

/**
 * How large and how various messages are. `small`: every kind in turn, a few kB each, for tests. `office`: what a mailbox of
 * fifteen years looks like, up to 12 MB. `hostile`: `small` and, in turn with it, what breaks programs (10,000 headers, 500 levels ...). `bench`: plain mail of exactly 20,480 bytes. `large`: attachments of 5 to 50 MB.
 */
export type Profile = 'small' | 'office' | 'bench' | 'large' | 'hostile'

const COMMON: readonly [MailKind, ...MailKind[]] = [
  ...many('plain', 34),
  ...many('alternative', 26),
  ...many('attachment', 12),
  ...many('inline', 6),
  ...many('newsletter', 8),
  ...many('invitation', 3),
  'cancellation',
  'signed',
  'encrypted',
  'forwarded',
  'bounce',
  'nested',
]

function many(kind: MailKind, count: number): [MailKind, ...MailKind[]] {
  return [kind, ...Array.from({ length: count - 1 }, () => kind)]
}

/** The kind of the `index`th message of an origin. */
export function kindAt(key: string, profile: Profile, index: number): MailKind {
  if (profile === 'bench') return 'plain'
  if (profile === 'large') return 'attachment'
  if (profile === 'hostile') return [...MAIL_KINDS, ...HOSTILE_KINDS][index % (MAIL_KINDS.length + HOSTILE_KINDS.length)] ?? 'plain'
  if (profile === 'small') return MAIL_KINDS[(hash32(key) + index) % MAIL_KINDS.length] ?? 'plain'
  const random = randomFrom(key, 'kind', index)
  return random.chance(0.04) ? random.pick(MAIL_KINDS) : random.pick(COMMON)
}

export interface Sizes {
  readonly text: number
  readonly attachment: number
}

/** Bytes of text and of one attachment, before any encoding. */
export function sizesAt(key: string, profile: Profile, index: number): Sizes {
  const random = randomFrom(key, 'size', index)
  if (profile === 'bench') return { text: 0, attachment: 0 }
  if (profile === 'small' || profile === 'hostile') return { text: random.between(80, 2_500), attachment: random.between(200, 6_000) }
  if (profile === 'large') return { text: random.between(500, 6_000), attachment: random.between(5_000_000, 50_000_000) }
  const draw = random.next()
  const text = draw < 0.8 ? random.between(300, 6_000) : draw < 0.95 ? random.between(6_000, 40_000) : random.between(40_000, 120_000)
  const other = random.next()
  if (other < 0.7) return { text, attachment: random.between(5_000, 150_000) }
  return { text, attachment: other < 0.95 ? random.between(150_000, 1_500_000) : random.between(1_500_000, 12_000_000) }
}

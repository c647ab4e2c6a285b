import { slices, textBlock } from './blocks.ts'
import { encodeText } from './encode.ts'
import { hostileMail } from './hostile.ts'
import { isHostile, type MailKind } from './kinds.ts'
import {
  attachmentPart,
  base64Body,
  bouncePart,
  boundaryOf,
  calendarPart,
  headerWords,
  htmlPart,
  messagePart,
  multipart,
  type Part,
  textPart,
} from './parts.ts'
import { type MailPlan, mailDate, type Person, planMail, specAt } from './plan.ts'
import { hash32 } from './random.ts'
import { ENGLISH } from './scripts.ts'

const BENCH_BYTES = 20_480
const DEEPEST = 6

const SINGLE: ReadonlySet<MailKind> = new Set([
  'plain',
  'encrypted',
  'bare-lf',
  'nul',
  'long-line',
  'raw-latin1',
  'raw-utf8',
  'empty-body',
  'attachment-only',
  'empty-subject',
  'no-message-id',
])

/** Whether a message has parts, and is thus written with another boundary each time that Outlook is asked for it. */
const isMultipart = (plan: MailPlan): boolean => !SINGLE.has(plan.spec.kind)

/** A signed entity is handed out as it was received; everything else with parts is written anew. */
export const isRewritten = (plan: MailPlan): boolean => isMultipart(plan) && plan.spec.kind !== 'signed' && !isHostile(plan.spec.kind)

/** What Outlook keeps for it: the parts as they are before base64, and properties. An estimate, as PR_MESSAGE_SIZE is none of the MIME. */
export function storeSize(plan: MailPlan): number {
  if (plan.spec.origin.profile === 'bench') return BENCH_BYTES
  return 1_500 + plan.subject.length * 2 + plan.textSize * 2 + plan.attachments.reduce((sum, each) => sum + each.size + 200, 0)
}

/** The message as bytes. `variant` changes nothing but boundaries. */
export function writeMail(plan: MailPlan, variant = 0): readonly Buffer[] {
  const { kind } = plan.spec
  if (isHostile(kind)) return hostileMail(plan, kind, headerBlock(plan))
  const part = body(plan, variant)
  const head = Buffer.concat([headerBlock(plan), Buffer.from(`MIME-Version: 1.0\r\n${part.headers}\r\n`)])
  if (plan.spec.origin.profile === 'bench') return padded(plan, head)
  const chunks = [head, ...part.body]
  if (kind === 'bare-lf') return [Buffer.from(Buffer.concat(chunks).toString('latin1').replaceAll('\r\n', '\n'), 'latin1')]
  if (kind === 'nul') return [...chunks, Buffer.from('a NUL byte \0 in the middle\r\n')]
  if (kind === 'long-line') return [...chunks, Buffer.alloc(20_000, 'long '), Buffer.from('\r\n')]
  return chunks
}

function padded(plan: MailPlan, head: Buffer): readonly Buffer[] {
  const room = BENCH_BYTES - head.length
  const [first = Buffer.alloc(0), ...more] = slices(
    textBlock(ENGLISH, 'utf-8', '7bit'),
    hash32(plan.spec.origin.key, plan.spec.index),
    room,
  )
  const all = more.length === 0 ? first : Buffer.concat([first, ...more])
  // Cut before a line feed, the text would end in a bare CR, which is not plain mail any more.
  const text = Buffer.from(all.subarray(0, room - 2))
  if (text.at(-1) === 13) text[text.length - 1] = 32
  return [head, text, Buffer.from('\r\n')]
}

function person(plan: MailPlan, { name, address }: Person): string {
  if (name === '') return address
  const shown = headerWords(plan, name)
  return shown === name ? `"${name}" <${address}>` : `${shown}\r\n <${address}>`
}

const list = (plan: MailPlan, people: readonly Person[]): string => people.map((each) => person(plan, each)).join(',\r\n ')

function subjectLine(plan: MailPlan): Buffer {
  if (plan.spec.kind === 'raw-utf8' || plan.spec.kind === 'raw-latin1') {
    return Buffer.concat([Buffer.from('Subject: '), encodeText(plan.subject, plan.charset), Buffer.from('\r\n')])
  }
  return Buffer.from(`Subject: ${headerWords(plan, plan.subject)}\r\n`)
}

function headerBlock(plan: MailPlan): Buffer {
  const { spec } = plan
  const before: string[] = []
  if (spec.role !== 'draft') {
    before.push(
      `Received: from AM0PR04MB1234.eurprd04.prod.outlook.example (2603:10a6:208::1)\r\n by VI1PR04MB5678.eurprd04.prod.outlook.example with HTTPS; ${mailDate(spec.receivedAt, 0)}`,
      `Received: from mail.fabrikam.example (192.0.2.10) by AM0PR04MB1234.eurprd04.prod.outlook.example;\r\n ${mailDate(spec.receivedAt - 1000, 0)}`,
      'Authentication-Results: spf=pass (sender IP is 192.0.2.10) smtp.mailfrom=fabrikam.example; dkim=pass',
    )
  }
  before.push(`From: ${person(plan, plan.from)}`, `To: ${list(plan, plan.to)}`)
  if (plan.cc.length > 0) before.push(`CC: ${list(plan, plan.cc)}`)
  if (plan.bcc.length > 0) before.push(`BCC: ${list(plan, plan.bcc)}`)
  const lines = (texts: readonly string[]) => Buffer.from(texts.map((text) => `${text}\r\n`).join(''))
  return Buffer.concat([lines(before), subjectLine(plan), lines(after(plan))])
}

function after(plan: MailPlan): readonly string[] {
  const topic = headerWords(plan, plan.subject.replace(/^(?:Re|Fwd): /, ''))
  const lines = [
    `Thread-Topic: ${topic}`,
    `Thread-Index: ${Buffer.from(`AQHX${hash32(plan.spec.origin.key, plan.conversation)}`).toString('base64')}`,
  ]
  if (plan.date !== undefined) lines.push(`Date: ${plan.date}`)
  if (plan.messageId !== undefined) lines.push(`Message-ID: ${plan.messageId}`)
  const last = plan.references.at(-1)
  if (last !== undefined) lines.push(`References: ${plan.references.join('\r\n ')}`, `In-Reply-To: ${last}`)
  if (plan.importance !== 'normal') lines.push(`Importance: ${plan.importance}`)
  if (plan.spec.kind === 'newsletter') lines.push('List-Unsubscribe: <https://news.fabrikam.example/unsubscribe>', 'Precedence: bulk')
  lines.push(
    'Accept-Language: en-US',
    'Content-Language: en-US',
    `X-MS-Has-Attach: ${plan.attachments.length > 0 ? 'yes' : ''}`,
    'X-MS-Exchange-Organization-SCL: -1',
    'X-MS-TNEF-Correlator:',
  )
  return lines
}

function nested(plan: MailPlan, depth: number): readonly Buffer[] {
  const { origin, index, receivedAt } = plan.spec
  const inner = { ...origin, key: `${origin.key}/inner${depth}` }
  const kind = plan.spec.kind === 'nested' && depth < DEEPEST ? 'nested' : 'alternative'
  const spec = specAt(inner, index, { receivedAt: receivedAt - 86_400_000, role: 'received', kind })
  const written = planMail(spec)
  if (kind === 'alternative') return writeMail(written)
  const part = multipart(
    'mixed',
    [textPart(written, 60), messagePart(nested({ ...written, spec: { ...spec, origin } }, depth + 1))],
    boundaryOf(written, depth, 0),
  )
  return [headerBlock(written), Buffer.from(`MIME-Version: 1.0\r\n${part.headers}\r\n`), ...part.body]
}

/** How each kind with something of its own is built; all others are a text alone. */
const BUILDERS: Readonly<Partial<Record<MailKind, (plan: MailPlan, boundary: (depth: number) => string) => Part>>> = {
  alternative: both,
  twin: both,
  'no-date': both,
  'odd-date': both,
  'many-recipients': both,
  newsletter: (plan, boundary) =>
    multipart(
      'alternative',
      [textPart(plan, 100), htmlPart(plan, plan.textSize * 3, '<img src="https://news.fabrikam.example/pixel.gif">')],
      boundary(0),
    ),
  attachment: (plan, boundary) => multipart('mixed', [both(plan, () => boundary(1)), ...files(plan)], boundary(0)),
  inline: (plan, boundary) =>
    multipart(
      'related',
      [htmlPart(plan, plan.textSize, `<img src="cid:${plan.attachments[0]?.contentId ?? ''}">`), ...files(plan)],
      boundary(0),
    ),
  invitation: (plan, boundary) => multipart('alternative', [textPart(plan, 200), calendarPart(plan, 'REQUEST')], boundary(0)),
  cancellation: (plan, boundary) => multipart('alternative', [textPart(plan, 100), calendarPart(plan, 'CANCEL')], boundary(0)),
  signed,
  encrypted,
  forwarded: (plan, boundary) => multipart('mixed', [textPart(plan, 120), messagePart(nested(plan, 1))], boundary(0)),
  nested: (plan, boundary) => multipart('mixed', [textPart(plan, 120), messagePart(nested(plan, 1))], boundary(0)),
  bounce: (plan, boundary) => multipart('report; report-type=delivery-status', [textPart(plan, 200), bouncePart(plan)], boundary(0)),
  'attachment-only': (plan) => files(plan)[0] ?? textPart(plan, 100),
  'empty-body': () => ({ headers: 'Content-Type: text/plain; charset="us-ascii"\r\n', body: [] }),
}

function body(plan: MailPlan, variant: number): Part {
  const build = BUILDERS[plan.spec.kind]
  return build ? build(plan, (depth) => boundaryOf(plan, depth, variant)) : textPart(plan, plan.textSize)
}

const files = (plan: MailPlan): readonly Part[] => plan.attachments.map((each, at) => attachmentPart(plan, each, at))

const seedOf = (plan: MailPlan): number => hash32(plan.spec.origin.key, 'sealed', plan.spec.index)

function both(plan: MailPlan, boundary: (depth: number) => string): Part {
  return multipart('alternative', [textPart(plan, plan.textSize / 2), htmlPart(plan, plan.textSize)], boundary(0))
}

function encrypted(plan: MailPlan): Part {
  return {
    headers:
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7m"\r\n',
    body: base64Body(seedOf(plan), plan.textSize + 800),
  }
}

function signed(plan: MailPlan): Part {
  const signature: Part = {
    headers:
      'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7s"\r\n',
    body: base64Body(seedOf(plan), 1_400),
  }
  return multipart(
    'signed; protocol="application/pkcs7-signature"; micalg=sha-256',
    [textPart(plan, plan.textSize), signature],
    boundaryOf(plan, 0, 0),
  )
}

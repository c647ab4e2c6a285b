import { readFileSync } from 'node:fs'
import { type MailSpec, type Person, planMail } from '../generate/plan.ts'
import { isRewritten, storeSize, writeMail } from '../generate/write.ts'
import { readFacts } from './read-facts.ts'

/** What a listing shows of a message that its flags do not say. */
export interface MailFacts {
  readonly subject: string
  readonly from: Person | undefined
  readonly to: readonly Person[]
  readonly cc: readonly Person[]
  readonly bcc: readonly Person[]
  readonly replyTo: readonly Person[]
  /** With angle brackets. */
  readonly messageId: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly sentAt: number | undefined
  readonly importance: 'low' | 'normal' | 'high'
  /** False when all attachments are inline, as Outlook has it. */
  readonly hasAttachments: boolean
  readonly meeting: 'request' | 'cancelled' | undefined
  /** PR_MESSAGE_SIZE: bytes in the store, not of the MIME. */
  readonly storeSize: number
  readonly conversation: string
}

/** Where a message's bytes come from. Nothing of a generated message or a file is kept in memory. */
export type MailBody =
  | { readonly from: 'generator'; readonly spec: MailSpec }
  | { readonly from: 'file'; readonly path: string; readonly facts: MailFacts }
  | { readonly from: 'bytes'; readonly bytes: Buffer; readonly facts: MailFacts }

export const bodyOfBytes = (bytes: Buffer): MailBody => ({ from: 'bytes', bytes, facts: readFacts(bytes) })

export const bodyOfFile = (path: string): MailBody => ({ from: 'file', path, facts: readFacts(readFileSync(path)) })

export function factsOf(body: MailBody): MailFacts {
  if (body.from !== 'generator') return body.facts
  const plan = planMail(body.spec)
  const { kind } = body.spec
  return {
    subject: plan.subject,
    from: plan.from,
    to: plan.to,
    cc: plan.cc,
    bcc: plan.bcc,
    replyTo: [],
    messageId: plan.messageId,
    sentAt: plan.sentAt,
    importance: plan.importance,
    hasAttachments:
      plan.attachments.some((each) => each.contentId === undefined) ||
      kind === 'forwarded' ||
      kind === 'nested' ||
      kind === 'signed' ||
      kind === 'encrypted',
    meeting: kind === 'invitation' ? 'request' : kind === 'cancellation' ? 'cancelled' : undefined,
    storeSize: storeSize(plan),
    conversation: `${body.spec.origin.key}/${plan.conversation}`,
  }
}

/** The bytes as pieces. `variant` other than 0 has other boundaries, where Outlook would write the message anew. */
export function writeBody(body: MailBody, variant = 0): readonly Buffer[] {
  if (body.from === 'bytes') return [body.bytes]
  if (body.from === 'file') return [readFileSync(body.path)]
  return writeMail(planMail(body.spec), variant)
}

/** Whether Outlook would write it with other boundaries each time. */
export const isRewrittenBody = (body: MailBody): boolean => body.from === 'generator' && isRewritten(planMail(body.spec))

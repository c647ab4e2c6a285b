import type { MailBody } from '../../mail/body.ts'

export interface GmailMessage {
  /** 16 hex digits, as IMAP's X-GM-MSGID has it. */
  readonly id: string
  readonly threadId: string
  readonly body: MailBody
  /** Milliseconds since the Unix epoch. */
  readonly internalDate: number
  /** Ids. */
  readonly labels: Set<string>
  /** Of the newest change. */
  historyId: bigint
  /** Stays when the draft is edited; `id` does not. */
  readonly draftId: string | undefined
  /** Bytes; known after they have been written once. */
  size: number | undefined
}

/** One change of one message, as history tells it. */
export interface Change {
  readonly what: 'messagesAdded' | 'messagesDeleted' | 'labelsAdded' | 'labelsRemoved'
  readonly id: string
  readonly threadId: string
  /** What came or went, with `labelsAdded` and `labelsRemoved`. */
  readonly changed: readonly string[]
  /** Its labels after that. */
  readonly labels: readonly string[]
}

/** What one act of the user changed: all under one number. */
export interface HistoryRecord {
  readonly id: bigint
  readonly changes: readonly Change[]
}

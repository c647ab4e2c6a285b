export interface LabelTruth {
  readonly id: string
  readonly name: string
  readonly type: 'system' | 'user'
  readonly messages: number
}

/** What a message truly is: what a migration must have carried over. */
export interface GmailTruth {
  readonly id: string
  readonly threadId: string
  readonly labelIds: readonly string[]
  /** Names of its user labels. */
  readonly labels: readonly string[]
  readonly subject: string
  readonly messageId: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly internalDate: number
}

export interface NewGmail {
  /** System ids or names of user labels, which are made where they are missing. Default: INBOX and UNREAD. */
  readonly labels?: readonly string[]
  readonly internalDate?: number
}

/**
 * The owner of a mailbox at work, and the truth about it. Labels are named by id, or by name for user labels; messages by id. All throw
 * where there is no such thing. The same in-process and from another process.
 */
export interface GmailControl {
  labels(): Promise<readonly LabelTruth[]>
  addLabel(name: string): Promise<LabelTruth>
  renameLabel(label: string, name: string): Promise<void>
  deleteLabel(label: string): Promise<void>
  add(bytes: Uint8Array, facts?: NewGmail): Promise<GmailTruth>
  relabel(id: string, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Promise<GmailTruth>
  /** As the owner does it: INBOX goes, TRASH comes. */
  trash(id: string): Promise<GmailTruth>
  /** For good. */
  remove(id: string): Promise<void>
  /** A draft gets another text, and with it another message id. */
  editDraft(id: string, bytes: Uint8Array): Promise<GmailTruth>
  /** All messages, chats and drafts included; of a large mailbox, a part. */
  messages(range?: { readonly from: number; readonly count: number }): Promise<readonly GmailTruth[]>
  /** What `format=raw` holds. */
  bytes(id: string): Promise<Uint8Array>
  /** SHA-256 of `bytes`, hex. */
  hash(id: string): Promise<string>
  /** How often the bytes of each message were sent to a client, by id; those that nobody read are not named. */
  rawReads(): Promise<Readonly<Record<string, number>>>
  /** No history id of before now is known any more. */
  expireHistory(): Promise<void>
}

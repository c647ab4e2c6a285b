import type { Role } from './item.ts'

/**
 * What an account's owner has set up for their mail, in the words of no provider. It is exported, never written anywhere: as JSON, and where
 * that is possible as a Sieve script.
 */
export interface MailSettings {
  /**
   * `in-order`: a rule may end the rules after it, and what it does is done before they look (Exchange). `together`: every rule that fits is
   * applied, in no order (Gmail).
   */
  readonly ruleOrder: 'in-order' | 'together'
  readonly rules: readonly MailRule[]
  readonly automaticReply?: AutomaticReply
  readonly forwarding?: MailForwarding
  readonly identities: readonly MailIdentity[]
  readonly delegates: readonly MailDelegate[]
  /** What the provider does not tell a program, in sentences for the owner. */
  readonly untold: readonly string[]
  /** The provider's own answers, by the name of what was asked, so that the export loses nothing. */
  readonly raw: Readonly<Record<string, unknown>>
}

export interface MailRule {
  /** As the owner called it, or a description where they could not call it anything. */
  readonly name: string
  readonly enabled: boolean
  /** Absent: every message. */
  readonly when?: RuleTest
  /** The rule does not apply where this is true. */
  readonly unless?: RuleTest
  readonly actions: readonly RuleAction[]
  /** No later rule looks at a message to which this one applied. */
  readonly stop: boolean
}

/** Header fields that hold addresses. */
export type AddressField = 'from' | 'to' | 'cc' | 'bcc' | 'sender'

/** What a rule asks of a message. Words are compared without regard to the case of letters; one of several is enough. */
export type RuleTest =
  | { readonly is: 'all' | 'any'; readonly of: readonly RuleTest[] }
  | { readonly is: 'not'; readonly of: RuleTest }
  /** Decoded header fields. `exists` looks for none of the words. */
  | { readonly is: 'header'; readonly fields: readonly string[]; readonly how: HeaderMatch; readonly words: readonly string[] }
  /** Whole addresses, without names. */
  | { readonly is: 'address'; readonly fields: readonly AddressField[]; readonly words: readonly string[] }
  /** Decoded text parts of the body. */
  | { readonly is: 'body'; readonly words: readonly string[] }
  /** Whole message, in bytes. Both bounds are allowed sizes themselves. */
  | { readonly is: 'size'; readonly atLeast?: number; readonly atMost?: number }
  /** Sent to the account's own addresses. `only`: and to nobody else. */
  | { readonly is: 'to-me'; readonly how: 'to' | 'cc' | 'to-or-cc' | 'only' }
  | { readonly is: 'sort'; readonly sort: MessageSort }
  | { readonly is: 'attachment-name'; readonly words: readonly string[] }
  /** What this model has no words for: a sentence that says what was asked. */
  | { readonly is: 'unsayable'; readonly says: string }

export type HeaderMatch = 'contains' | 'is' | 'begins' | 'exists'

/** What a message is, told by its header or its parts. */
export type MessageSort =
  | 'with-attachment'
  | 'importance-high'
  | 'importance-normal'
  | 'importance-low'
  | 'sensitivity-normal'
  | 'sensitivity-personal'
  | 'sensitivity-private'
  | 'sensitivity-confidential'
  | 'automatic-reply'
  | 'encrypted'
  | 'signed'
  | 'meeting-request'
  | 'meeting-response'
  | 'non-delivery-report'
  | 'read-receipt'
  | 'rights-managed'

/** A collection by the source's own id (`Collection.id`), or by what it is for. */
export type FolderRef = { readonly id: string } | { readonly role: Role }

export type RuleAction =
  /** `copy`: and it stays where it is as well. */
  | { readonly do: 'file'; readonly folder: FolderRef; readonly copy: boolean }
  /** For good, past the trash. */
  | { readonly do: 'discard' }
  | { readonly do: 'mark'; readonly as: 'read' | 'flagged' }
  /** Human names of categories. */
  | { readonly do: 'categorize'; readonly names: readonly string[] }
  /** `redirect`: unchanged. `forward`: as a message of the account's own. `attachment`: as such, enclosed. */
  | { readonly do: 'forward'; readonly how: 'redirect' | 'forward' | 'attachment'; readonly to: readonly string[] }
  | { readonly do: 'unsayable'; readonly says: string }

/** The reply to people who write while the owner is away. */
export interface AutomaticReply {
  readonly enabled: boolean
  /** Milliseconds since the Unix epoch. Absent: at once. */
  readonly start?: number
  /** Milliseconds since the Unix epoch; the first moment without replies. Absent: until it is switched off. */
  readonly end?: number
  /** Absent: the provider's own wording, around the subject of what is answered. */
  readonly subject?: string
  /** To people of the own organisation. */
  readonly internal?: ReplyText
  /** To all others. */
  readonly external?: ReplyText
  /** Who of all others is answered. */
  readonly externalAudience: 'none' | 'contacts' | 'all'
  /** Days until the same person is answered again. Absent: once, while it is switched on. */
  readonly everyDays?: number
  /** Only people in the owner's contacts are answered, also of the own organisation. */
  readonly contactsOnly?: boolean
  /** Why it cannot be said when it begins or ends, as sentences. Such a reply is not switched on by itself. */
  readonly unclear?: readonly string[]
}

/** Either or both. */
export interface ReplyText {
  readonly text?: string
  readonly html?: string
}

/** All mail, besides the rules. */
export interface MailForwarding {
  readonly enabled: boolean
  readonly to: readonly string[]
  /** What becomes of the account's own copy. */
  readonly ownCopy: 'keep' | 'read' | 'archive' | 'trash'
}

/** An address that the owner may send as. */
export interface MailIdentity {
  readonly address: string
  readonly name?: string
  readonly replyTo?: string
  readonly signature?: ReplyText
  readonly primary?: boolean
  /** False while its owner has not agreed. */
  readonly verified?: boolean
}

/** Somebody who may open the mailbox. */
export interface MailDelegate {
  readonly address: string
  readonly verified?: boolean
}

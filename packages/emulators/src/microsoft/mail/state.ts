import type { MailBody } from '../../mail/body.ts'

/** Why Outlook cannot hand a message out (facts as seen in the field), or a page that holds it. */
export type Poison = 'corrupt' | 'conversion' | 'mime-conversion' | 'recipients' | 'attachment' | 'too-many-open' | 'transport' | 'page'

export type FlagStatus = 'notFlagged' | 'flagged' | 'complete'

/** What a person can change about a message without touching its text. */
export interface Marks {
  read: boolean
  flag: FlagStatus
  categories: readonly string[]
  importance: 'low' | 'normal' | 'high'
  /** PidTagLastVerbExecuted: 102 answered, 103 answered to all, 104 forwarded; 0 where it is unset. */
  verb: 0 | 102 | 103 | 104
}

export interface Message {
  readonly serial: number
  folder: Folder
  /** Where it stands in `folder.arrivals`. */
  slot: number
  /** How often it has moved: a new default id each time. */
  moves: number
  /** Rises with each change; shown as changeKey and etag. */
  change: number
  body: MailBody
  readonly draft: boolean
  readonly receivedAt: number
  readonly createdAt: number
  modifiedAt: number
  readonly marks: Marks
  readonly poison: Poison | undefined
  /** How often `$value` was asked for. */
  fetches: number
  /** Known after the bytes have been written once. */
  bytes: number | undefined
}

/** What a folder's delta knows of one change. */
export interface Change {
  readonly seq: number
  readonly message: Message
  /** Names the default id that is meant. */
  readonly moves: number
  readonly what: 'created' | 'arrived' | 'updated' | 'deleted' | 'left'
}

export interface Folder {
  readonly serial: number
  name: string
  parent: Folder | undefined
  readonly hidden: boolean
  readonly search: boolean
  readonly wellKnown: string | undefined
  /** Every message that ever came here, in the order of coming; undefined where one has left. */
  readonly arrivals: (Message | undefined)[]
  items: number
  unread: number
  /** Added to totalItemCount: associated and hidden items that no listing shows. */
  readonly unlisted: number
  readonly changes: Change[]
  /** Rises when a message comes or goes. */
  revision: number
  /** Changes of the folder itself, for mailFolders/delta. */
  changedAt: number
  /** Delta generations: the newest, and the oldest that is still known. */
  generation: number
  oldestGeneration: number
}

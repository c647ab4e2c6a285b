/** Facts carried beside an item's bytes. What a source `offers` minus what a destination `keeps` is the loss report. */
export interface Traits {
  readonly read?: boolean
  readonly flagged?: boolean
  readonly answered?: boolean
  readonly forwarded?: boolean
  readonly draft?: boolean
  readonly importance?: 'low' | 'normal' | 'high'
  /** When the item was delivered to the account. Milliseconds since the Unix epoch, whole seconds. */
  readonly receivedAt?: number
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt?: number
  readonly createdAt?: number
  /** Human names of categories or labels, in the source's order. */
  readonly keywords?: readonly string[]
}

export type Trait = keyof Traits

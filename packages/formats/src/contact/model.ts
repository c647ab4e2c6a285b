/** A day of which the year need not be known. */
export interface PartialDate {
  readonly year?: number
  readonly month: number
  readonly day: number
}

/** A value with the name that people gave it. `type`: `home`, `work`, `cell`, `fax`, `pager`, `main`, `other`. */
export interface Labelled<T = string> {
  readonly value: T
  readonly types?: readonly string[]
  /** In the owner's words, where no type fits. */
  readonly label?: string
  readonly preferred?: boolean
}

export interface PostalAddress {
  readonly poBox?: string
  readonly extended?: string
  readonly street?: string
  readonly city?: string
  readonly region?: string
  readonly postalCode?: string
  readonly country?: string
  /** As it stands on an envelope, where the source has nothing else. */
  readonly formatted?: string
}

export interface Photo {
  /** `image/jpeg`, `image/png`, `image/gif`, `image/webp`. */
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** A card of an address book. All text is as the owner wrote it. */
export interface Card {
  readonly uid: string
  readonly kind?: 'individual' | 'organization' | 'group'
  /** Absent: made from the name, organisation, mail address or telephone number, in this order. */
  readonly fullName?: string
  readonly name?: {
    readonly family?: string
    readonly given?: string
    readonly additional?: string
    readonly prefix?: string
    readonly suffix?: string
  }
  readonly phonetic?: { readonly family?: string; readonly given?: string; readonly organization?: string }
  readonly nicknames?: readonly string[]
  /** Under which a client files it. */
  readonly fileAs?: string
  readonly organization?: { readonly name?: string; readonly units?: readonly string[] }
  readonly title?: string
  readonly role?: string
  readonly emails?: readonly Labelled[]
  readonly phones?: readonly Labelled[]
  readonly addresses?: readonly Labelled<PostalAddress>[]
  readonly urls?: readonly Labelled[]
  /** `xmpp:anna@example.org`; or an account name with the service as its label. */
  readonly messengers?: readonly Labelled[]
  readonly birthday?: PartialDate
  readonly anniversary?: PartialDate
  /** Other days, with their names as labels. */
  readonly dates?: readonly Labelled<PartialDate>[]
  /** People, with what they are (`spouse`, `child`, `manager`, `assistant`, or the owner's word) as type or label. */
  readonly related?: readonly Labelled[]
  readonly gender?: string
  readonly note?: string
  readonly categories?: readonly string[]
  readonly photo?: Photo
  /** Fields of the owner's making, with their names as labels. */
  readonly custom?: readonly Labelled[]
  /** UIDs of a group's members. */
  readonly members?: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt?: number
}

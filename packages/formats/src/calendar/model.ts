/** A day, or a local time in a zone. Never a bare instant: an instant cannot say how a series goes on after the clocks change. */
export type Moment =
  | { readonly date: string }
  | {
      /** `YYYY-MM-DDTHH:MM:SS`, as the clock on the wall shows it. */
      readonly local: string
      /** An IANA name, or `UTC`. Absent: wherever the reader is (floating). */
      readonly zone?: string
    }

/** Somebody, as far as the source tells. */
export interface Person {
  /** A mail address without `mailto:`. Absent where the source has none (an X.500 name, a resource that was deleted). */
  readonly address?: string
  readonly name?: string
}

export interface Guest extends Person {
  readonly role: 'required' | 'optional' | 'chair' | 'information'
  readonly type: 'individual' | 'room' | 'resource' | 'group'
  readonly answer: 'needs-action' | 'accepted' | 'declined' | 'tentative' | 'delegated'
  /** How many more somebody brings along. */
  readonly extra?: number
}

export interface Reminder {
  readonly method: 'display' | 'email'
  /** Minutes before the start (a task: before it is due); negative: after it. Or a moment. */
  readonly when: { readonly minutesBefore: number } | { readonly at: Moment }
}

/** A file that hangs on an event or a task. */
export type Attachment = {
  readonly name: string
  /** `type/subtype`. */
  readonly mediaType?: string
} & ({ readonly bytes: Uint8Array } | { readonly url: string })

/** Words with or without markup. */
export interface RichText {
  readonly text: string
  /** The same as HTML, where the source has it. */
  readonly html?: string
}

/** A meeting on the net. */
export interface Meeting {
  readonly url: string
  readonly service: 'teams' | 'meet' | 'other'
}

/** What one occurrence of an event says, or all of a series. */
export interface EventFacts {
  readonly start: Moment
  /** Exclusive, and of the same sort as `start`. Absent: a day for a date, no time at all for a time. */
  readonly end?: Moment
  readonly summary?: string
  readonly description?: RichText
  readonly location?: string
  /** Where more is to be found. */
  readonly url?: string
  readonly meeting?: Meeting
  readonly categories?: readonly string[]
  readonly privacy?: 'public' | 'private' | 'confidential'
  readonly busy?: 'busy' | 'free' | 'tentative' | 'out-of-office' | 'elsewhere'
  readonly status?: 'confirmed' | 'tentative' | 'cancelled'
  readonly importance?: 'low' | 'normal' | 'high'
  readonly color?: string
  readonly organizer?: Person
  readonly guests?: readonly Guest[]
  readonly reminders?: readonly Reminder[]
  readonly attachments?: readonly Attachment[]
  /** Milliseconds since the Unix epoch. */
  readonly createdAt?: number
  readonly modifiedAt?: number
  readonly sequence?: number
}

/** How a series goes on. Values as iCalendar writes them after the colon (`FREQ=WEEKLY;BYDAY=MO`). */
export interface Recurrence {
  readonly rules: readonly string[]
  /** EXRULE, which servers no longer follow: written as the dates that it takes away. */
  readonly exceptRules?: readonly string[]
  readonly dates?: readonly Moment[]
  readonly exceptDates?: readonly Moment[]
}

/** One occurrence that differs from its series. */
export interface Override extends EventFacts {
  /** When it would have been, by the rule of the series: of the sort and in the zone of the series' start. */
  readonly insteadOf: Moment
}

/** One event item: a single event, or a series with all its exceptions. */
export interface CalendarEvent extends EventFacts {
  readonly uid: string
  readonly recurrence?: Recurrence
  readonly overrides?: readonly Override[]
}

/** Something in a standard format, and what the format could not say. */
export interface Written {
  readonly bytes: Uint8Array
  /** A sentence each, the same for every item that loses the same, without anything of the item's content. */
  readonly losses: readonly string[]
}

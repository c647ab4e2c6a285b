import type { Attachment, Moment, Recurrence, Reminder, RichText } from '../calendar/model.ts'

/** A task. What stands below it (steps of a checklist, subtasks) are tasks of their own that name it as their parent. */
export interface Task {
  readonly uid: string
  readonly title?: string
  readonly description?: RichText
  readonly status: 'needs-action' | 'in-process' | 'completed' | 'cancelled'
  readonly start?: Moment
  readonly due?: Moment
  /** Milliseconds since the Unix epoch. */
  readonly completedAt?: number
  readonly importance?: 'low' | 'normal' | 'high'
  readonly categories?: readonly string[]
  readonly reminders?: readonly Reminder[]
  readonly recurrence?: Recurrence
  readonly parentUid?: string
  /** Its place among its siblings, from 0. */
  readonly order?: number
  /** Where it came from: a mail, a document. */
  readonly links?: readonly { readonly url: string; readonly title?: string }[]
  readonly attachments?: readonly Attachment[]
  /** Milliseconds since the Unix epoch. */
  readonly createdAt?: number
  readonly modifiedAt?: number
}

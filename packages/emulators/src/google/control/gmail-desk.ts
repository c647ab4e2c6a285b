import { createHash } from 'node:crypto'
import { bodyOfBytes, factsOf, writeBody } from '../../mail/body.ts'
import { warmBytes } from '../../mail/warm.ts'
import type { GmailLabel } from '../gmail/labels.ts'
import type { GmailMailbox } from '../gmail/mailbox.ts'
import { labelIds } from '../gmail/seed.ts'
import type { GmailMessage } from '../gmail/state.ts'
import type { GmailControl, GmailTruth, LabelTruth, NewGmail } from './gmail-control.ts'

/** The owner of a mailbox in this process. */
export class GmailDesk implements GmailControl {
  readonly #mailbox: GmailMailbox
  readonly #write: (message: GmailMessage) => readonly Buffer[]
  readonly #now: () => number

  /** `warm`: what is written here is kept for the mailbox's readers too. */
  constructor(mailbox: GmailMailbox, facts: { readonly warm: boolean; readonly now: () => number }) {
    this.#mailbox = mailbox
    this.#write = facts.warm ? warmBytes : ({ body }) => writeBody(body)
    this.#now = facts.now
  }

  async labels(): Promise<readonly LabelTruth[]> {
    const counts = new Map<string, number>()
    for (const { labels } of this.#mailbox.messages.values()) for (const id of labels) counts.set(id, (counts.get(id) ?? 0) + 1)
    return [...this.#mailbox.labels.values()].map((label) => ({ ...label, messages: counts.get(label.id) ?? 0 }))
  }

  async addLabel(name: string): Promise<LabelTruth> {
    return { ...this.#mailbox.addLabel(name), messages: 0 }
  }

  async renameLabel(label: string, name: string): Promise<void> {
    const known = this.#own(label)
    const other = this.#mailbox.labelNamed(name)
    if (other && other !== known) throw new Error(`The label "${name}" exists already in ${this.#mailbox.address}.`)
    known.name = name
  }

  async deleteLabel(label: string): Promise<void> {
    this.#mailbox.deleteLabel(this.#own(label))
  }

  async add(bytes: Uint8Array, facts: NewGmail = {}): Promise<GmailTruth> {
    const body = bodyOfBytes(Buffer.from(bytes))
    const labels = labelIds(this.#mailbox, facts.labels ?? ['INBOX', 'UNREAD'])
    const message = this.#mailbox.add({ body, labels, internalDate: facts.internalDate ?? this.#now() })
    return this.#truth(message)
  }

  async relabel(id: string, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Promise<GmailTruth> {
    const message = this.#message(id)
    const remove = (change.remove ?? []).map((name) => this.#label(name).id)
    this.#mailbox.relabel(message, { add: labelIds(this.#mailbox, change.add ?? []), remove })
    return this.#truth(message)
  }

  async trash(id: string): Promise<GmailTruth> {
    const message = this.#message(id)
    this.#mailbox.relabel(message, { add: ['TRASH'], remove: ['INBOX'] })
    return this.#truth(message)
  }

  async remove(id: string): Promise<void> {
    this.#mailbox.remove(this.#message(id))
  }

  async editDraft(id: string, bytes: Uint8Array): Promise<GmailTruth> {
    const message = this.#message(id)
    if (message.draftId === undefined) throw new Error(`The message ${id} in ${this.#mailbox.address} is no draft.`)
    return this.#truth(this.#mailbox.editDraft(message, bodyOfBytes(Buffer.from(bytes))))
  }

  async messages(range = { from: 0, count: Number.POSITIVE_INFINITY }): Promise<readonly GmailTruth[]> {
    const shown = [...this.#mailbox.messages.values()].slice(range.from, range.from + range.count)
    return shown.map((message) => this.#truth(message))
  }

  async bytes(id: string): Promise<Uint8Array> {
    return Buffer.concat(this.#write(this.#message(id)))
  }

  async hash(id: string): Promise<string> {
    const hash = createHash('sha256')
    for (const piece of writeBody(this.#message(id).body)) hash.update(piece)
    return hash.digest('hex')
  }

  async rawReads(): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(this.#mailbox.rawReads)
  }

  async expireHistory(): Promise<void> {
    this.#mailbox.history.expire()
  }

  #message(id: string): GmailMessage {
    const message = this.#mailbox.messages.get(id)
    if (!message) throw new Error(`There is no message ${id} in ${this.#mailbox.address}.`)
    return message
  }

  #label(name: string): GmailLabel {
    const label = this.#mailbox.labelNamed(name)
    if (!label) throw new Error(`There is no label "${name}" in ${this.#mailbox.address}.`)
    return label
  }

  #own(name: string): GmailLabel {
    const label = this.#label(name)
    if (label.type === 'system') throw new Error(`The label ${name} is Gmail's own and stays as it is.`)
    return label
  }

  #truth(message: GmailMessage): GmailTruth {
    const { id, threadId, internalDate } = message
    const { subject, messageId } = factsOf(message.body)
    const labels = [...message.labels].flatMap((each) => {
      const label = this.#mailbox.labels.get(each)
      return label?.type === 'user' ? [label.name] : []
    })
    return { id, threadId, labelIds: [...message.labels], labels, subject, messageId, internalDate }
  }
}

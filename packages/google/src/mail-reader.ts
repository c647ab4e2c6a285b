import { type Call, type Clock, Fault, type Item, type ItemRef } from '@offramp/core'
import { naturalKeyOf, sentAt, subjectOf } from '@offramp/formats'
import { isObject, type Json, numberOf, objectOf, textOf, textsOf } from '@offramp/wire'
import type { GmailClient } from './client.ts'
import { Bodies, type Bounds, getDraft, getMessage, readBody, readDrafts, type Slot } from './mail-bodies.ts'
import { askChanges } from './mail-changes.ts'
import type { Carried } from './mail-gather.ts'
import { archivedCopy, type Copy, copiesOf, type MessageLabels, type Policy } from './mail-homes.ts'
import { ASK_LABELS, type Labels, labelsIn, readLabels } from './mail-labels.ts'
import type { ReadMessage } from './raw-message.ts'

/** What is known of a message besides its labels. All absent: only its bytes can say. */
interface Facts {
  readonly naturalKey: string
  readonly label?: string
  readonly size?: number
  readonly receivedAt?: number
}

/** What a page has learned of an item, so that opening it costs no call. */
interface Known {
  readonly message: MessageLabels
  readonly copy: Copy
  readonly facts: Facts
  readonly slot: Slot
}

export interface ReaderParts {
  readonly mailbox: GmailClient
  readonly policy: Policy
  readonly bounds: Bounds
  readonly clock: Clock
  /** Something that the operator should know. */
  note?(message: string): void
}

const DAY_MS = 86_400_000

/** One mailbox: its labels and drafts as they were last seen, and messages as they are read. */
export class MailReader {
  readonly mailbox: GmailClient
  readonly policy: Policy
  readonly bodies: Bodies
  /** By message id. */
  readonly carried = new Map<string, Carried>()
  readonly #clock: Clock
  readonly #known = new WeakMap<ItemRef, Known>()
  /** Label ids that no list of labels explains. */
  readonly #meaningless = new Set<string>()
  /** Messages with the label DRAFT that are nobody's draft (imported ones). */
  readonly #noDrafts = new Set<string>()
  #labels: Promise<Labels> | undefined
  #changes: { readonly history: string; readonly answer: Json | Fault } | undefined
  #drafts: ReadonlyMap<string, string> = new Map()

  constructor({ mailbox, policy, bounds, clock, note }: ReaderParts) {
    this.mailbox = mailbox
    this.policy = policy
    this.bodies = new Bodies(bounds, note ?? (() => undefined))
    this.#clock = clock
  }

  /** As last seen; asked for where they were not yet. */
  labels(call: Call): Promise<Labels> {
    return this.#labels ?? this.askLabels(call)
  }

  askLabels(call: Call): Promise<Labels> {
    return this.#take(readLabels(this.mailbox, call))
  }

  /**
   * Labels, and what has changed since, in one request: an unchanged mailbox costs no other. Where Google does not answer both at once, the labels are
   * asked for alone, and the changes when their page is. Throws what concerns everything that is asked.
   */
  askLabelsAndChanges(history: string, call: Call): Promise<Labels> {
    return this.#take(this.#together(history, call))
  }

  async #together(history: string, call: Call): Promise<Labels> {
    this.#changes = undefined
    try {
      const [labels = {}, changes = {}] = await this.mailbox.together([ASK_LABELS, askChanges(history)], call)
      this.#changes = { history, answer: changes }
      return labelsIn(labels)
    } catch (thrown) {
      call.signal.throwIfAborted()
      if (!(thrown instanceof Fault) || thrown.reach === 'gate') throw thrown
      // A history that is forgotten is forgotten: Google counts it against whoever asks for it again.
      if (thrown.reach === 'listing') this.#changes = { history, answer: thrown }
      // Alone, each says for itself what else is wrong: a token that is refused, a batch that something in between keeps out.
      return readLabels(this.mailbox, call)
    }
  }

  /** The changes since: those that were asked for with the labels, which are given once since they are as old as the labels are, or asked for now. */
  async changes(history: string, token: string | undefined, call: Call): Promise<Json> {
    const { history: since, answer } = this.#changes ?? {}
    this.#changes = undefined
    if (answer === undefined || since !== history || token !== undefined) return this.mailbox.json(askChanges(history, token), call)
    if (answer instanceof Fault) throw answer
    return answer
  }

  #take(asked: Promise<Labels>): Promise<Labels> {
    this.#labels = asked
    asked.catch(() => {
      if (this.#labels === asked) this.#labels = undefined
    })
    return asked
  }

  async askDrafts(call: Call): Promise<ReadonlyMap<string, string>> {
    this.#drafts = await readDrafts(this.mailbox, call)
    return this.#drafts
  }

  /**
   * Reads a message and names its copies. `archived`: it has left INBOX, so that its copy there goes to the archive. Empty for what is left out.
   * A message whose bytes fail, and whose neighbours do not, is named without them, so that opening it says what is wrong.
   */
  async read(
    id: string,
    on: { readonly archived: boolean; readonly call: Call },
  ): Promise<{ refs: readonly ItemRef[]; slot?: Slot; size: number; unread?: Fault }> {
    let raw: ReadMessage
    try {
      raw = await getMessage(this.mailbox, id, { keeping: this.bodies.keeping, call: on.call })
    } catch (thrown) {
      on.call.signal.throwIfAborted()
      if (!(thrown instanceof Fault) || thrown.reach !== 'call') throw thrown
      return { refs: await this.#named(id, { ...on, fault: thrown }), size: 0, unread: thrown }
    }
    const message = await this.#labelsOf(raw.message, id, on.call)
    const slot = this.bodies.hold(raw)
    return { refs: await this.refs(message, { facts: this.#factsOf(raw), slot, ...on }), slot, size: raw.size }
  }

  /** Refs of all copies of a message that is known by its labels. */
  async refs(
    message: MessageLabels,
    on: { readonly facts?: Facts; readonly slot?: Slot; readonly archived?: boolean; readonly call: Call },
  ): Promise<readonly ItemRef[]> {
    const labels = await this.labels(on.call)
    const copies = copiesOf(message, labels, this.policy)
    const moved =
      on.archived && copies.length > 0 && copies.every(({ id }) => id.includes('/')) ? archivedCopy(message, labels, this.policy) : []
    return [...moved, ...copies].map((copy) => {
      const { facts, slot } = on
      const ref: ItemRef = { id: copy.id, version: copy.version, ...(facts?.size === undefined ? {} : { size: facts.size }) }
      if (facts !== undefined && slot !== undefined) this.#known.set(ref, { message, copy, facts, slot })
      return ref
    })
  }

  /** Everything about an item: from its page, or from the message itself. */
  async open(ref: ItemRef, call: Call): Promise<Item> {
    call.signal.throwIfAborted()
    const known = this.#known.get(ref) ?? (await this.#ask(ref.id, call))
    return this.item(known)
  }

  item({ message, copy, facts, slot }: Known): Item {
    const { receivedAt, naturalKey, label, size } = facts
    return {
      id: copy.id,
      version: copy.version,
      kind: 'mail',
      naturalKey,
      home: copy.home,
      traits: { ...copy.traits, ...(receivedAt === undefined ? {} : { receivedAt }) },
      // The text under one message id never changes; a draft gets another id.
      revision: message.id,
      ...(size === undefined ? {} : { size }),
      ...(label === undefined || label === '' ? {} : { label }),
      body: (call) => readBody(this.mailbox, { id: message.id, slot }, call),
    }
  }

  /** Of an item that is known by its id alone. */
  async #ask(id: string, call: Call): Promise<Known> {
    const [, draft, plain] = /^(?:draft:(.+)|([^/]+)(?:\/.+)?)$/s.exec(id) ?? []
    if (draft === undefined && plain === undefined) throw gone(this.mailbox)
    const on = { keeping: this.bodies.keeping, call }
    const raw = draft === undefined ? await getMessage(this.mailbox, plain ?? '', on) : await getDraft(this.mailbox, draft, on)
    const json = isObject(raw.message['message']) ? raw.message['message'] : raw.message
    const own = textOf(json['id']) ?? plain ?? ''
    const message = draft === undefined ? await this.#labelsOf(json, own, call) : { ...this.#plain(json, own), draftId: draft }
    await this.#explain(message.labelIds, call)
    const copy = copiesOf(message, await this.labels(call), this.policy).find((each) => each.id === id)
    // It is there, and not where this copy of it was: the label was taken off.
    if (copy === undefined) throw gone(this.mailbox)
    return { message, copy, facts: this.#factsOf({ ...raw, message: json }), slot: this.bodies.hold(raw) }
  }

  /** Names a message whose bytes did not come, from its labels where they can be had. */
  async #named(id: string, on: { readonly archived: boolean; readonly call: Call; readonly fault: Fault }): Promise<readonly ItemRef[]> {
    let json: Json
    try {
      json = await this.#minimal(id, on.call)
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.reach !== 'call') throw thrown
      const drafts = this.#drafts.size > 0 ? this.#drafts : await this.askDrafts(on.call)
      const draft = drafts.get(id)
      return [{ id: draft === undefined ? id : `draft:${draft}`, version: 'unread' }]
    }
    const message = await this.#labelsOf(json, id, on.call)
    return this.refs(message, on)
  }

  /** 20 units, as much as all of it. */
  #minimal(id: string, call: Call): Promise<Json> {
    return this.mailbox.json(
      {
        method: 'messages.get',
        asks: 'item',
        tries: 2,
        send: (users, common, options) =>
          users.messages.get({ ...common, userId: 'me', id, format: 'minimal', fields: 'id,labelIds' }, options),
      },
      call,
    )
  }

  #plain(json: Json, id: string): MessageLabels {
    return { id, labelIds: textsOf(json['labelIds']) }
  }

  async #labelsOf(json: Json, id: string, call: Call): Promise<MessageLabels> {
    const message = this.#plain(json, id)
    await this.#explain(message.labelIds, call)
    if (!message.labelIds.includes('DRAFT')) return message
    const draftId = await this.#draftOf(id, call)
    return draftId === undefined ? message : { ...message, draftId }
  }

  /** A label that was made since the labels were read. */
  async #explain(labelIds: readonly string[], call: Call): Promise<void> {
    const strange = async () => {
      const { known } = await this.labels(call)
      return labelIds.filter((id) => !known.has(id) && !this.#meaningless.has(id))
    }
    if ((await strange()).length === 0) return
    await this.askLabels(call)
    for (const id of await strange()) this.#meaningless.add(id)
  }

  async #draftOf(id: string, call: Call): Promise<string | undefined> {
    const known = this.#drafts.get(id)
    if (known !== undefined) return known
    if (this.#noDrafts.has(id)) return undefined
    const draft = (await this.askDrafts(call)).get(id)
    if (draft !== undefined) return draft
    // It was edited a moment ago, so that this text is no longer there; or it only looks like a draft.
    await this.#minimal(id, call)
    this.#noDrafts.add(id)
    return undefined
  }

  #factsOf({ message, head, size }: ReadMessage): Facts {
    const receivedAt = this.#receivedAt(numberOf(message['internalDate']), head)
    return { naturalKey: naturalKeyOf(head), label: subjectOf(head), size, ...(receivedAt === undefined ? {} : { receivedAt }) }
  }

  /**
   * Imported mail may be dated 0, below it, or far ahead; then its own Date header is asked, and must be sane as well. Where neither is, it
   * stays what Gmail says: without a date the copy would look as if it came today. Before the second day of 1970 there is no date that every
   * server keeps.
   */
  #receivedAt(internalDate: number | undefined, head: Buffer): number | undefined {
    const latest = this.#clock.now() + DAY_MS
    const at = [internalDate, sentAt(head)].find((ms) => ms !== undefined && ms > 0 && ms < latest) ?? internalDate
    return at === undefined ? undefined : Math.max(Math.floor(at / 1000) * 1000, DAY_MS)
  }
}

const gone = (mailbox: GmailClient): Fault =>
  new Fault({
    reach: 'item',
    reason: 'gone',
    code: 'google-gone',
    message: `A message of ${mailbox.about} is no longer there, or not under that label.`,
  })

/** What a list of ids holds: `{ messages: [{ id }] }`; an empty one has no key. */
export const idsIn = (answer: Json, key: string): readonly string[] => {
  const list = answer[key]
  return Array.isArray(list) ? list.flatMap((each) => textOf(objectOf(each)['id']) ?? []) : []
}

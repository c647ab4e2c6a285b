import type { Call, Item, ItemRef, Page } from '@offramp/core'
import { encodePosition, type Relist } from './mail-cursor.ts'
import { type Asked, allIds } from './mail-first.ts'
import { copiesOf, isChat, type MessageLabels } from './mail-homes.ts'
import { isCategory, MARKS } from './mail-labels.ts'
import type { MailReader } from './mail-reader.ts'

/** Which labels each message has, learned from the labels and not from the messages: 5 units for 500 of each label. */
export interface LabelSets {
  /** In order. */
  readonly ids: readonly string[]
  of(id: string): MessageLabels
}

/** A set of labels. Messages with the same ones share one, so that a message takes the room of its id. */
interface Combination {
  readonly labelIds: readonly string[]
  readonly more: Map<string, Combination>
}

/** Labels that are listed side by side. */
const LISTS_AT_ONCE = 4

export async function readLabelSets(reader: MailReader, call: Call): Promise<LabelSets> {
  const { mailbox, policy } = reader
  const labels = await reader.askLabels(call)
  const none: Combination = { labelIds: [], more: new Map() }
  const sets = new Map<string, Combination>()
  for await (const ids of allIds(mailbox, { spamAndTrash: policy.spamAndTrash }, call)) for (const id of ids) sets.set(id, none)
  const telling = [...labels.known].filter((id) => labels.homes.has(id) || MARKS.includes(id) || isCategory(id) || id === 'CHAT')
  let next = 0
  const work = async () => {
    for (let label = telling[next++]; label !== undefined; label = telling[next++]) {
      for await (const ids of allIds(mailbox, { label, spamAndTrash: true }, call)) for (const id of ids) add(sets, id, label)
    }
  }
  await Promise.all(Array.from({ length: LISTS_AT_ONCE }, work))
  const isDrafting = labels.known.has('DRAFT') && [...sets.values()].some(({ labelIds }) => labelIds.includes('DRAFT'))
  const drafts = isDrafting ? await reader.askDrafts(call) : new Map<string, string>()
  return {
    ids: [...sets.keys()].sort(),
    of(id) {
      const labelIds = sets.get(id)?.labelIds ?? []
      const draftId = labelIds.includes('DRAFT') ? drafts.get(id) : undefined
      return { id, labelIds, ...(draftId === undefined ? {} : { draftId }) }
    },
  }
}

function add(sets: Map<string, Combination>, id: string, label: string): void {
  const held = sets.get(id)
  // Came between two lists: the mailbox's history tells of it.
  if (held === undefined || held.labelIds.includes(label)) return
  const made = held.more.get(label) ?? { labelIds: [...held.labelIds, label], more: new Map() }
  held.more.set(label, made)
  sets.set(id, made)
}

/** Names every message with the version that its labels give it. Nothing is read before it is opened. */
export class Relisting {
  readonly #reader: MailReader
  #sets: Promise<LabelSets> | undefined

  constructor(reader: MailReader) {
    this.#reader = reader
  }

  async next(at: Relist & { readonly history: string }, { limit, call }: Asked): Promise<Page> {
    const asked =
      at.after === undefined && at.part === undefined
        ? readLabelSets(this.#reader, call)
        : (this.#sets ?? readLabelSets(this.#reader, call))
    this.#sets = asked
    const { ids, of } = await asked.catch((thrown: unknown) => {
      this.#sets = undefined
      throw thrown
    })
    const { mode, policy, labels, history, after } = at
    const made = { policy, labels, history }
    const refs: ItemRef[] = []
    let last = after
    for (const id of ids) {
      if (after !== undefined && id <= after) continue
      const given = at.part?.id === id ? at.part.given : 0
      const mine = (await this.#reader.refs(of(id), { call })).slice(given)
      const room = limit - refs.length
      if (mine.length > room) {
        refs.push(...mine.slice(0, room))
        const part = room > 0 ? { part: { id, given: given + room } } : {}
        return { refs, cursor: encodePosition({ mode, ...made, ...(last === undefined ? {} : { after: last }), ...part }), last: false }
      }
      refs.push(...mine)
      last = id
    }
    this.#sets = undefined
    return { refs, cursor: encodePosition({ mode: 'delta', ...made }), last: false }
  }
}

const CENSUS_ITEMS = 500

/** The whole mailbox by its labels: true in home, version and what labels tell. */
export async function* census(reader: MailReader, call: Call): AsyncGenerator<readonly Item[]> {
  const sets = await readLabelSets(reader, call)
  const labels = await reader.labels(call)
  let items: Item[] = []
  for (const id of sets.ids) {
    const message = sets.of(id)
    if (isChat(message.labelIds)) continue
    for (const copy of copiesOf(message, labels, reader.policy)) {
      items.push(reader.item({ message, copy, facts: { naturalKey: '' }, slot: {} }))
    }
    if (items.length >= CENSUS_ITEMS) {
      yield items
      items = []
    }
  }
  if (items.length > 0) yield items
}

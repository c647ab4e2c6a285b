import { type Call, Fault, type Page } from '@offramp/core'
import { textOf } from '@offramp/wire'
import type { GmailClient } from './client.ts'
import { PAGE } from './limits.ts'
import type { Bounds } from './mail-bodies.ts'
import { encodePosition, type First } from './mail-cursor.ts'
import { gather } from './mail-gather.ts'
import { idsIn, type MailReader } from './mail-reader.ts'

/** What is asked of every way to walk a mailbox. */
export interface Asked {
  readonly limit: number
  readonly bounds: Bounds
  readonly call: Call
}

interface IdPage {
  readonly token: string | undefined
  readonly ids: readonly string[]
  readonly next: string | undefined
}

/** One page of ids, newest first. 5 units for 500. */
export async function listIds(
  mailbox: GmailClient,
  wanted: { readonly token?: string | undefined; readonly label?: string; readonly spamAndTrash: boolean },
  call: Call,
): Promise<IdPage> {
  const { token, label } = wanted
  const answer = await mailbox.json(
    {
      method: 'messages.list',
      asks: 'page',
      send: (users, common, options) =>
        users.messages.list(
          {
            ...common,
            userId: 'me',
            maxResults: PAGE.messages,
            includeSpamTrash: wanted.spamAndTrash,
            fields: 'messages(id),nextPageToken',
            ...(label === undefined ? {} : { labelIds: [label] }),
            ...(token === undefined ? {} : { pageToken: token }),
          },
          options,
        ),
    },
    call,
  )
  return { token, ids: idsIn(answer, 'messages'), next: textOf(answer['nextPageToken']) }
}

/** Every id under a label, or of the whole mailbox. A page may be empty and yet not the last. */
export async function* allIds(
  mailbox: GmailClient,
  wanted: { readonly label?: string; readonly spamAndTrash: boolean },
  call: Call,
): AsyncGenerator<readonly string[]> {
  let token: string | undefined
  do {
    const page = await listIds(mailbox, { ...wanted, token }, call)
    yield page.ids
    token = page.next
  } while (token !== undefined)
}

/** The first pass over a mailbox: a page of 500 ids is kept here while its messages are read. */
export class FirstPass {
  readonly #reader: MailReader
  #page: IdPage | undefined
  /** Ids of the page before: a page may repeat some of them. */
  #before: ReadonlySet<string> = new Set()
  #chats: Promise<ReadonlySet<string>> | undefined
  #chatCount: number | undefined

  constructor(reader: MailReader) {
    this.#reader = reader
  }

  /** A listing is begun from nothing. */
  restart(): void {
    this.#page = undefined
    this.#before = new Set()
    this.#chats = undefined
    this.#reader.carried.clear()
  }

  /** How many chats there are, where that is known: they are then not looked for. */
  expectChats(count: number): void {
    this.#chatCount = count
  }

  async next(at: First, { limit, bounds, call }: Asked): Promise<Page> {
    const page = await this.#ids(at, call)
    const from = at.after === undefined ? 0 : page.ids.indexOf(at.after) + 1
    const done = new Set(at.done)
    const chats = await this.#chatIds(call)
    const isOver = (id: string): boolean => done.has(id) || chats.has(id) || this.#before.has(id)
    const tasks = page.ids.slice(from).flatMap((id) => (isOver(id) ? [] : [{ id, read: true, keep: true as const }]))
    const gathered = await gather(this.#reader, tasks, { limit, bounds, part: at.part, call })
    for (const { id } of tasks.slice(0, gathered.done)) done.add(id)
    for (const id of gathered.beyond) done.add(id)
    let reached = from
    while (reached < page.ids.length && isOver(page.ids[reached] ?? '')) reached++
    const { refs, part } = gathered
    const { mode, policy, labels, history, token } = at
    const made = { policy, labels, history }
    if (reached < page.ids.length) {
      const after = page.ids[reached - 1]
      const later = page.ids.slice(reached).filter((id) => done.has(id))
      const place = { ...(token === undefined ? {} : { token }), ...(after === undefined ? {} : { after }) }
      const rest = { ...(later.length === 0 ? {} : { done: later }), ...(part === undefined ? {} : { part }) }
      return { refs, cursor: encodePosition({ mode, ...made, ...place, ...rest }), last: false }
    }
    if (page.next !== undefined) return { refs, cursor: encodePosition({ mode, ...made, token: page.next }), last: false }
    // What has changed since the listing began is told next.
    return { refs, cursor: encodePosition({ mode: 'delta', ...made }), last: false }
  }

  async #ids({ token, history, policy, labels }: First, call: Call): Promise<IdPage> {
    if (this.#page !== undefined && this.#page.token === token) return this.#page
    try {
      const page = await listIds(this.#reader.mailbox, { token, spamAndTrash: this.#reader.policy.spamAndTrash }, call)
      this.#before = new Set(this.#page?.ids)
      this.#page = page
      return page
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'google-cursor-refused') throw thrown
      const restart = encodePosition({ mode: 'relist', history, policy, labels })
      throw new Fault({ reach: 'listing', code: thrown.code, message: thrown.message, restart })
    }
  }

  /** Chats are listed among the messages; to read them in order to leave them out would cost as much as a message each. */
  #chatIds(call: Call): Promise<ReadonlySet<string>> {
    const ask = async (): Promise<ReadonlySet<string>> => {
      if (this.#chatCount === 0 || !(await this.#reader.labels(call)).known.has('CHAT')) return new Set()
      const chats = new Set<string>()
      for await (const ids of allIds(this.#reader.mailbox, { label: 'CHAT', spamAndTrash: true }, call)) for (const id of ids) chats.add(id)
      return chats
    }
    const asked = this.#chats ?? ask()
    this.#chats = asked
    asked.catch(() => {
      this.#chats = undefined
    })
    return asked
  }
}

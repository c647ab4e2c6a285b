import { tmpdir } from 'node:os'
import type { Call } from '@offramp/core'
import { objectOf, objectsOf, textOf } from '@offramp/wire'
import type { GmailClient } from './client.ts'
import { BYTES, PAGE } from './limits.ts'
import { type Keeping, type ReadMessage, rawBytes, readMessage } from './raw-message.ts'
import { Spool } from './spool.ts'

/** How much is held in memory. Bytes. */
export interface Bounds {
  /** Of one page's messages together; at least one message is on a page. */
  readonly page: number
  /** A message above this is kept in a file. */
  readonly held: number
  /** Where such files are made. Absent: the system's own folder for what is temporary. */
  readonly folder?: string
  /** Bytes of a calendar's series that are held at once. Absent: the connector's own limit. */
  readonly series?: number
}

export const BOUNDS: Bounds = { page: BYTES.page, held: BYTES.held }

/** A message's bytes, while they are in hand. */
export interface Slot {
  bytes?: Buffer | undefined
  spool?: Spool | undefined
}

/** Pages whose messages are held: the one that is being written, and the one that is read ahead. */
const PAGES_HELD = 2

/** The bytes that one mailbox's pages have in hand. A message costs 20 units whenever it is read; these spare the second reading. */
export class Bodies {
  readonly #most: number
  readonly #pages: Set<Slot>[] = [new Set()]
  readonly #keeping: Keeping
  #size = 0
  #ended = false

  constructor({ page, held, folder }: Bounds, note: (message: string) => void) {
    this.#most = page * (PAGES_HELD + 1)
    let told = false
    const spool = () =>
      Spool.open(folder ?? tmpdir()).catch(() => {
        if (!told) note('No file can be made for messages that are too large for memory: each of them is read twice. See TMPDIR.')
        told = true
        return undefined
      })
    this.#keeping = { most: held, spool }
  }

  /** How a message is to be read so that it can be held here. */
  get keeping(): Keeping {
    return this.#keeping
  }

  /** A new page begins; what was read for the page before the last is let go. */
  turn(): void {
    this.#pages.push(new Set())
    while (this.#pages.length > PAGES_HELD) for (const slot of this.#pages.shift() ?? []) this.#drop(slot)
  }

  /** Nothing is wanted any more. */
  end(): void {
    this.#ended = true
    for (const page of this.#pages) for (const slot of page) this.#drop(slot)
    for (const page of this.#pages) page.clear()
  }

  /** What was held for an earlier page is wanted with this one. */
  keep(slot: Slot): void {
    for (const page of this.#pages) if (page.delete(slot)) this.#pages.at(-1)?.add(slot)
  }

  hold({ bytes, spool }: Pick<ReadMessage, 'bytes' | 'spool'>): Slot {
    const slot: Slot = { bytes, spool }
    if (bytes === undefined && spool === undefined) return slot
    // A page that was still being read ahead.
    if (this.#ended) {
      void spool?.end()
      return {}
    }
    this.#pages.at(-1)?.add(slot)
    this.#size += bytes?.length ?? 0
    // The oldest are read once more if they are wanted after all.
    for (const page of this.#pages) {
      for (const old of page) {
        if (this.#size <= this.#most) return slot
        if (old.bytes === undefined) continue
        page.delete(old)
        this.#drop(old)
      }
    }
    return slot
  }

  #drop(slot: Slot): void {
    this.#size -= slot.bytes?.length ?? 0
    void slot.spool?.end()
    slot.bytes = undefined
    slot.spool = undefined
  }
}

const FIELDS = 'id,labelIds,internalDate,sizeEstimate,raw'

/** Reads a message, its labels and its bytes in one call. Faults: `item`/`gone` where it is no longer there. */
export async function getMessage(
  mailbox: GmailClient,
  id: string,
  on: { readonly keeping: Keeping; readonly call: Call },
): Promise<ReadMessage> {
  const answer = await mailbox.stream(
    {
      method: 'messages.get',
      asks: 'item',
      send: (users, common, options) => users.messages.get({ ...common, userId: 'me', id, format: 'raw', fields: FIELDS }, options),
    },
    on.call,
  )
  return readMessage(answer.body, on.keeping, mailbox.about)
}

/** The same of a draft, whose message changes its id with every edit. */
export async function getDraft(
  mailbox: GmailClient,
  id: string,
  on: { readonly keeping: Keeping; readonly call: Call },
): Promise<ReadMessage> {
  const answer = await mailbox.stream(
    {
      method: 'drafts.get',
      asks: 'item',
      send: (users, common, options) =>
        users.drafts.get({ ...common, userId: 'me', id, format: 'raw', fields: `id,message(${FIELDS})` }, options),
    },
    on.call,
  )
  return readMessage(answer.body, on.keeping, mailbox.about)
}

/** The bytes in hand, or else a stream of them. */
export async function* readBody(
  mailbox: GmailClient,
  of: { readonly id: string; readonly slot: Slot },
  call: Call,
): AsyncGenerator<Uint8Array> {
  call.signal.throwIfAborted()
  if (of.slot.bytes !== undefined) {
    yield of.slot.bytes
    return
  }
  if (of.slot.spool !== undefined) {
    yield* of.slot.spool.read(call)
    return
  }
  const answer = await mailbox.stream(
    {
      method: 'messages.get',
      asks: 'item',
      send: (users, common, options) => users.messages.get({ ...common, userId: 'me', id: of.id, format: 'raw', fields: 'raw' }, options),
    },
    call,
  )
  yield* rawBytes(answer.body, mailbox.about)
}

/** Draft ids by message id: 5 units for 500. */
export async function readDrafts(mailbox: GmailClient, call: Call): Promise<ReadonlyMap<string, string>> {
  const drafts = new Map<string, string>()
  let pageToken: string | undefined
  do {
    const token = pageToken
    const answer = await mailbox.json(
      {
        method: 'drafts.list',
        asks: 'mailbox',
        send: (users, common, options) =>
          users.drafts.list(
            {
              ...common,
              userId: 'me',
              maxResults: PAGE.drafts,
              includeSpamTrash: true,
              ...(token === undefined ? {} : { pageToken: token }),
            },
            options,
          ),
      },
      call,
    )
    for (const draft of objectsOf(answer['drafts'])) {
      const id = textOf(draft['id'])
      const message = textOf(objectOf(draft['message'])['id'])
      if (id !== undefined && message !== undefined) drafts.set(message, id)
    }
    pageToken = textOf(answer['nextPageToken'])
  } while (pageToken !== undefined)
  return drafts
}

import { type Call, Fault, type Receipt } from '@offramp/core'
import { acceptable, lookUpSent, type Ready, WHOLE } from './append.ts'
import type { Connection, Selected } from './connection.ts'
import { isFragile } from './dovecot-bytes.ts'
import { flagsPrint } from './flags.ts'
import { Likeness } from './likeness.ts'
import { PROBATION } from './limits.ts'
import { memoOf } from './memo.ts'
import { hashOf, type Outgoing } from './message.ts'
import { placeId } from './prepare.ts'
import { compactSet, type Row } from './responses.ts'
import type { Session } from './session.ts'
import { addFlags } from './store.ts'
import { atom } from './wire-client.ts'
import { type Written, writeBatch } from './write-batch.ts'

/** What a mailbox has shown so far, kept as long as its generation is. */
interface Experience {
  readonly keywords: Set<string>
  /** Keywords that the server has refused. */
  readonly refused: Set<string>
}

const DAY = 86_400_000

/** Writes new messages; remembers what the server has shown itself to be like. One per destination. */
export class Writer {
  readonly #session: Session
  readonly #experience = new Map<string, Experience>()
  #probation = PROBATION
  #accepted = 0
  #doubt: Fault | undefined
  #mailbox: Selected | undefined

  constructor(session: Session) {
    this.#session = session
  }

  get mailbox(): Selected {
    if (this.#mailbox === undefined) throw new Error('No mailbox is open for writing.')
    return this.#mailbox
  }

  /**
   * True when a neighbour of the same call was stored. An earlier one proves nothing: Dovecot 2.3 refuses every message with words of no
   * known meaning once the mailbox was deleted while it was open.
   */
  hasAccepted(): boolean {
    return this.#accepted > 0
  }

  accepted(count: number): void {
    this.#accepted += count
  }

  /** They are not sent with a message again: each time would cost a refused batch. */
  keywordsRefused(keywords: readonly string[]): void {
    const { refused } = this.#known()
    for (const keyword of keywords) refused.add(keyword)
    this.#session.services.log.warn({ count: keywords.length }, 'The server takes no keywords of this kind; those categories are lost.')
  }

  /** Writes into a mailbox that the caller has opened. One answer a message, in order. */
  async write(connection: Connection, mailbox: Selected, messages: readonly Outgoing[], call: Call): Promise<(Receipt | Fault)[]> {
    if (this.#doubt !== undefined) throw this.#doubt
    this.#mailbox = mailbox
    this.#accepted = 0
    const ready = messages.map((message) => this.#ready(message, mailbox))
    const mark = connection.capabilities.has('UIDPLUS') ? mailbox.uidNext : await this.#markNow(connection, call)
    const written = await writeBatch(this, connection, ready, call)
    const known = written.some((one) => 'uid' in one && one.uid === 0) ? await this.#lookUp(connection, mark, written, call) : written
    await this.#prove(connection, known, call)
    const receipts: (Receipt | Fault)[] = []
    for (const one of known)
      receipts.push('fault' in one ? one.fault : await this.#asHeld(connection, this.#receipt(one.uid, one.ready), one.ready, call))
    return receipts
  }

  /**
   * A receipt speaks of what the destination holds: where the server is known to change bytes, it is looked at. Where the look breaks off the message is in
   * doubt, to be found again: a receipt of the bytes that were sent would have a true copy taken for an altered one.
   */
  async #asHeld(connection: Connection, receipt: Receipt, { message }: Ready, call: Call): Promise<Receipt | Fault> {
    if (!isFragile(message.bytes)) return receipt
    try {
      await connection.select(this.mailbox.path, call)
      const held = (await connection.fetchOne(receipt.locator, [WHOLE], call))?.body
      if (held === undefined || held.equals(message.bytes) || !new Likeness(message.bytes).matches(held)) return receipt
      this.#session.services.log.warn({ uid: receipt.locator }, 'The server keeps NUL, or a doubled carriage return, in another form.')
      return { ...receipt, size: held.length, hash: hashOf(held) }
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      // The server will not show it: that it was stored is all there is to know.
      return thrown.reach === 'item' ? receipt : unseen(thrown)
    }
  }

  #known(): Experience {
    const key = placeId(this.mailbox)
    const known = this.#experience.get(key) ?? {
      keywords: new Set(this.mailbox.flags.map((flag) => flag.toLowerCase())),
      refused: new Set(),
    }
    this.#experience.set(key, known)
    return known
  }

  #ready(message: Outgoing, mailbox: Selected): Ready {
    const known = this.#known()
    const offered = message.flags.filter((flag) => !known.refused.has(flag))
    const { flags, left } = acceptable(offered, mailbox, known.keywords)
    if (left > 0)
      this.#session.services.log.warn(
        { place: mailbox.uidValidity, left },
        'Flags or categories that this folder cannot keep were left out.',
      )
    return { message, flags }
  }

  async #markNow(connection: Connection, call: Call): Promise<number> {
    const opened = await connection.select(this.mailbox.path, call, true)
    return opened?.uidNext ?? this.mailbox.uidNext
  }

  async #lookUp(connection: Connection, mark: number, written: readonly Written[], call: Call): Promise<Written[]> {
    const stored = written.flatMap((one) => ('uid' in one && one.uid === 0 ? [one.ready] : []))
    await connection.look(this.mailbox.path, call)
    const uids = [...(await lookUpSent(connection, mark, stored, call))]
    if (mark > 1 && uids.includes(undefined)) {
      // Proton's bridge says OK without storing what it has: then the copy stands below the mark.
      const older = await lookUpSent(connection, 1, stored, call)
      uids.forEach((uid, at) => {
        if (uid === undefined) uids[at] = older[at]
      })
    }
    return written.map((one) => {
      if ('fault' in one || one.uid > 0) return one
      const uid = uids.shift()
      return uid === undefined ? { fault: unconfirmed(this.mailbox.path) } : { uid, ready: one.ready }
    })
  }

  /**
   * Some servers drop a flag or the date without a word. The first messages of each connection are read back: missing flags are stored again
   * (Exchange forgets `\Flagged` given to APPEND and keeps it from STORE), and a server that dates everything today is stopped at once,
   * since IMAP cannot correct a date.
   */
  async #prove(connection: Connection, written: readonly Written[], call: Call): Promise<void> {
    const fresh = written.filter((one) => 'uid' in one && one.uid > 0).slice(0, Math.max(0, this.#probation))
    if (fresh.length === 0) return
    const sent = new Map(fresh.flatMap((one) => ('uid' in one ? [[one.uid, one.ready] as const] : [])))
    const rows: Row[] = []
    try {
      await connection.select(this.mailbox.path, call)
      await connection.fetch(compactSet([...sent.keys()]), [atom('FLAGS'), atom('INTERNALDATE')], (row) => rows.push(row), call)
      for (const row of rows) await this.#compare(connection, row, sent.get(row.uid), call)
      this.#probation -= fresh.length
    } catch (thrown) {
      // What was written is known to have arrived; the proof is taken again with the next batch.
      if (!(thrown instanceof Fault)) throw thrown
    }
  }

  async #compare(connection: Connection, row: Row, ready: Ready | undefined, call: Call): Promise<void> {
    if (ready === undefined) return
    const missing = ready.flags.filter((flag) => !row.flags.some((held) => held.toLowerCase() === flag.toLowerCase()))
    if (missing.length > 0) {
      this.#probation = Math.max(this.#probation, PROBATION)
      await addFlags(connection, row.uid, missing, call)
    }
    if (row.date !== undefined && Math.abs(row.date - ready.message.date) > DAY) this.#doubt = datesLost(this.#session.subject.host)
  }

  #receipt(uid: number, { message, flags }: Ready): Receipt {
    return {
      place: placeId(this.mailbox),
      locator: String(uid),
      size: message.bytes.length,
      hash: message.hash,
      memo: memoOf(message.item.revision, flagsPrint(flags)),
    }
  }
}

const unconfirmed = (path: string): Fault =>
  new Fault({
    reach: 'call',
    code: 'imap-append-unconfirmed',
    message: `The server said that it stored the message, and it is not to be found in ${path}.`,
  })

/** Stored, whatever has gone wrong since: so nobody may take it for unwritten. */
const unseen = ({ code, message, connection }: Fault): Fault => new Fault({ reach: 'call', code, message, connection })

const datesLost = (host: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'imap-dates-lost',
    message: `${host} does not keep the date at which a message was received: all mail would look as if it came today, and IMAP cannot correct that later.`,
    remedy: 'Check the server (some proxies drop the date of APPEND). What was copied so far is at most one batch.',
  })

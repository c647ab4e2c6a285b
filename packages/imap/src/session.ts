import { type Call, Fault, type Services } from '@offramp/core'
import { abortReason, type Connection, type Held, openConnection } from './connection.ts'
import type { Subject } from './faults.ts'
import { CONNECTIONS, CONNECTIONS_PER_ACCOUNT, TICKET_MS } from './limits.ts'
import { credentialsOf } from './login.ts'
import type { ImapSettings } from './settings.ts'

/** Logins that the server has refused, by a print of account and secret: they are not tried again. */
export type Refusals = Map<string, Fault>

export interface SessionWish {
  readonly settings: ImapSettings
  readonly services: Services
  readonly account: string
  readonly refusals: Refusals
}

export const hostKey = (settings: ImapSettings): string => `imap:${settings.host}:${settings.port}`

/**
 * One account's connection: made when it is needed, made anew after a loss, used by one caller at a time. One writer a mailbox is also the
 * fastest: eight into one Dovecot mailbox gave 204 messages a second, one gave 646.
 */
export class Session {
  readonly #wish: SessionWish
  #connection: Connection | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(wish: SessionWish) {
    this.#wish = wish
  }

  get subject(): Subject {
    const { settings, account, services } = this.#wish
    return { host: settings.host, account, now: services.clock.now() }
  }

  get settings(): ImapSettings {
    return this.#wish.settings
  }

  get services(): Services {
    return this.#wish.services
  }

  /** Waits for its turn, and for a connection. `work` must not call `use` again. */
  use<T>(work: (connection: Connection) => Promise<T>, call: Call): Promise<T> {
    const turn = this.#tail.then(async () => {
      if (call.signal.aborted) throw abortReason(call)
      return work(await this.#ready(call))
    })
    this.#tail = turn.catch(() => {})
    return turn
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#tail
    this.#connection?.destroy()
    this.#connection = undefined
  }

  async #ready(call: Call): Promise<Connection> {
    if (this.#closed) throw new Error('This destination was closed.')
    const standing = this.#connection
    if (standing?.alive && this.#wish.services.clock.now() - standing.ticket.since < TICKET_MS) return standing
    if (standing?.alive) {
      for (const ticket of standing.ticket.tickets) ticket.leave()
    } else standing?.destroy()
    return this.#renew(standing?.alive ? standing : undefined, call)
  }

  /** A connection keeps its places at the gate; a place lapses by itself when it is kept for long, so it is given back and taken anew. */
  async #renew(standing: Connection | undefined, call: Call): Promise<Connection> {
    let held: Held
    try {
      held = await this.#enter(call)
    } catch (thrown) {
      standing?.destroy()
      this.#connection = undefined
      throw thrown
    }
    if (standing !== undefined) {
      standing.ticket = held
      return standing
    }
    try {
      this.#connection = await this.#open(held, call)
      return this.#connection
    } catch (thrown) {
      for (const ticket of held.tickets) ticket.leave()
      throw thrown
    }
  }

  async #enter(call: Call): Promise<Held> {
    const { settings, services, account } = this.#wish
    const own = { key: `${hostKey(settings)}/${account}`, concurrent: settings.connectionsPerAccount ?? CONNECTIONS_PER_ACCOUNT }
    const all = { key: hostKey(settings), concurrent: settings.connections ?? CONNECTIONS }
    const first = await services.gate.enter(own, 1, call)
    try {
      return { tickets: [first, await services.gate.enter(all, 1, call)], since: services.clock.now() }
    } catch (thrown) {
      first.leave()
      throw thrown
    }
  }

  async #open(held: Held, call: Call): Promise<Connection> {
    const { settings, refusals, services, account } = this.#wish
    const credentials = await credentialsOf(settings, account)
    const refusal = refusals.get(credentials.print)
    if (refusal !== undefined) throw refusal
    try {
      return await openConnection({ settings, credentials, subject: () => this.subject, held }, call)
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      if (thrown.code === 'imap-login-refused') refusals.set(credentials.print, thrown)
      if (thrown.code === 'imap-connection-limit')
        await services.gate.shut(`${hostKey(settings)}/${account}`, thrown.until ?? 0, thrown.message)
      throw thrown
    }
  }
}

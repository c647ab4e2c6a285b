import { TLSSocket } from 'node:tls'
import { type Call, Fault, type Ticket } from '@offramp/core'
import { optionsOf } from './connection-options.ts'
import { commandFault, type Subject } from './faults.ts'
import type { Credentials } from './login.ts'
import { loginFault } from './login-faults.ts'
import { encodeMailbox } from './modified-utf7.ts'
import { codeOf, type Row, readRow, textOf, textsOf } from './responses.ts'
import type { ImapSettings } from './settings.ts'
import { type Argument, atom, type Line, makeWireClient, quoted, sequence, type Untagged, type WireClient } from './wire-client.ts'

/** A mailbox that is open for reading and writing. */
export interface Selected {
  readonly path: string
  readonly uidValidity: number
  readonly uidNext: number
  /** Flags that stay; `\*` among them: new keywords may be made. */
  readonly permanentFlags: readonly string[]
  /** Every flag that the mailbox knows, keywords of others included. */
  readonly flags: readonly string[]
}

export interface Sent {
  readonly untagged?: Untagged
  readonly literalPlus?: boolean
  /** For people: what was being done when it failed. */
  readonly doing: string
}

/** One connection, logged in, with one command on the wire at a time. Dead after the first loss; then a new one is made. */
export interface Connection {
  readonly capabilities: ReadonlySet<string>
  /** `APPENDLIMIT=n`, in bytes. */
  readonly appendLimit: number | undefined
  /** What the server calls itself (ID), in lower case. */
  readonly server: string
  readonly tls: string | undefined
  /** When the server's certificate ends, in milliseconds since the Unix epoch. */
  readonly certificateEnd: number | undefined
  readonly alive: boolean
  /** Taken anew from time to time by whoever owns the connection. */
  ticket: Held
  exec(command: string, attributes: readonly Argument[], sent: Sent, call: Call): Promise<Line>
  /** Opens the mailbox, or opens it anew when `fresh`. Undefined where there is none of that name. */
  select(path: string, call: Call, fresh?: boolean): Promise<Selected | undefined>
  /**
   * As `select`, and what others have done since is seen: a server need not tell of it before it is asked something else (Dovecot 2.3 and Cyrus
   * 3.6 go on showing messages that another session has removed).
   */
  look(path: string, call: Call): Promise<Selected | undefined>
  /** Rows of `UID FETCH`; nothing may be sent to this connection from inside `row`. */
  fetch(uids: string, items: readonly Argument[], row: (row: Row) => void, call: Call): Promise<void>
  /** The row of one message; undefined where it is gone. */
  fetchOne(uid: string, items: readonly Argument[], call: Call): Promise<Row | undefined>
  /** Ends the socket: what was half written goes no further. */
  destroy(): void
}

/** Places at the gate that the connection keeps while it stands. */
export interface Held {
  readonly tickets: readonly Ticket[]
  /** Milliseconds since the Unix epoch. */
  readonly since: number
}

export interface ConnectionWish {
  readonly settings: ImapSettings
  readonly credentials: Credentials
  readonly subject: () => Subject
  readonly held: Held
}

/** The reason of an abort as the caller gave it; a time-out becomes a fault, since its outcome is unknown. */
export function abortReason(call: Call): unknown {
  const { reason } = call.signal
  if (!(reason instanceof Error) || reason.name !== 'TimeoutError') return reason
  return new Fault({
    reach: 'call',
    code: 'imap-timeout',
    message: 'The server took longer than this step may take.',
    connection: true,
    cause: reason,
  })
}

/** Connects and logs in, once. Faults: `account` for certificates and passwords, `gate` for limits, `call` for the network. */
export async function openConnection(wish: ConnectionWish, call: Call): Promise<Connection> {
  const client = makeWireClient(optionsOf(wish.settings, wish.credentials))
  const stop = () => client.flow.close()
  call.signal.addEventListener('abort', stop, { once: true })
  try {
    call.signal.throwIfAborted()
    await client.flow.connect()
  } catch (thrown) {
    client.flow.close()
    if (call.signal.aborted) throw abortReason(call)
    throw loginFault(thrown, wish.subject())
  } finally {
    call.signal.removeEventListener('abort', stop)
  }
  if (wish.credentials.mustBePlain && !usedPlain(client.flow)) {
    client.flow.close()
    throw loginFault(new Error('Unsupported authentication mechanism'), wish.subject())
  }
  return new LiveConnection(client, wish)
}

/** imapflow falls back to LOGIN on its own, which knows no authorization identity. */
const usedPlain = (flow: object): boolean => {
  const used: unknown = Reflect.get(flow, 'authCapabilities')
  return used instanceof Map && used.get('AUTH=PLAIN') === true
}

/** Cyrus 3.6 and others say it in words only. Any other refusal must not be taken for an absent folder: that would write twice. */
const isAbsent = (fault: Fault): boolean =>
  fault.code === 'imap-place-gone' ||
  (fault.code === 'imap-refused-unknown' && /exist|not found|no such|unknown mailbox/i.test(fault.message))

const SELECTED_CODES = new Set(['UIDVALIDITY', 'UIDNEXT'])

/** What Cyrus 3.6 announces where no limit is set. */
const NO_LIMIT = 4_294_967_295

class LiveConnection implements Connection {
  readonly capabilities: ReadonlySet<string>
  readonly appendLimit: number | undefined
  readonly server: string
  readonly tls: string | undefined
  readonly certificateEnd: number | undefined
  ticket: Held
  readonly #client: WireClient
  readonly #wish: ConnectionWish
  #selected: Selected | undefined
  #dead = false

  constructor(client: WireClient, wish: ConnectionWish) {
    this.#client = client
    this.#wish = wish
    this.ticket = wish.held
    const { flow } = client
    this.capabilities = new Set([...flow.capabilities.keys()].map((name) => name.toUpperCase()))
    const limit = flow.capabilities.get('APPENDLIMIT')
    this.appendLimit = typeof limit === 'number' && limit < NO_LIMIT ? limit : undefined
    this.server = String(flow.serverInfo?.['name'] ?? '').toLowerCase()
    this.tls = flow.tls === undefined || flow.tls === false ? undefined : String(Reflect.get(flow.tls, 'version') ?? 'TLS')
    const socket: unknown = Reflect.get(flow, 'socket')
    const end = socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN
    this.certificateEnd = Number.isNaN(end) ? undefined : end
    flow.on('close', () => {
      this.#dead = true
    })
  }

  get alive(): boolean {
    return !this.#dead && this.#client.flow.usable
  }

  destroy(): void {
    this.#dead = true
    this.#client.flow.close()
    for (const ticket of this.ticket.tickets) ticket.leave()
  }

  async exec(command: string, attributes: readonly Argument[], sent: Sent, call: Call): Promise<Line> {
    if (call.signal.aborted) throw abortReason(call)
    const stop = () => this.destroy()
    call.signal.addEventListener('abort', stop, { once: true })
    try {
      return await this.#client.exec(command, attributes, sent)
    } catch (thrown) {
      if (call.signal.aborted) throw abortReason(call)
      const fault = commandFault(thrown, sent.doing, this.#wish.subject())
      if (fault.code === 'imap-connection-lost') this.destroy()
      // After a refusal nobody understands the mailbox is opened anew: it may have been deleted while it was open.
      else if (fault.reach === 'call') this.#selected = undefined
      throw fault
    } finally {
      call.signal.removeEventListener('abort', stop)
    }
  }

  async select(path: string, call: Call, fresh = false): Promise<Selected | undefined> {
    if (this.#selected?.path === path && !fresh) return this.#selected
    this.#selected = undefined
    const seen = { flags: [] as string[], permanent: undefined as string[] | undefined, numbers: new Map<string, number>() }
    const untagged: Untagged = {
      FLAGS: async (line) => {
        seen.flags = textsOf(line.attributes?.[0])
      },
      OK: async (line) => {
        const code = codeOf(line)
        if (code?.name === 'PERMANENTFLAGS') seen.permanent = textsOf(code.rest[0])
        else if (code !== undefined && SELECTED_CODES.has(code.name)) seen.numbers.set(code.name, Number(textOf(code.rest[0])))
      },
    }
    try {
      await this.exec('SELECT', [quoted(encodeMailbox(path))], { untagged, doing: 'opening a folder' }, call)
    } catch (thrown) {
      if (thrown instanceof Fault && isAbsent(thrown)) return undefined
      throw thrown
    }
    this.#selected = {
      path,
      uidValidity: seen.numbers.get('UIDVALIDITY') ?? 0,
      uidNext: seen.numbers.get('UIDNEXT') ?? 0,
      permanentFlags: seen.permanent ?? seen.flags,
      flags: seen.flags,
    }
    return this.#selected
  }

  async look(path: string, call: Call): Promise<Selected | undefined> {
    if (this.#selected?.path !== path) return this.select(path, call)
    await this.exec('NOOP', [], { doing: 'looking at a folder' }, call)
    return this.#selected
  }

  async fetch(uids: string, items: readonly Argument[], row: (row: Row) => void, call: Call): Promise<void> {
    const untagged: Untagged = {
      FETCH: async (line) => {
        const read = readRow(line)
        if (read !== undefined) row(read)
      },
    }
    await this.exec('UID FETCH', [sequence(uids), [atom('UID'), ...items]], { untagged, doing: 'reading a folder' }, call)
  }

  async fetchOne(uid: string, items: readonly Argument[], call: Call): Promise<Row | undefined> {
    const rows: Row[] = []
    // A message whose flags changed in between comes twice, the second time without what was asked for.
    await this.fetch(uid, items, (row) => String(row.uid) === uid && rows.push(row), call)
    return rows.find((row) => row.body !== undefined) ?? rows[0]
  }
}

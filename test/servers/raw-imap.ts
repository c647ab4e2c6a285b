import { connect, type Socket } from 'node:net'

/** A message as the server tells it to a client that shares no code with the connector under test. */
export interface RawMessage {
  readonly uid: number
  readonly flags: readonly string[]
  /** As the server writes it: `17-Jul-1996 02:44:25 +0000`. */
  readonly internalDate: string
  readonly bytes: Buffer
}

export interface RawImap {
  /** One command; the answer up to and with its tagged line. Never throws for `NO` or `BAD`: the caller reads them. */
  command(line: string): Promise<Buffer>
  /** `APPEND` by a synchronizing literal. Date as IMAP writes it, without quotes. */
  append(mailbox: string, bytes: Uint8Array, options?: { readonly flags?: string; readonly date?: string }): Promise<string>
  /** Everything in a mailbox, opened read-only. */
  messages(mailbox: string): Promise<readonly RawMessage[]>
  /** Names from LIST, as they stand on the wire. */
  list(): Promise<readonly string[]>
  close(): void
}

export interface RawLogin {
  readonly host?: string
  readonly port: number
  readonly user: string
  readonly pass: string
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, (character) => `\\${character}`)}"`

/** Messages fetched with one command. */
const PORTION = 20

/** Waits until `found` says how many bytes of what has come make an answer, and takes them. */
function reader(socket: Socket) {
  let held = Buffer.alloc(0)
  let waiting: (() => void) | undefined
  let ended = false
  const wake = () => waiting?.()
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk])
    wake()
  })
  const end = () => {
    ended = true
    wake()
  }
  socket.on('close', end)
  socket.on('error', end)
  return async (found: (bytes: Buffer) => number): Promise<Buffer> => {
    for (;;) {
      const length = found(held)
      if (length > 0) {
        const answer = held.subarray(0, length)
        held = held.subarray(length)
        return answer
      }
      if (ended) throw new Error(`The server hung up after: ${held.toString('latin1').slice(-200)}`)
      await new Promise<void>((resolve) => {
        waiting = resolve
      })
    }
  }
}

/** Length of the answer up to its tagged line, literals skipped; 0 while it is not complete. */
function answerLength(bytes: Buffer, tag: string): number {
  let at = 0
  for (;;) {
    const eol = bytes.indexOf('\r\n', at)
    if (eol < 0) return 0
    const line = bytes.toString('latin1', at, eol)
    at = eol + 2
    const literal = /\{(\d+)\}$/.exec(line)
    if (literal) at += Number(literal[1])
    else if (line.startsWith(`${tag} `)) return at
    if (at > bytes.length) return 0
  }
}

/** Splits `* n FETCH (...)` rows that end with one BODY[] literal. */
export function parseFetchRows(answer: Buffer): RawMessage[] {
  const rows: RawMessage[] = []
  let at = 0
  for (;;) {
    const eol = answer.indexOf('\r\n', at)
    if (eol < 0) return rows
    const line = answer.toString('latin1', at, eol)
    at = eol + 2
    const literal = /\{(\d+)\}$/.exec(line)
    if (!literal) continue
    const length = Number(literal[1])
    rows.push({
      uid: Number(/UID (\d+)/.exec(line)?.[1]),
      flags: (/FLAGS \(([^)]*)\)/.exec(line)?.[1] ?? '').split(' ').filter(Boolean),
      internalDate: /INTERNALDATE "([^"]*)"/.exec(line)?.[1]?.trim() ?? '',
      bytes: Buffer.from(answer.subarray(at, at + length)),
    })
    at += length
  }
}

/** Logs in over plain loopback TCP. */
export async function rawImap(login: RawLogin): Promise<RawImap> {
  const socket = connect(login.port, login.host ?? '127.0.0.1')
  const take = reader(socket)
  await take((bytes) => (bytes.includes('\r\n') ? bytes.indexOf('\r\n') + 2 : 0))
  let count = 0
  const command = async (line: string): Promise<Buffer> => {
    const tag = `r${++count}`
    socket.write(`${tag} ${line}\r\n`)
    return take((bytes) => answerLength(bytes, tag))
  }
  const append: RawImap['append'] = async (mailbox, bytes, options = {}) => {
    const tag = `r${++count}`
    const date = options.date === undefined ? '' : ` "${options.date}"`
    socket.write(`${tag} APPEND ${quoted(mailbox)} (${options.flags ?? ''})${date} {${bytes.length}}\r\n`)
    const invited = await take((got) =>
      /^\+[^\n]*\n/.test(got.toString('latin1', 0, 200)) ? got.indexOf('\n') + 1 : answerLength(got, tag),
    )
    if (!invited.toString('latin1').startsWith('+')) return invited.toString('latin1')
    socket.write(bytes)
    socket.write('\r\n')
    return (await take((got) => answerLength(got, tag))).toString('latin1')
  }
  const messages: RawImap['messages'] = async (mailbox) => {
    const opened = (await command(`EXAMINE ${quoted(mailbox)}`)).toString('latin1')
    if (!/^r\d+ OK/m.test(opened)) throw new Error(opened.trim())
    const exists = Number(/^\* (\d+) EXISTS/m.exec(opened)?.[1] ?? 0)
    const rows: RawMessage[] = []
    // In portions: the reader holds an answer until it is whole.
    for (let from = 1; from <= exists; from += PORTION) {
      const answer = await command(`FETCH ${from}:${Math.min(from + PORTION - 1, exists)} (UID FLAGS INTERNALDATE BODY.PEEK[])`)
      rows.push(...parseFetchRows(answer))
    }
    return rows
  }
  const list: RawImap['list'] = async () => {
    const names = (await command('LIST "" "*"')).toString('latin1').matchAll(/^\* LIST \([^)]*\) (?:"[^"]*"|NIL) (.*)\r$/gm)
    return [...names].map((match) => unquote(match[1] ?? ''))
  }
  const answer = (await command(`LOGIN ${quoted(login.user)} ${quoted(login.pass)}`)).toString('latin1')
  if (!/^r1 OK/m.test(answer)) throw new Error(answer.trim())
  return { command, append, messages, list, close: () => socket.destroy() }
}

const unquote = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)

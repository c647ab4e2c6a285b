import { connect, type TLSSocket } from 'node:tls'
import type { Dovecot } from '../servers/dovecot.ts'

/** What is written, ready to be sent: no code of ours is measured by it. */
export interface Prepared {
  readonly login: string
  readonly bodies: readonly Buffer[]
}

/** As many as Offramp sends at once. */
const BATCH = 50

/** A connection that knows nothing but to send and to wait for a tag. */
class Line {
  readonly #socket: TLSSocket
  #said = ''
  #wake: (() => void) | undefined

  constructor(port: number, ca: string) {
    this.#socket = connect({ port, host: 'localhost', ca })
    this.#socket.on('data', (chunk) => {
      this.#said += String(chunk)
      this.#wake?.()
    })
  }

  write(part: string | Buffer): void {
    this.#socket.write(part)
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  async done(tag: string): Promise<void> {
    const answer = new RegExp(`^${tag} (OK|NO|BAD)[^\r\n]*\r\n`, 'm')
    for (;;) {
      const found = answer.exec(this.#said)
      if (found?.[1] === 'OK') break
      if (found) throw new Error(`The bare writer was refused: ${found[0]}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#said = ''
  }

  end(): void {
    this.#socket.destroy()
  }
}

async function write(line: Line, mailbox: string, bodies: readonly Buffer[]): Promise<void> {
  for (let at = 0; at < bodies.length; at += BATCH) {
    line.cork()
    line.write(`t${at}x APPEND ${mailbox}`)
    for (const body of bodies.slice(at, at + BATCH)) {
      line.write(` (\\Seen) "13-Sep-2020 12:26:40 +0000" {${body.length}+}\r\n`)
      line.write(body)
    }
    line.write('\r\n')
    line.uncork()
    await line.done(`t${at}x`)
  }
}

/**
 * The least that a client can do: MULTIAPPEND with LITERAL+ over TLS, one mailbox a connection, bytes that are in memory, nothing remembered and
 * nothing checked. Seconds.
 */
export async function bareWrite(dovecot: Dovecot, all: readonly Prepared[]): Promise<number> {
  const lines = await Promise.all(
    all.map(async ({ login }) => {
      const line = new Line(dovecot.imapsPort, dovecot.ca)
      line.write(`a LOGIN "${login}" "${dovecot.users[login] ?? ''}"\r\n`)
      await line.done('a')
      line.write('b CREATE Bare\r\n')
      await line.done('b')
      if (process.env.SEL) { line.write('c SELECT Bare\r\n'); await line.done('c') }
      return line
    }),
  )
  const began = performance.now()
  await Promise.all(all.map(({ bodies }, nth) => lines[nth] && write(lines[nth], 'Bare', bodies)))
  const seconds = (performance.now() - began) / 1000
  for (const line of lines) line.end()
  return seconds
}

import { connect, createServer, type Socket } from 'node:net'
import { type Held, type Hold, type Holding, type HoldWish, makeHolding } from './hold.ts'

export type Direction = 'up' | 'down'

/** What is done to every connection that comes from now on. `up` is from the client to the server. */
export interface Cut {
  /** Counted on each connection from its first byte. */
  readonly direction: Direction
  readonly afterBytes: number
  /** `cut`: both ends are reset. `stall`: nothing passes in that direction any more, and nobody is told. */
  readonly how: 'cut' | 'stall'
  /** How many connections suffer it; default 1. Later ones pass untouched. */
  readonly times?: number
}

export interface CuttingProxy {
  readonly host: string
  readonly port: number
  /** Replaces what was wished before; undefined lets everything pass. */
  next(cut: Cut | undefined): void
  /** Starts counting for `cut` on the connections that are open now. */
  now(cut: Cut): void
  /**
   * The next such IMAP command goes up in full, and what the server answers is thrown away with the connection: stored, and nobody was told.
   * Invitations to send a literal (`+`) pass. Plain text only.
   */
  loseNextAnswer(command: string): void
  /** The same for whatever request holds this text (HTTP). */
  loseAnswerTo(text: string): void
  /** The same, but so many bytes of the answer come through first. `text` must stand in the request's head (HTTP). */
  cutAnswerTo(text: string, afterBytes: number): void
  /** Keeps the next such request on its way; takes the place of an earlier wish. */
  hold(wish: HoldWish): Hold
  /** Requests of this method that have gone up so far (HTTP). */
  asked(method: string): number
  /** Cuts within the next message that is appended, after this share of its literal (0 to 1); resolves once it is done. Plain text only. */
  cutInLiteral(share: number): Promise<void>
  /** Connections that were cut or stalled so far. */
  suffered(): number
  /** Connections accepted so far. */
  connections(): number
  /** Bytes that have gone up so far. */
  bytesUp(): number
  /** Resets every open connection. */
  dropAll(): void
  stop(): Promise<void>
}

export interface ProxyTarget {
  readonly host?: string
  readonly port: number
  /** Milliseconds by which every chunk is held back in each direction, to see what round trips cost. */
  readonly delayMs?: number
  /** What the server says, changed on its way (Latin-1): to take a response code out, for example. */
  readonly answers?: (text: string) => string
  /** Told what the client says (Latin-1). */
  readonly asks?: (text: string) => void
}

interface Pair extends Held {
  readonly client: Socket
  readonly server: Socket
  cut: Cut | undefined
  passed: number
  /** A command has gone up whose answer is to be lost, after so many bytes. */
  doomed: number | undefined
}

/** A TCP proxy on loopback that breaks connections on purpose, at a given byte. */
export async function startCuttingProxy(target: ProxyTarget): Promise<CuttingProxy> {
  const pairs = new Set<Pair>()
  let wish: Cut | undefined
  let left = 0
  let suffered = 0
  let losing: { readonly text: string; readonly afterBytes: number } | undefined
  const methods = new Map<string, number>()
  let accepted = 0
  let bytesUp = 0
  let holding: Holding | undefined
  let literal: { readonly share: number; readonly done: () => void } | undefined
  const takeWish = (): Cut | undefined => {
    if (wish === undefined || left === 0) return undefined
    left -= 1
    return wish
  }
  const drop = (pair: Pair) => {
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
    pairs.delete(pair)
  }
  /** True when the chunk must go no further. */
  const isLost = (pair: Pair, direction: Direction, chunk: Buffer): boolean => {
    if (direction === 'up') {
      bytesUp += chunk.length
      const method = /^[A-Z]+(?= \/)/.exec(chunk.toString('latin1', 0, 20))?.[0]
      if (method !== undefined) methods.set(method, (methods.get(method) ?? 0) + 1)
      if (losing !== undefined && chunk.includes(losing.text)) {
        pair.doomed = losing.afterBytes
        losing = undefined
      }
      return false
    }
    if (!pairs.has(pair)) return true
    if (pair.doomed === undefined || chunk.toString('latin1', 0, 1) === '+') return false
    suffered += 1
    if (pair.doomed > 0) {
      // Ended in good order, or the system would throw the part away that has come through.
      pair.client.end(chunk.subarray(0, pair.doomed))
      pair.server.destroy()
      pairs.delete(pair)
    } else drop(pair)
    return true
  }
  /** The cut is put into the literal whose announcement has just come. */
  const aim = (pair: Pair, chunk: Buffer): void => {
    const announced = literal && /APPEND [^\r\n]*\{(\d+)\+?\}\r\n/.exec(chunk.toString('latin1'))
    if (!literal || !announced) return
    const begins = announced.index + announced[0].length
    pair.cut = { direction: 'up', afterBytes: begins + Math.floor(Number(announced[1]) * literal.share), how: 'cut' }
    pair.passed = 0
    literal.done()
    literal = undefined
  }
  const pass = (pair: Pair, direction: Direction, whole: Buffer) => {
    const chunk = holding?.passing(pair, direction, whole) ?? whole
    if (chunk.length > 0) passOn(pair, direction, chunk)
  }
  const passOn = (pair: Pair, direction: Direction, chunk: Buffer) => {
    if (isLost(pair, direction, chunk)) return
    if (direction === 'up') aim(pair, chunk)
    const to = direction === 'up' ? pair.server : pair.client
    const { cut } = pair
    if (cut?.direction !== direction) return void send(to, chunk)
    const room = Math.max(0, cut.afterBytes - pair.passed)
    const before = pair.passed
    pair.passed += chunk.length
    if (chunk.length <= room) return void send(to, chunk)
    if (before <= cut.afterBytes) suffered += 1
    if (cut.how === 'stall') return void (room > 0 && to.write(chunk.subarray(0, room)))
    if (room > 0) to.write(chunk.subarray(0, room), () => drop(pair))
    else drop(pair)
  }
  /** An end must not overtake what was said before it: Radicale closes after each answer. */
  const late = (act: () => void): void => {
    if (target.delayMs === undefined) act()
    else setTimeout(act, target.delayMs)
  }
  const send = (to: Socket, chunk: Buffer) => late(() => to.destroyed || to.write(chunk))
  const listener = createServer((client) => {
    accepted += 1
    const server = connect(target.port, target.host ?? '127.0.0.1')
    const pair: Pair = {
      client,
      server,
      cut: takeWish(),
      passed: 0,
      doomed: undefined,
      up: (bytes) => passOn(pair, 'up', bytes),
      reset: () => drop(pair),
    }
    pairs.add(pair)
    client.setNoDelay(true)
    server.setNoDelay(true)
    const { answers, asks } = target
    client.on('data', (chunk) => {
      asks?.(chunk.toString('latin1'))
      pass(pair, 'up', chunk)
    })
    server.on('data', (chunk) =>
      pass(pair, 'down', answers === undefined ? chunk : Buffer.from(answers(chunk.toString('latin1')), 'latin1')),
    )
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('end', () => late(() => other.end()))
      one.on('close', () => {
        holding?.ended(pair)
        late(() => other.destroy())
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const dropAll = () => {
    for (const pair of [...pairs]) drop(pair)
  }
  return {
    host: '127.0.0.1',
    port,
    next(cut) {
      wish = cut
      left = cut?.times ?? 1
    },
    now(cut) {
      for (const pair of pairs) {
        pair.cut = cut
        pair.passed = 0
      }
    },
    loseNextAnswer(command) {
      losing = { text: ` ${command} `, afterBytes: 0 }
    },
    loseAnswerTo(text) {
      losing = { text, afterBytes: 0 }
    },
    cutAnswerTo(text, afterBytes) {
      losing = { text, afterBytes }
    },
    hold(wish) {
      holding?.hold.end()
      holding = makeHolding(wish)
      return holding.hold
    },
    asked: (method) => methods.get(method) ?? 0,
    cutInLiteral: (share) =>
      new Promise((resolve) => {
        literal = { share, done: resolve }
      }),
    suffered: () => suffered,
    connections: () => accepted,
    bytesUp: () => bytesUp,
    dropAll,
    stop: () =>
      new Promise((resolve) => {
        dropAll()
        listener.close(() => resolve())
      }),
  }
}

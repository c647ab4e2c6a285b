/** A request that a proxy keeps on its way, so that something can happen in the very middle of it (HTTP). */
export interface Hold {
  /** Whose: what has come of its head, once as much of it has gone up as was wished. */
  head(): string | undefined
  /** Lets the rest of it go up; what comes back is kept, or not. */
  goOn(wish: { readonly keepAnswer: boolean }): void
  /** With which the server has begun to answer, once it has. */
  status(): number | undefined
  /** Neither side has ended the connection. */
  isOpen(): boolean
  /** Holds nothing any more; a connection on which something is kept is reset. */
  end(): void
}

export interface HoldWish {
  /** Of the head's first line and what follows. */
  readonly sign: RegExp
  /** Of the body goes up. 0: nothing at all, not even the head. */
  readonly share: number
}

/** What a connection can do for it. */
export interface Held {
  up(bytes: Buffer): void
  reset(): void
}

export interface Holding {
  readonly hold: Hold
  /** What of these bytes may pass. */
  passing(on: Held, direction: 'up' | 'down', bytes: Buffer): Buffer
  ended(on: Held): void
}

const NOTHING = Buffer.alloc(0)

/** Bytes of a request that may go up; undefined of anything else than the beginning of one. */
function roomIn(bytes: Buffer, { sign, share }: HoldWish): { readonly head: string; readonly room: number } | undefined {
  const at = bytes.indexOf('\r\n\r\n')
  const head = at < 0 ? '' : bytes.toString('latin1', 0, at)
  if (!/^[A-Z]+ \//.test(head) || !sign.test(head)) return undefined
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  return { head, room: share === 0 ? 0 : at + 4 + Math.floor(length * share) }
}

/** Takes the first request that bears the sign, on whatever connection. */
export function makeHolding(wish: HoldWish): Holding {
  let held: Held | undefined
  let head = ''
  let room = 0
  let status: number | undefined
  let way: 'held' | 'answer held' | 'free' = 'held'
  let open = false
  const kept: Buffer[] = []
  const up = (bytes: Buffer): Buffer => {
    if (way !== 'held') return bytes
    const part = bytes.subarray(0, room)
    room -= part.length
    if (part.length < bytes.length) kept.push(bytes.subarray(part.length))
    return part
  }
  const down = (bytes: Buffer): Buffer => {
    if (room > 0) return bytes
    status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(bytes.toString('latin1', 0, 20))?.[1] ?? 0)
    return way === 'free' ? bytes : NOTHING
  }
  const take = (on: Held, bytes: Buffer): void => {
    const found = roomIn(bytes, wish)
    if (found === undefined) return
    held = on
    open = true
    head = found.head
    room = found.room
  }
  return {
    passing(on, direction, bytes) {
      if (held === undefined && direction === 'up' && way !== 'free') take(on, bytes)
      if (on !== held) return bytes
      return direction === 'up' ? up(bytes) : down(bytes)
    },
    ended(on) {
      if (on === held) open = false
    },
    hold: {
      head: () => (held !== undefined && room === 0 ? head : undefined),
      goOn({ keepAnswer }) {
        way = keepAnswer ? 'answer held' : 'free'
        for (const bytes of kept.splice(0)) held?.up(bytes)
      },
      status: () => status,
      isOpen: () => open,
      end() {
        if (open && way !== 'free') held?.reset()
        way = 'free'
      },
    },
  }
}

import {
  asFault,
  type Clock,
  type Home,
  type Intent,
  type LaneId,
  type Lease,
  LeaseLost,
  type Moving,
  type Outcome,
  type PlaceNote,
  type Search,
} from '@offramp/core'
import type { Script } from '../connection/run-script.ts'
import { packIntents, packKeys, packOutcomes, packRemoved } from './batch-codec.ts'
import { LEDGER_SCRIPTS } from './scripts.ts'
import type { Vigil } from './vigil.ts'

/** Renewals in the time after which an unrenewed lease stops: three may fail before work does. */
const RENEWALS = 4

export interface LeaseParts {
  readonly lane: LaneId
  readonly fence: number
  readonly token: string
  readonly ttlMs: number
  readonly vigil: Vigil
  /** Runs a script on the lane's key, with the time as its first argument. */
  readonly run: (script: Script, args: readonly (string | number | Buffer)[]) => Promise<unknown>
  readonly moment: () => { readonly wall: number; readonly monotonic: number }
  readonly clock: Clock
}

/**
 * A lane's lease in Redis. Writes go one after the other, each with a number: one that the client sends again after a broken connection
 * is not done twice. Renewals do not queue behind them.
 */
export class RedisLease implements Lease {
  readonly lane: LaneId
  readonly fence: number
  readonly #parts: LeaseParts
  readonly #released = new AbortController()
  #sent = 0
  #known = 0
  #tail: Promise<unknown> = Promise.resolve()

  constructor(parts: LeaseParts) {
    this.#parts = parts
    this.lane = parts.lane
    this.fence = parts.fence
    void parts.vigil.watch({ signal: this.#released.signal })
    void this.#renew()
  }

  get signal(): AbortSignal {
    return this.#parts.vigil.signal
  }

  intend(intents: readonly Intent[]): Promise<void> {
    return this.#write(LEDGER_SCRIPTS.intend, intents.length, () => [packIntents(intents)])
  }

  withdraw(ids: readonly string[]): Promise<void> {
    return this.#write(LEDGER_SCRIPTS.withdraw, ids.length, () => [packKeys(ids)])
  }

  gained(ids: readonly string[]): Promise<void> {
    return this.#write(LEDGER_SCRIPTS.gained, ids.length, () => [packKeys(ids)])
  }

  settle(outcomes: readonly Outcome[]): Promise<void> {
    return this.#write(LEDGER_SCRIPTS.settle, outcomes.length, () => [packOutcomes(outcomes)])
  }

  removed(listing: string, ids: readonly string[]): Promise<void> {
    return this.#write(LEDGER_SCRIPTS.removed, ids.length, () => [packRemoved(listing, ids)])
  }

  house(homes: readonly Home[], moving: readonly Moving[]): Promise<void> {
    const stand = homes.flatMap(({ collection, place, modifiedAt, dated }) => [collection, place, dateText(modifiedAt), signOf(dated)])
    const anew = moving.flatMap(({ listing, left, cursor, later }) => [listing, JSON.stringify(left), later ? '>' : beginning(cursor)])
    return this.#book(homes.length + moving.length === 0 ? ['house'] : ['house', String(homes.length), ...stand, ...anew])
  }

  note(notes: readonly PlaceNote[]): Promise<void> {
    return this.#book(['note', ...notes.flatMap((note) => [note.place, noteText(note)])])
  }

  advance(listing: string, cursor: string, donePass?: number): Promise<void> {
    return this.#book(['advance', listing, cursor, donePass === undefined ? '' : String(donePass)])
  }

  rewind(listing: string): Promise<void> {
    return this.#book(['rewind', listing])
  }

  raise(floors: readonly Required<Search>[]): Promise<void> {
    return this.#book(['raise', ...floors.flatMap(({ place, since }) => [place, since])])
  }

  suspect(searches: readonly Search[]): Promise<void> {
    return this.#book(['suspect', ...searches.flatMap(({ place, since }) => [place, since ?? ''])])
  }

  cleared(places: readonly string[]): Promise<void> {
    return this.#book(['cleared', ...places])
  }

  async release(): Promise<void> {
    if (this.#released.signal.aborted) return
    this.#released.abort()
    const { vigil, run, token } = this.#parts
    const held = !vigil.lapsed()
    if (held) await this.#tail
    vigil.end()
    // Where it does not arrive, the lease lapses by itself; a lost one is let go without waiting.
    const gone = run(LEDGER_SCRIPTS.release, [token]).catch(() => undefined)
    if (held) await gone
  }

  #book(args: readonly string[]): Promise<void> {
    return this.#write(LEDGER_SCRIPTS.book, args[0] === 'advance' || args[0] === 'rewind' ? 1 : args.length - 1, () => args)
  }

  /** An empty batch is not sent, but a lost lease is told all the same. */
  #write(script: Script, size: number, pack: () => readonly (string | Buffer)[]): Promise<void> {
    const done = this.#tail.then(async () => {
      this.#assertHeld()
      if (size === 0) return
      const packed = pack()
      const number = ++this.#sent
      const answer = await this.#parts.run(script, [this.#parts.token, number, this.#known, ...packed])
      if (String(answer) !== 'OK') this.#parts.vigil.end()
      if (String(answer) !== 'OK') throw new LeaseLost(this.lane)
      this.#known = number
    })
    this.#tail = done.catch(() => undefined)
    return done
  }

  #assertHeld(): void {
    if (this.#released.signal.aborted || this.#parts.vigil.lapsed()) throw new LeaseLost(this.lane)
  }

  async #renew(): Promise<void> {
    const { vigil, token, ttlMs, run, moment, clock } = this.#parts
    const call = { signal: this.#released.signal }
    while (!call.signal.aborted && !vigil.lapsed()) {
      const slept = await clock.sleep(ttlMs / (RENEWALS + 1), call).then(
        () => true,
        () => false,
      )
      if (!slept || vigil.lapsed()) return
      const since = moment()
      const answer = await run(LEDGER_SCRIPTS.renew, [token, this.#known, ttlMs]).catch(asFault)
      if (String(answer) === 'OK') vigil.renewed(since)
      else if (String(answer) === 'LOST') vigil.end()
      // A fault: Redis may answer the next time. The vigil ends it in time where it does not.
    }
  }
}

const dateText = (modifiedAt: number | undefined): string => (modifiedAt === undefined ? '' : String(modifiedAt))

const signOf = (dated: boolean | undefined): string => (dated === undefined ? '' : dated ? '+' : '-')

const noteText = ({ made, left }: PlaceNote): string => (made === undefined && left === undefined ? '' : JSON.stringify({ made, left }))

const beginning = (cursor: string | undefined): string => (cursor === undefined ? '' : `=${cursor}`)

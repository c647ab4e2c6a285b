import { memoryDestination, memoryDrive, memoryFiles, memoryLedger, memoryShelf, memorySource, type Wire } from '@offramp/conformance'
import { Fault } from '@offramp/core'
import type { TurnEnd, TurnRequest } from '../contract.ts'
import { turnWith } from '../turn.ts'
import type { Process } from './scheduler.ts'
import { LEASE_MS, PUT_MS, type World } from './world.ts'

export const LANE = 'anna-mail'

/** The processes that move the lane: each takes the lease, works a turn, and reacts to its end. A killed one is started anew. */
export class Workers {
  readonly #world: World
  #serial = 0
  readonly living = new Set<Process>()
  pass = 1
  /** Passes to go until the end. */
  left: number
  /** How a turn must not end. */
  readonly mishaps: string[] = []

  constructor(world: World) {
    this.#world = world
    this.left = world.weather.passes
    world.onKill = (process) => {
      this.living.delete(process)
      world.scheduler.at(world.scheduler.now + world.dice.between(100, 5_000), () => this.start())
    }
  }

  start(): void {
    const process: Process = { name: `worker-${++this.#serial}`, dead: false, stoppedUntil: 0 }
    this.living.add(process)
    this.#live(process).catch((error: unknown) => {
      this.mishaps.push(`a worker ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    })
  }

  async #live(process: Process): Promise<void> {
    const { scheduler, dice } = this.#world
    const clock = scheduler.clockOf(process)
    let [troubles, fruitless] = [0, 0]
    while (this.left > 0) {
      const end = await this.#spell(process, { troubles, fruitless }).catch((error: unknown): TurnEnd => {
        if (error instanceof Fault) return { state: 'wait', until: clock.now() + 1_000, why: 'the ledger cannot be reached' }
        throw error
      })
      troubles = end.state === 'wait' && end.trouble ? troubles + 1 : 0
      fruitless = troubles > 0 && !(end.state === 'wait' && end.gotOn) ? fruitless + 1 : 0
      if (end.state === 'halted') this.mishaps.push(`halted: ${end.fault.message}`)
      const ms = end.state === 'wait' ? end.until - clock.now() : dice.between(10, 3_000)
      await clock.sleep(Math.max(1, ms), {})
    }
  }

  async #spell(process: Process, rests: Pick<TurnRequest, 'troubles' | 'fruitless'>): Promise<TurnEnd> {
    const world = this.#world
    const { dice } = world
    const wire = world.wireOf(process)
    const clock = world.scheduler.clockOf(process)
    const ledger = memoryLedger(world.store, { clock, wire, ...world.ledger })
    const lease = await ledger.lease(LANE, process.name, LEASE_MS)
    if (!lease) return { state: 'lost' }
    const { pass } = this
    world.onDoubt()
    const stop = new AbortController()
    if (!world.calm && dice.chance(0.1)) world.scheduler.at(clock.now() + dice.between(10, 2_000), () => stop.abort(), process)
    const end = await turnWith(world.guards)(
      {
        ...this.#ends(process, wire),
        ledger,
        lease,
        pass,
        limits: { pageItems: world.drives ? 8 : 4, windowItems: 3, windowBytes: 400, sliceMs: 20_000, putMs: PUT_MS },
        clock,
        report: () => undefined,
        ...rests,
      },
      { signal: stop.signal },
    )
    await lease.release()
    if (end.state === 'done' && pass === this.pass) this.#passed()
    return end
  }

  #ends(process: Process, wire: Wire): Pick<TurnRequest, 'source' | 'destination'> {
    const { account, drive, mailbox, tree, weather, dice, calm, unsealed, takesOwned, leaves } = this.#world
    const reading = { wire, chunk: 64, poison: this.#poison(process), ...(calm ? {} : { noise: dice.next }) }
    const batch = { items: 3, bytes: 300 }
    if (this.#world.drives) {
      const several = weather.batches ? { batch: { ...batch, atOnce: 3 } } : {}
      const slips = { takesOwned, ...(leaves === undefined ? {} : { leaves }) }
      return { source: memoryDrive(drive, reading), destination: memoryFiles(tree, { wire, part: 150, ...slips, ...several }) }
    }
    const batches = weather.batches ? { batch } : {}
    const destination = weather.named
      ? memoryShelf(mailbox, { wire, unsealed, ...batches })
      : memoryDestination(mailbox, { wire, markless: weather.markless, ...batches })
    return { source: memorySource(account, { ...reading, whole: weather.whole }), destination }
  }

  #passed(): void {
    this.pass++
    this.left--
    if (this.left === 0 && !this.#world.calm) this.calmDown()
  }

  /** The last two passes are calm: what chaos has left behind must come right without more of it. */
  calmDown(): void {
    this.#world.calm = true
    this.left = 2
    // A pass that began in the storm is not one of the two.
    this.pass++
  }

  #poison(process: Process): ReadonlyMap<string, () => Fault> {
    const { poison } = this.#world
    return new Map(
      [...poison].map(([id, kind]) => [
        id,
        () => {
          if (kind === 'kill' && !process.dead) this.#world.kill(process)
          const item = kind === 'corrupt' ? { reach: 'item' as const, reason: 'corrupt-at-source' as const } : { reach: 'call' as const }
          return new Fault({ ...item, code: 'poison', message: 'It cannot be read.', connection: kind === 'connection' })
        },
      ]),
    )
  }
}

import { FileTree, LedgerStore, Mailbox, MemoryAccount, MemoryDrive, type MemoryLedgerOptions, type Wire } from '@offramp/conformance'
import { Fault } from '@offramp/core'
import { ALL_SAFEGUARDS, type Safeguards } from '../safeguards.ts'
import { Dice } from './dice.ts'
import { type Process, Scheduler } from './scheduler.ts'

/** What may happen in a run. Chances are per step or per operation. */
export interface Weather {
  readonly crash: number
  /** A process is stopped for longer than its lease. */
  readonly stop: number
  /** Any operation fails, with or without effect. */
  readonly fault: number
  /** A write is given up by the client and stored by the server later. */
  readonly late: number
  /** The account's person does something. */
  readonly edits: number
  /** Share of the person's doings that are about the names of folders. */
  readonly renames: number
  /** Somebody does something at the destination. */
  readonly people: number
  /** The ledger's store restarts without its last second; or empty. */
  readonly rollback: number
  readonly wipe: number
  readonly workers: number
  readonly passes: number
  readonly items: number
  readonly batches: boolean
  readonly whole: boolean
  readonly markless: boolean
  /** Without marks, and idempotent by name: DAV. */
  readonly named: boolean
  readonly poison: boolean
}

export interface Settings {
  readonly seed: number
  readonly guards?: Partial<Safeguards>
  /** What the ledger does wrong on purpose. */
  readonly ledger?: Pick<MemoryLedgerOptions, 'acceptsLapsed' | 'ignoresForgetting'>
  readonly weather?: Partial<Weather>
  /** The named destination leaves no seal on what it writes. */
  readonly unsealed?: boolean
  /** A drive and a server of files, in place of an account and a mailbox. */
  readonly drives?: boolean
  /** The server of files takes what stands there although it is another item's. */
  readonly takesOwned?: boolean
  /** It takes folders away that it must leave. */
  readonly leaves?: 'full' | 'any'
  /** Told of every step, for whoever looks into a run. */
  readonly trace?: (...facts: readonly unknown[]) => void
}

export const PUT_MS = 4_000
export const LEASE_MS = 15_000

function weatherOf(dice: Dice): Weather {
  const sometimes = (share: number, value: number): number => (dice.chance(share) ? value : 0)
  const markless = dice.chance(0.3)
  // A write that lands after its doubt was forgotten is found by nobody but `verify`: the two do not come together here.
  const late = sometimes(0.4, 0.05)
  const named = markless && dice.chance(0.6)
  const forgets = (!markless || named) && late === 0
  return {
    crash: sometimes(0.8, 0.004 + dice.next() * 0.02),
    stop: sometimes(0.4, 0.006),
    fault: sometimes(0.5, 0.01),
    late,
    edits: sometimes(0.9, 0.004 + dice.next() * 0.02),
    people: sometimes(0.4, 0.006),
    rollback: sometimes(forgets ? 0.4 : 0, 0.004),
    wipe: sometimes(forgets ? 0.25 : 0, 0.003),
    workers: dice.between(1, 3),
    passes: dice.between(1, 3),
    items: dice.between(4, 14),
    batches: dice.chance(0.6),
    whole: dice.chance(0.2),
    markless,
    named,
    poison: dice.chance(0.3),
    renames: sometimes(0.4, 0.15),
  }
}

/** Everything outside the engine: both ends, the ledger's store, time and chance. */
export class World {
  readonly dice: Dice
  readonly scheduler: Scheduler
  readonly account = new MemoryAccount()
  readonly mailbox = new Mailbox()
  readonly drive = new MemoryDrive()
  readonly tree = new FileTree()
  readonly store = new LedgerStore({ remember: true })
  readonly weather: Weather
  readonly guards: Safeguards
  readonly ledger: NonNullable<Settings['ledger']>
  /** Item -> what reading it does. */
  readonly poison = new Map<string, 'call' | 'connection' | 'corrupt' | 'kill'>()
  readonly unsealed: boolean
  readonly drives: boolean
  readonly takesOwned: boolean
  readonly leaves: Settings['leaves']
  calm = false
  /** Whether the ledger's store has forgotten anything. */
  forgot = false
  readonly trace: (...facts: readonly unknown[]) => void
  onKill: (process: Process) => void = () => undefined
  /** Nobody may know what became of the writes that are under way. */
  onDoubt: () => void = () => undefined

  constructor(settings: Settings) {
    this.dice = new Dice(settings.seed)
    this.scheduler = new Scheduler(this.dice)
    this.weather = { ...weatherOf(this.dice), ...settings.weather }
    this.guards = { ...ALL_SAFEGUARDS, ...settings.guards }
    this.trace = settings.trace ?? (() => undefined)
    this.ledger = settings.ledger ?? {}
    this.unsealed = settings.unsealed ?? false
    this.drives = settings.drives ?? false
    this.takesOwned = settings.takesOwned ?? false
    this.leaves = settings.leaves
  }

  kill(process: Process): void {
    this.trace(process.name, 'killed')
    this.onDoubt()
    this.scheduler.kill(process)
    this.onKill(process)
  }

  /** Every effect of this process passes here, and every look at what others may change. */
  wireOf(process: Process): Wire {
    return async (what, effect, call) => {
      await this.scheduler.point(process)
      call?.signal.throwIfAborted()
      const fate = this.#fate(what)
      if (fate !== 'go' && fate !== 'lose') this.trace(process.name, what, fate)
      if (fate === 'refuse') throw this.#broken(what)
      if (fate === 'late') {
        this.scheduler.at(this.scheduler.now + this.dice.between(1, PUT_MS - 1), () => attempt(effect))
        throw this.#broken(what)
      }
      const result = effect()
      this.trace(process.name, what, fate, result)
      if (fate === 'lose') throw this.#broken(what)
      if (isWrite(what)) await this.scheduler.point(process)
      return result
    }
  }

  #fate(what: string): 'go' | 'refuse' | 'lose' | 'late' {
    if (this.calm) return 'go'
    if (what === 'destination.put' && this.dice.chance(this.weather.late)) return 'late'
    if (!this.dice.chance(this.weather.fault)) return 'go'
    return this.dice.chance(0.5) ? 'refuse' : 'lose'
  }

  #broken(what: string): Fault {
    this.onDoubt()
    const connection = this.dice.chance(0.3)
    return new Fault({ reach: 'call', code: 'simulated', message: `${what} was not answered.`, connection })
  }
}

const isWrite = (what: string): boolean =>
  /put|part|date|retire|note|expunge|store|move|drop|intend|withdraw|settle|advance|raise|suspect|cleared|removed|house|gained/.test(what)

function attempt(effect: () => unknown): void {
  try {
    effect()
  } catch {
    // A late write that the server refuses is nobody's any more.
  }
}

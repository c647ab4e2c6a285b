import { Fault, type Item, type Outcome, type Receipt } from '@offramp/core'
import { adopt } from './adopt.ts'
import { tapped } from './bodies.ts'
import type { Doubt } from './doubt.ts'
import { belongTogether, byPlace, marksOf } from './grouping.ts'
import { count } from './hold.ts'
import { InFlight } from './in-flight.ts'
import { doubtOf, type Fresh, type Job } from './job.ts'
import { openAll } from './open-all.ts'
import { arrived, failed, rejectedOrFailed, settle, tooLarge } from './outcomes.ts'
import type { KnownPlace } from './places.ts'
import { faultOfItem, strike } from './strikes.ts'
import { alone, checkStop, type TurnState } from './turn-state.ts'
import { TurnStop } from './turn-stop.ts'
import { type Ready, Window } from './window.ts'
import { isKept, isUnknown, put, putMany, receiptOfKept } from './write.ts'

/** Bodies in hand that will be written together: all new for one place, or one over its earlier copy. */
type Group = Extract<Ready<Job>, { state: 'held' }>[]

interface Writing {
  readonly item: Item
  /** What a streamed body itself failed with. */
  own?(): Fault | undefined
  /** Records what has arrived so far. */
  record?(): Promise<void>
}

/** How many are written one by one before their receipts are recorded, where the destination has no batches of its own. */
const RECEIPTS_AT_ONCE = 16

/** Copies a batch. Answers with what is now in doubt. */
export async function copyBatch(state: TurnState, listing: string, fresh: readonly Fresh[]): Promise<readonly Doubt[]> {
  const jobs = await openAll(state, listing, fresh)
  if (jobs.length === 0) return []
  await state.dates.touch(jobs.flatMap(({ home, over }) => [home.place.id, over?.place]))
  if (state.guards.recordIntent) {
    await state.request.lease.intend(jobs.map(({ item, home }) => ({ id: item.id, listing, version: item.version, place: home.place.id })))
  }
  const copying = new Copying(state)
  try {
    // Adoption before any write: a copy that this batch writes must not be taken for one that was there.
    const { rest, doubts } = await adopt(state, jobs)
    return [...doubts, ...(await copying.run(rest))]
  } catch (thrown) {
    if (state.reading.signal.aborted || isPatience(thrown)) await withdraw(state, jobs, copying.tried)
    throw thrown
  }
}

/** A stop that was asked for, or a provider that asks for patience. In trouble the tries must grow, or it could go on for ever. */
const isPatience = (thrown: unknown): boolean =>
  thrown instanceof TurnStop && (thrown.end.state === 'more' || (thrown.end.state === 'wait' && thrown.end.trouble !== true))

/**
 * What has not come to its turn when the turn ends is no doubt: it would be searched for and written
 * alone, item by item. Where this does not reach the ledger, it is in doubt after all, which costs time and nothing else.
 */
async function withdraw(state: TurnState, jobs: readonly Job[], tried: ReadonlySet<string>): Promise<void> {
  const { lease } = state.request
  if (!state.guards.recordIntent || lease.signal.aborted) return
  const untried = jobs.filter(({ item, over, tries }) => !over && tries === 1 && !tried.has(item.id))
  await lease.withdraw(untried.map(({ item }) => item.id)).catch(() => undefined)
}

/** Batches under way at once where the destination does not say how many: while one is being stored, the next is made ready. */
const AT_ONCE = 2

/** Streams under way at once, of a lane whose destination takes several batches at once. */
const STREAMS = 4

/** One batch on its way through the window. */
class Copying {
  readonly #state: TurnState
  readonly #ended = new AbortController()
  readonly #doubts: Doubt[] = []
  /** Of which something may have been written, or which could not be read. */
  readonly tried = new Set<string>()
  readonly #underWay = new InFlight()
  /** How many batches the destination takes at once, where it says so: then single items are written side by side as well. */
  readonly #several: number | undefined
  #group: Group = []

  constructor(state: TurnState) {
    this.#state = state
    this.#several = state.request.destination.profile.batch?.atOnce
  }

  async run(jobs: readonly Job[]): Promise<readonly Doubt[]> {
    const signal = AbortSignal.any([this.#state.reading.signal, this.#ended.signal])
    const sorted = this.#several === undefined ? jobs : byPlace(jobs)
    const window = new Window(sorted, { limits: this.#state.request.limits, call: { signal } })
    try {
      while (!window.empty) {
        if (this.#state.reading.signal.aborted) break
        const ready = await window.next()
        if (ready) await this.#take(window, ready)
        else {
          await this.#flush(window)
          await this.#underWay.atMost(0)
        }
      }
      await this.#flush(window)
      await this.#underWay.atMost(0)
      checkStop(this.#state)
      return this.#doubts
    } finally {
      // Reads that nobody will take are broken off; writes that have begun are seen through, so that they are no doubt.
      this.#ended.abort()
      await this.#underWay.settled()
    }
  }

  async #take(window: Window<Job>, ready: Ready<Job>): Promise<void> {
    // A stop that was asked for breaks off reads; what is in hand already is still written.
    if (ready.state === 'failed') return this.#state.reading.signal.aborted ? undefined : this.#giveUpRead(window, ready)
    if (ready.state === 'large') return this.#takeLarge(window, ready.job)
    const { profile } = this.#state.request.destination
    this.#state.inARow.read.clear()
    if (profile.maxItemBytes !== undefined && ready.bytes > profile.maxItemBytes) {
      await settle(this.#state, [tooLarge(ready.job, profile.maxItemBytes)])
      return window.release([ready])
    }
    const first = this.#group[0]
    if (first && !belongTogether(first.job, ready.job)) await this.#flush(window)
    this.#group.push(ready)
    if (this.#isFull()) await this.#flush(window)
  }

  #isFull(): boolean {
    const { batch } = this.#state.request.destination.profile
    const bytes = this.#group.reduce((sum, one) => sum + one.bytes, 0)
    return this.#group.length >= (batch?.items ?? RECEIPTS_AT_ONCE) || bytes >= (batch?.bytes ?? Number.POSITIVE_INFINITY)
  }

  async #takeLarge(window: Window<Job>, job: Job): Promise<void> {
    await this.#flush(window)
    const stream = () => alone(this.#state, 'large', () => this.#stream(job))
    if (this.#several === undefined) {
      // Others may be at theirs: nothing is held meanwhile that could be written.
      await this.#underWay.atMost(0)
      return stream()
    }
    await this.#underWay.atMost(STREAMS - 1, 'stream')
    const marks = this.#marksOf(job, job.item.size)
    this.#underWay.begin(stream, { sort: 'stream', marks, after: marks })
  }

  async #flush(window: Window<Job>): Promise<void> {
    const group = this.#group
    this.#group = []
    const [first] = group
    if (!first) return
    if (this.#isForMany(group)) {
      await this.#underWay.atMost((this.#several ?? AT_ONCE) - 1, 'batch')
      const before = this.#underWay.last
      const marks = group.map(({ job, bytes }) => this.#marksOf(job, bytes))
      // Servers that know no conditions would write one of a name over the other.
      const after = marks.flatMap(([name = '']) => name)
      const write = () => this.#through(window, group, () => this.#writeMany(first.job.home, group, before))
      return this.#underWay.begin(write, this.#several === undefined ? {} : { marks: marks.flat(), after })
    }
    if (this.#several !== undefined) return this.#flushSingly(window, group, this.#several)
    // What looks for copies that nobody owns must not find those whose receipts are on their way.
    await this.#underWay.atMost(0)
    this.#underWay.begin(() => this.#through(window, group, () => this.#writeEach(group)))
    await this.#underWay.atMost(0)
  }

  async #flushSingly(window: Window<Job>, group: Group, several: number): Promise<void> {
    for (const one of group) {
      await this.#underWay.atMost(several - 1, 'batch')
      const marks = this.#marksOf(one.job, one.bytes)
      this.#underWay.begin(() => this.#through(window, [one], () => this.#writeEach([one])), { marks, after: marks })
    }
  }

  #marksOf(job: Job, bytes: number | undefined): readonly string[] {
    return this.#state.guards.keepApart ? marksOf(job, bytes) : []
  }

  #isForMany(group: Group): boolean {
    const [first] = group
    if (!first || first.job.over || first.item.versions || !this.#state.request.destination.putMany) return false
    return group.length > 1 || this.#several !== undefined
  }

  async #through(window: Window<Job>, group: Group, write: () => Promise<void>): Promise<void> {
    await write()
    window.release(group)
    this.#state.progress.tell()
  }

  async #writeMany({ place }: KnownPlace, group: Group, before: Promise<unknown> | undefined): Promise<void> {
    const state = this.#state
    for (const { job } of group) this.tried.add(job.item.id)
    let answers: readonly (Receipt | Fault)[]
    try {
      answers = await putMany(state, { place, items: group.map(({ item }) => item), before })
    } catch (thrown) {
      faultOfItem(state, thrown)
      // Nobody knows of any of them. Alone they will show which one it was.
      for (const { job } of group) this.#doubt(job)
      return
    }
    // One that was not answered may be stored all the same.
    if (answers.some((answer) => answer instanceof Fault && isUnknown(answer))) state.unknownSince = state.request.clock.now()
    await this.#settleAnswers(group, answers)
  }

  async #settleAnswers(group: Group, answers: readonly (Receipt | Fault | undefined)[]): Promise<void> {
    const outcomes: Outcome[] = []
    let stop: Fault | undefined
    for (const [at, { job }] of group.entries()) {
      const answer = answers[at]
      if (answer && !(answer instanceof Fault)) outcomes.push(arrived(job, answer))
      else if (answer?.reach === 'item') outcomes.push(rejectedOrFailed(job, answer))
      else if (answer && answer.reach !== 'call') stop = answer
      else this.#doubt(job)
    }
    await settle(this.#state, outcomes)
    if (outcomes.length > 0) this.#state.inARow.write.clear()
    if (stop) faultOfItem(this.#state, stop)
  }

  async #writeEach(group: Group): Promise<void> {
    const outcomes: Outcome[] = []
    const record = () => settle(this.#state, outcomes.splice(0))
    try {
      for (const { job, item } of group) {
        const outcome = await this.#writeOne(job, { item, record })
        if (outcome) outcomes.push(outcome)
      }
    } finally {
      await record()
    }
  }

  /** Undefined when it is now in doubt. */
  async #writeOne(job: Job, { item, own, record }: Writing): Promise<Outcome | undefined> {
    const state = this.#state
    this.tried.add(job.item.id)
    try {
      const answer = await put(state, job.home.place, { item, over: job.over, ...(record === undefined ? {} : { record }) })
      state.inARow.write.clear()
      if (!isKept(answer)) return arrived(job, answer)
      // A twin that has just arrived must own its copy before anybody looks for one that nobody owns.
      await record?.()
      return job.over && arrived(job, await receiptOfKept(state, answer, { item, home: job.home, over: job.over, inDoubt: false }))
    } catch (thrown) {
      // A body that broke off half-way is the source's doing, whatever the destination says of it.
      const cause = own?.()
      const fault = faultOfItem(state, cause ?? thrown)
      const out = fault.reach === 'item' || (await strike(state, job.ref.id, { fault, at: cause ? 'read' : 'write' }))
      if (out) {
        const { item, listing, home } = job
        await count(state, { id: item.id, listing, version: item.version, place: home.place.id })
        return fault.reach === 'item' ? rejectedOrFailed(job, fault) : failed(job, fault.message)
      }
      this.#doubt(job)
      return undefined
    }
  }

  /** Where the source sends us away for a while, what it has given already is still written: it was paid for out of the allowance. */
  async #giveUpRead(window: Window<Job>, { job, fault }: Extract<Ready<Job>, { state: 'failed' }>): Promise<void> {
    try {
      await this.#unread(job, fault)
    } catch (thrown) {
      if (thrown instanceof TurnStop && thrown.end.state === 'wait') {
        await this.#flush(window)
        await this.#underWay.atMost(0)
      }
      throw thrown
    }
  }

  /** The body could not be read: nothing was written. */
  async #unread(job: Job, thrown: unknown): Promise<void> {
    this.tried.add(job.item.id)
    const fault = faultOfItem(this.#state, thrown)
    if (fault.reach === 'item') return settle(this.#state, [rejectedOrFailed(job, fault)])
    const out = await strike(this.#state, job.ref.id, { fault, at: 'read' })
    if (out) return settle(this.#state, [failed(job, fault.message)])
    this.#doubt(job)
  }

  /** Larger than the window: read while it is written, and broken off where it proves larger than the destination accepts. */
  async #stream(job: Job): Promise<void> {
    const state = this.#state
    const { item, fault } = tapped(job.item, state.request.destination.profile.maxItemBytes)
    const outcome = await this.#writeOne(job, { item, own: fault })
    if (outcome) await settle(state, [outcome])
  }

  #doubt(job: Job): void {
    this.#doubts.push(doubtOf(job))
  }
}

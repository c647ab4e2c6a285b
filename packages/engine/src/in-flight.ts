interface Ended {
  readonly thrown?: unknown
}

interface Flight {
  readonly sort: 'batch' | 'stream'
  readonly marks: ReadonlySet<string>
  readonly done: Promise<unknown>
  ended?: Ended
}

interface Wish {
  /** Streams may take hours: they are counted for themselves. Absent: a batch. */
  readonly sort?: 'stream'
  /** By which others can wait for it. */
  readonly marks?: readonly string[]
  /** It begins when nothing is under way any more that bears one of these. */
  readonly after?: readonly string[]
}

/**
 * Writes on their way to the destination. Two items that may be taken for each other are never written at once, since whose a copy is, is known only
 * when its receipt has been recorded.
 */
export class InFlight {
  readonly #flights: Flight[] = []

  /** The last batch that was begun. Never rejects. */
  get last(): Promise<unknown> | undefined {
    return this.#flights.findLast(({ sort }) => sort === 'batch')?.done
  }

  begin(write: () => Promise<void>, { sort, marks = [], after = [] }: Wish = {}): void {
    const before = this.#flights.filter((flight) => after.some((mark) => flight.marks.has(mark)))
    const begun = async (): Promise<void> => {
      await Promise.all(before.map(({ done }) => done))
      // What ended one of those ends the turn: then nothing more begins.
      for (const { ended } of before) if (ended && 'thrown' in ended) throw ended.thrown
      await write()
    }
    const end = (ended: Ended): void => {
      flight.ended = ended
    }
    const done = begun().then(
      () => end({}),
      (thrown: unknown) => end({ thrown }),
    )
    const flight: Flight = { sort: sort ?? 'batch', marks: new Set(marks), done }
    this.#flights.push(flight)
  }

  /** Waits until no more than so many are under way, of this sort or of all. Throws what any of them has thrown. */
  async atMost(count: number, sort?: Flight['sort']): Promise<void> {
    for (;;) {
      this.#clear()
      const some = this.#flights.filter((flight) => sort === undefined || flight.sort === sort)
      if (some.length <= count) return
      await Promise.race(some.map(({ done }) => done))
    }
  }

  /** Sees all of them through, well or badly. */
  async settled(): Promise<void> {
    await Promise.all(this.#flights.map(({ done }) => done))
  }

  #clear(): void {
    for (let at = 0; at < this.#flights.length; ) {
      const { ended } = this.#flights[at] ?? {}
      if (ended) this.#flights.splice(at, 1)
      else at++
      if (ended && 'thrown' in ended) throw ended.thrown
    }
  }
}

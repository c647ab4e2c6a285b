interface Flight {
  readonly marks: ReadonlySet<string>
  readonly done: Promise<{ readonly thrown?: unknown }>
}

/**
 * Writes on their way to the destination. One that is told of marks begins after all that bear one of them: two items that may be taken for each other
 * (the same name in a place, the same size) are never written at once, since whose a copy is, is known only when its receipt has been recorded.
 */
export class InFlight {
  readonly #flights: Flight[] = []

  /** The last that was begun. Never rejects. */
  get last(): Promise<unknown> | undefined {
    return this.#flights.at(-1)?.done
  }

  /** Begins at once, whatever else is under way. */
  begin(marks: Iterable<string>, write: () => Promise<void>): void {
    this.#flights.push({ marks: new Set(marks), done: outcomeOf(write) })
  }

  /** Begins when nothing is under way any more that bears one of these marks. */
  beginAfter(marks: Iterable<string>, write: () => Promise<void>): void {
    const own = [...marks]
    const before = this.#flights.filter((flight) => own.some((mark) => flight.marks.has(mark))).map(({ done }) => done)
    const waited = async () => {
      for (const { thrown } of await Promise.all(before)) if (thrown !== undefined) throw thrown
      await write()
    }
    this.#flights.push({ marks: new Set(own), done: outcomeOf(waited) })
  }

  /** Waits until no more than so many are under way. Throws what the first of them has thrown. */
  async atMost(count: number): Promise<void> {
    while (this.#flights.length > count) {
      const ended = await this.#flights[0]?.done
      this.#flights.shift()
      if (ended && 'thrown' in ended) throw ended.thrown
    }
  }

  /** Sees all of them through, well or badly. */
  async settled(): Promise<void> {
    await Promise.all(this.#flights.map(({ done }) => done))
  }
}

const outcomeOf = async (write: () => Promise<void>): Promise<{ readonly thrown?: unknown }> => {
  try {
    await write()
    return {}
  } catch (thrown) {
    return { thrown }
  }
}

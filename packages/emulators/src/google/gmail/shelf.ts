import type { GmailMessage } from './state.ts'

/** Where a listing stands: behind this message, whether that is still there or not. */
export interface Place {
  readonly date: number
  readonly id: string
}

const before = (left: Place, right: Place): boolean => left.date > right.date || (left.date === right.date && left.id > right.id)

const placeOf = ({ internalDate, id }: GmailMessage): Place => ({ date: internalDate, id })

/** All messages of a mailbox, newest first, as `messages.list` walks them. */
export class Shelf {
  #all: GmailMessage[] = []
  #sorted = true

  /** `insert` puts it in its place at once; else sorting is left for the first look. */
  add(message: GmailMessage, insert: boolean): void {
    if (!insert) {
      this.#all.push(message)
      this.#sorted = false
      return
    }
    this.#all.splice(this.behind(placeOf(message)), 0, message)
  }

  remove(message: GmailMessage): void {
    const at = this.behind(placeOf(message)) - 1
    if (this.#list()[at] === message) this.#all.splice(at, 1)
  }

  /** Position of the first message that comes behind `place`. */
  behind(place: Place): number {
    const all = this.#list()
    let [low, high] = [0, all.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const message = all[middle]
      if (message !== undefined && before(place, placeOf(message))) high = middle
      else low = middle + 1
    }
    return low
  }

  /** From a position on. */
  *from(at: number): Generator<GmailMessage> {
    const all = this.#list()
    for (let index = at; index < all.length; index++) {
      const message = all[index]
      if (message) yield message
    }
  }

  #list(): readonly GmailMessage[] {
    if (!this.#sorted) {
      this.#all.sort((left, right) => (before(placeOf(left), placeOf(right)) ? -1 : 1))
      this.#sorted = true
    }
    return this.#all
  }
}

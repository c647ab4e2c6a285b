import type { Books, Call, Collection, Destination, Item, Listing, Receipt } from '@offramp/core'
import { collectionsIn } from '../listings.ts'

interface Expected {
  /** Undefined where nothing stands there yet. */
  readonly place: string | undefined
  readonly name: string
}

/** Where the copies of each collection should stand, by what the collection is called at the source now. */
export class Homes {
  readonly #destination: Destination
  /** Where collections stood when their items were last copied. */
  readonly #last: Books['homes']
  readonly #now = new Map<string, Expected>()

  constructor(destination: Destination, last: Books['homes']) {
    this.#destination = destination
    this.#last = last
  }

  /** In the order of listings, as they are prepared. */
  async ask(listing: Listing, call: Call): Promise<void> {
    for (const collection of collectionsIn(listing)) {
      const place = await this.#destination.placeOf?.(collection, call)
      this.#now.set(collection.id, { place: place?.id, name: place?.name ?? collection.path.join(' / ') })
    }
  }

  /** Of a folder that no listing names beforehand. Asks only where it is not plainly where it was. */
  async meet(item: Pick<Item, 'id' | 'naturalKey' | 'home'>, call: Call): Promise<void> {
    const { home } = item
    if (this.#now.has(home.id) || this.#destination.placeOf === undefined) return
    const last = this.#last.get(home.id)
    const plain = this.#destination.nameOf?.(item).folder
    const name = home.path.join(' / ')
    if (last !== undefined && plain === last) this.#now.set(home.id, { place: last, name })
    else this.#now.set(home.id, { place: (await this.#destination.placeOf(home, call))?.id, name })
  }

  /** What is to be said of a copy that is not where its collection is. Undefined where it is, or where nobody can tell. */
  elsewhere(home: Collection, { place }: Receipt): { readonly kind: 'waiting' | 'altered'; readonly message: string } | undefined {
    const last = this.#last.get(home.id)
    const remembered = last === undefined ? undefined : { place: last, name: last }
    const now = this.#destination.placeOf === undefined ? remembered : this.#now.get(home.id)
    if (now === undefined || now.place === place) return undefined
    if (last === place && now.place !== last) {
      return { kind: 'waiting', message: `It stands in ${place}, and its folder is now ${now.name}: it waits for the next pass.` }
    }
    const message = `It stands in ${place}, and not in its own folder ${now.name}: somebody has moved or changed it at the destination, where it was left as it is.`
    return { kind: 'altered', message }
  }
}

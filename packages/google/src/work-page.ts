import type { Call, ItemRef } from '@offramp/core'

/** What stands together on a page of Google's: an event, a series, a contact. */
export interface Unit {
  /** Unique on its page, and the same when the page is asked for again. */
  readonly key: string
  refs(call: Call): Promise<readonly ItemRef[]> | readonly ItemRef[]
}

/** How far a page of Google's has been given: behind this unit, and so many refs of the next one. Empty: nothing yet. */
export interface Spot {
  readonly after?: string
  readonly part?: number
}

export interface Filled {
  readonly refs: readonly ItemRef[]
  /** Absent: the page is done with. */
  readonly spot?: Spot
}

export interface Room {
  readonly limit: number
  readonly call: Call
}

/** Units that are looked up side by side: some of them cost a request. */
const AT_ONCE = 4

/**
 * Refs of the units behind a spot, as many as there is room for. Where the unit of the spot is no longer on its page, the page begins anew: what
 * is named twice costs nothing, and what was left out would be lost.
 */
export async function fill(units: readonly Unit[], at: Spot, { limit, call }: Room): Promise<Filled> {
  const found = at.after === undefined ? -1 : units.findIndex(({ key }) => key === at.after)
  let skip = at.after === undefined || found >= 0 ? (at.part ?? 0) : 0
  const refs: ItemRef[] = []
  let after = found >= 0 ? at.after : undefined
  for (let next = found + 1; next < units.length; next += AT_ONCE) {
    const some = units.slice(next, next + AT_ONCE)
    const given = await Promise.all(some.map((unit) => unit.refs(call)))
    for (const [n, unit] of some.entries()) {
      const mine = (given[n] ?? []).slice(skip)
      const room = limit - refs.length
      if (mine.length > room) {
        refs.push(...mine.slice(0, room))
        const part = skip + room
        return { refs, spot: { ...(after === undefined ? {} : { after }), ...(part === 0 ? {} : { part }) } }
      }
      refs.push(...mine)
      skip = 0
      after = unit.key
    }
    if (refs.length === limit && next + AT_ONCE < units.length) return { refs, spot: after === undefined ? {} : { after } }
  }
  return { refs }
}

import type { LeftPlace, PlaceNote } from '@offramp/core'
import { yieldAfterSlice } from './listings.ts'
import { withPatience } from './patience.ts'
import { checkStop, type TurnState } from './turn-state.ts'

const AT_ONCE = 50

/**
 * At the end of a pass, when everything has followed its collection: the places that were left, and that Offramp had made, are taken away if there is
 * nothing in them. A rename would otherwise leave an empty folder for each that there ever was. Why any other stays, the report says.
 */
export async function retireLeft(state: TurnState): Promise<void> {
  const { places, request, writing } = state
  const { destination } = request
  const left = places.left()
  for (let at = 0; at < left.length; at += AT_ONCE) {
    checkStop(state)
    const some = left.slice(at, at + AT_ONCE).map(asked)
    // What is taken away changes the date of what is above.
    await state.dates.touch(some.filter(({ made }) => made !== undefined).map(({ place }) => place))
    const answers = (await withPatience(state, async () => destination.retire?.(some, writing)))?.done
    if (answers === undefined) return
    for (const [n, place] of some.entries()) places.notes.settled(place, answers[n])
    await places.notes.write()
    // Those that stay are asked for again in each turn: only what is gone for good brings it nearer to its end.
    if (answers.includes(undefined)) yieldAfterSlice(state)
  }
}

const asked = ({ place, made }: PlaceNote): LeftPlace => ({ place, ...(made === undefined ? {} : { made }) })

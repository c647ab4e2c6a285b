import type { LanePlan, Ledger, Share } from '@offramp/core'
import type { People } from '../grants/who.ts'
import { fold } from '../mappings/lookalikes.ts'

interface Facts {
  readonly ledger: Ledger
  readonly lanes: readonly LanePlan[]
  readonly shares: readonly Share[]
  readonly people: People
}

/** Whether a lane has put something under this name into the root of its account. */
async function hasNamesake(ledger: Ledger, { lane, destination }: LanePlan, name: string): Promise<boolean> {
  const top = (place: string): string => fold(place.split('/').find((part) => part !== '') ?? '')
  if (destination.folder !== undefined) return top(destination.folder) === fold(name)
  return [...(await ledger.books(lane)).homes.values()].some((place) => top(place) === fold(name))
}

/**
 * People in whose own files something of the Team folder's name stands: Nextcloud would rename that as soon as they are members, and what is moved into
 * it later would go into the Team folder, where others see it. They are not made members: `user anna`.
 */
export async function namesakes({ ledger, lanes, shares, people }: Facts, plan: LanePlan, name: string): Promise<ReadonlySet<string>> {
  const asked = new Set(shares.flatMap(({ to }) => (to.kind === 'user' && to.address !== undefined ? [to.address] : [])))
  const ids = new Set([...asked].flatMap((address) => people.user(address) ?? []).flatMap((one) => ('id' in one ? [one.id] : [])))
  const found = new Set<string>()
  for (const lane of lanes.filter(({ kind, destination }) => kind === 'file' && destination.endpoint === plan.destination.endpoint)) {
    const { account, team } = lane.destination
    if (team === undefined && ids.has(account) && (await hasNamesake(ledger, lane, name))) found.add(`user ${account}`)
  }
  return found
}

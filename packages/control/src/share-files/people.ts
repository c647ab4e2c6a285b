import type { Account, LanePlan } from '@offramp/core'
import type { People } from '../grants/who.ts'
import { fold } from '../mappings/lookalikes.ts'
import { EVERYBODY, type Groups } from '../mappings/read-groups.ts'

export interface PeopleFacts {
  readonly lanes: readonly LanePlan[]
  readonly accounts: readonly Account[]
  readonly groups: Groups
  readonly links: boolean
  readonly outsiders: boolean
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

const ELSEWHERE = 'This account moves to another server.'
const TWINS = 'Another account moves into the same one at the destination, and would see it as well.'

/** Who is who for one lane: people by their own lanes of files, groups by the project. */
export function peopleOf({ lanes, accounts, groups, ...rest }: PeopleFacts, plan: LanePlan): People {
  const persons = lanes.filter(({ kind, source }) => kind === 'file' && source.kind !== 'site' && source.kind !== 'drive')
  const account = (lane: LanePlan): string => `${lane.destination.endpoint}\n${fold(lane.destination.account)}`
  const count = new Map<string, number>()
  for (const lane of persons) count.set(account(lane), (count.get(account(lane)) ?? 0) + 1)
  const byAddress = new Map<string, LanePlan>()
  for (const { id, name, aliases = [] } of accounts) {
    const lane = persons.find(({ source }) => source.id === id)
    if (lane !== undefined) for (const address of [name, ...aliases]) byAddress.set(fold(address), lane)
  }
  const everybody = groups.get(EVERYBODY)
  return {
    ...rest,
    owner: plan.destination.account,
    ...(everybody === undefined ? {} : { everybody }),
    group: (name) => (fold(name) === EVERYBODY ? undefined : groups.get(fold(name))),
    user(address) {
      const lane = byAddress.get(fold(address))
      if (lane === undefined) return undefined
      if (lane.destination.endpoint !== plan.destination.endpoint) return { why: ELSEWHERE }
      if (lane.lane !== plan.lane && (count.get(account(lane)) ?? 0) > 1) return { why: TWINS }
      return { id: lane.destination.account }
    },
  }
}

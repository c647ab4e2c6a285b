import { MemoryGate } from '@offramp/conformance'
import { type Call, type Destination, type Gate, silentLog, systemClock, type TeamFolder } from '@offramp/core'
import { filesDestination } from '@offramp/dav'
import { type EmulatedNextcloud, type NextcloudOptions, startNextcloud } from '@offramp/emulators'

export interface Connected {
  readonly destination: Destination
  readonly team: TeamFolder
  readonly call: Call
}

/** An emulated Nextcloud with an admin (`boss`) and an account that moves (`mover`), whose files go into a Team folder. */
export interface TeamCloud {
  readonly cloud: EmulatedNextcloud
  /** Connects anew, as another process would. With a number the call ends as that request is about to be sent, as when a process is killed there. */
  connect(endsAt?: number): Promise<Connected>
  close(): Promise<void>
}

function endingGate(endsAt: number, over: AbortController): Gate {
  const gate = new MemoryGate(systemClock)
  let count = 0
  return {
    enter: (quota, weight, call) => {
      count++
      if (count >= endsAt) over.abort(new Error('stopped'))
      return gate.enter(quota, weight, call)
    },
    shut: (key, until, why) => gate.shut(key, until, why),
    states: () => gate.states(),
  }
}

export async function startTeamCloud(
  name: string,
  users: readonly { readonly id: string; readonly groups?: readonly string[] }[],
  more: Partial<NextcloudOptions> = {},
): Promise<TeamCloud> {
  const everybody = [{ id: 'boss', admin: true }, ...users]
  const cloud = await startNextcloud({ seed: 1, users: everybody, version: '32.0.7', scheme: 'http', ...more })
  const passwordOf = async (user: string): Promise<string> => (await cloud.user(user).credentials()).appPassword
  const [mover, boss] = [await passwordOf('mover'), await passwordOf('boss')]
  const closing: (() => Promise<void> | undefined)[] = []
  return {
    cloud,
    async connect(endsAt) {
      const over = new AbortController()
      const call = { signal: AbortSignal.any([over.signal, AbortSignal.timeout(60_000)]) }
      const endpoint = filesDestination(
        {
          name: 'cloud',
          url: cloud.url,
          auth: { kind: 'password', secret: async () => mover },
          provision: { admin: 'boss', secret: async () => boss, accounts: false },
        },
        { gate: endsAt === undefined ? new MemoryGate(systemClock) : endingGate(endsAt, over), log: silentLog, clock: systemClock },
      )
      closing.push(async () => endpoint.close?.())
      const destination = await endpoint.inTeam?.(name).connect('mover', 'file', call)
      if (destination?.team === undefined) throw new Error('There is no Team folder.')
      return { destination, team: destination.team, call }
    },
    async close() {
      for (const close of closing) await close()
      await cloud.stop()
    },
  }
}

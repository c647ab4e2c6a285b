import { type Call, type DestinationEndpoint, Fault, type LanePlan, type SourceEndpoint } from '@offramp/core'
import { endpointAt } from '../plan/endpoint-at.ts'
import type { Ends } from './workplace.ts'

export interface Endpoints {
  readonly source: SourceEndpoint
  readonly destinations: ReadonlyMap<string, DestinationEndpoint>
}

const closing = async (end: { close?(): Promise<void> }): Promise<void> => {
  // The work is done or has failed already; how the connection ends changes nothing.
  await end.close?.().catch(() => {})
}

/** Connects to both ends of a lane, the destination first: its password is refused at once, before the source is asked anything. */
export async function connectEnds({ source, destinations }: Endpoints, plan: LanePlan, call: Call): Promise<Ends> {
  const endpoint = destinations.get(plan.destination.endpoint)
  if (endpoint === undefined) {
    const message = `The plan names the destination ${plan.destination.endpoint}, which the project file does not have.`
    throw new Fault({
      reach: 'run',
      code: 'no-such-endpoint',
      message,
      remedy: 'Give every worker the same project file, and start the pass again.',
    })
  }
  const destination = await endpointAt(endpoint, plan).connect(plan.destination.account, plan.kind, call)
  try {
    const from = await source.connect(plan.source, plan.kind)
    return { source: from, destination, close: async () => void (await Promise.all([closing(from), closing(destination)])) }
  } catch (thrown) {
    await closing(destination)
    throw thrown
  }
}

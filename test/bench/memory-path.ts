import type { Call, Collection, Item, ItemRef, Kind, Source } from '@offramp/core'
import type { Prepared } from './bare-writer.ts'
import type { BenchLab } from './bench-lab.ts'

const HOME: Collection = { id: 'bench-folder', path: ['From memory'] }

/** What moves. */
export interface MemoryWish {
  readonly kind: Kind
  /** Identity that travels with an item, by its number. */
  readonly naturalKey: (login: string, nth: number) => string
}

const MAIL: MemoryWish = { kind: 'mail', naturalKey: (_, nth) => `<${nth}@bench.example>` }

/** A source that has everything in memory already, so that what is left is our own code, Redis and the destination. */
function preparedSource({ login, bodies }: Prepared, { kind, naturalKey }: MemoryWish): Source {
  const refOf = (nth: number): ItemRef => ({ id: `${login}/${nth}`, version: '1', size: bodies[nth]?.length ?? 0 })
  const itemOf = (ref: ItemRef): Item => {
    const nth = Number(ref.id.slice(login.length + 1))
    return {
      ...ref,
      kind,
      naturalKey: naturalKey(login, nth),
      home: HOME,
      traits: kind === 'mail' ? { read: true, receivedAt: 1_600_000_000_000 } : {},
      revision: '1',
      async *body() {
        yield bodies[nth] ?? Buffer.alloc(0)
      },
    }
  }
  return {
    name: `prepared ${login}`,
    profile: { kind, offers: kind === 'mail' ? ['read', 'receivedAt'] : [] },
    async *listings() {
      yield { id: HOME.id, collection: HOME, items: bodies.length }
    },
    async page(_, after, limit) {
      const from = Number(after ?? '0')
      const to = Math.min(bodies.length, from + limit)
      return { refs: Array.from({ length: to - from }, (__, at) => refOf(from + at)), cursor: String(to), last: to === bodies.length }
    },
    open: async (ref) => itemOf(ref),
  }
}

async function move(
  { workplace }: Pick<BenchLab, 'workplace'>,
  { prepared, wish }: { readonly prepared: Prepared; readonly wish: MemoryWish },
  call: Call,
): Promise<void> {
  const { ledger, limits, clock, verbs, leaseMs } = workplace
  const endpoint = [...workplace.destinations.values()].find(({ kinds }) => kinds.includes(wish.kind))
  const lease = await ledger.lease(`memory-${wish.kind}-${prepared.login.replaceAll(/[^a-z0-9]/g, '-')}`, 'bench', leaseMs)
  if (endpoint === undefined || lease === undefined) throw new Error('The bench has no destination, or somebody holds its lane.')
  const destination = await endpoint.connect(prepared.login, wish.kind, call)
  try {
    const request = { source: preparedSource(prepared, wish), destination, ledger, lease, pass: 1, clock, report: () => {} }
    const end = await verbs.turn({ ...request, limits: { ...limits, sliceMs: 3_600_000 } }, call)
    if (end.state !== 'done') throw new Error(`The turn ended with ${JSON.stringify(end)}`)
  } finally {
    await destination.close?.()
    await lease.release()
  }
}

/** The engine, the Redis ledger and the destination's connector as they are, reading from memory. Seconds. */
export async function moveFromMemory(
  bench: Pick<BenchLab, 'workplace'>,
  all: readonly Prepared[],
  wish: MemoryWish = MAIL,
): Promise<number> {
  const call = { signal: AbortSignal.timeout(600_000) }
  const began = performance.now()
  await Promise.all(all.map((prepared) => move(bench, { prepared, wish }, call)))
  return (performance.now() - began) / 1000
}

import type { Call, Collection, Item, ItemRef, Source } from '@offramp/core'
import type { Prepared } from './bare-writer.ts'
import type { BenchLab } from './bench-lab.ts'

const HOME: Collection = { id: 'bench-folder', path: ['From memory'] }

/** A source that has everything in memory already, so that what is left is our own code, Redis and the destination. */
function preparedSource({ login, bodies }: Prepared): Source {
  const refOf = (nth: number): ItemRef => ({ id: `${login}/${nth}`, version: '1', size: bodies[nth]?.length ?? 0 })
  const itemOf = (ref: ItemRef): Item => {
    const nth = Number(ref.id.slice(login.length + 1))
    return {
      ...ref,
      kind: 'mail',
      naturalKey: `<${nth}@bench.example>`,
      home: HOME,
      traits: { read: true, receivedAt: 1_600_000_000_000 },
      revision: '1',
      async *body() {
        yield bodies[nth] ?? Buffer.alloc(0)
      },
    }
  }
  return {
    name: `prepared ${login}`,
    profile: { kind: 'mail', offers: ['read', 'receivedAt'] },
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

async function move({ workplace }: BenchLab, prepared: Prepared, call: Call): Promise<void> {
  const { ledger, limits, clock, verbs, leaseMs } = workplace
  const [endpoint] = workplace.destinations.values()
  const lease = await ledger.lease(`memory-${prepared.login.replaceAll(/[^a-z0-9]/g, '-')}`, 'bench', leaseMs)
  if (endpoint === undefined || lease === undefined) throw new Error('The bench has no destination, or somebody holds its lane.')
  const destination = await endpoint.connect(prepared.login, 'mail', call)
  try {
    const request = { source: preparedSource(prepared), destination: timed('dest', destination), ledger: timed('ledger', ledger), lease: timed('lease', lease), pass: 1, clock, report: () => {} }
    const end = await verbs.turn({ ...request, limits: { ...limits, sliceMs: 3_600_000 } }, call)
    if (end.state !== 'done') throw new Error(`The turn ended with ${JSON.stringify(end)}`)
  } finally {
    await destination.close?.()
    await lease.release()
  }
}

/** The engine, the Redis ledger and the IMAP connector as they are, reading from memory. Seconds. */
export const stats = new Map<string, { ms: number; calls: number }>()
const timed = <T extends object>(what: string, of: T): T => new Proxy(of, { get(target, name) { const v = Reflect.get(target, name, target); if (typeof v !== 'function') return v; return (...a: unknown[]) => { const t = performance.now(); const r = Reflect.apply(v, target, a); if (r instanceof Promise) { const done = () => { const k = `${what}.${String(name)}`; const s = stats.get(k) ?? { ms: 0, calls: 0 }; s.ms += performance.now() - t; s.calls++; stats.set(k, s) }; r.then(done, done) } return r } } })
export async function moveFromMemory(bench: BenchLab, all: readonly Prepared[]): Promise<number> {
  const call = { signal: AbortSignal.timeout(600_000) }
  const began = performance.now()
  await Promise.all(all.map((prepared) => move(bench, prepared, call)))
  return (performance.now() - began) / 1000
}

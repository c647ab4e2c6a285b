import { bareWrite } from './.bare2.ts'
import { startBenchLab } from './bench-lab.ts'
const n = Number(process.argv[2] ?? 4)
const accounts = Array.from({ length: n }, (_, nth) => ({ address: `person-${nth + 1}@contoso.example`, messages: 3000 / n, sizes: 'bench' as const }))
const bench = await startBenchLab({ accounts })
const call = { signal: AbortSignal.timeout(600000) }
try {
  const all = await bench.prepare()
  await bareWrite(bench.lab.dovecot, all.map((one) => ({ ...one, bodies: one.bodies.slice(0, 200) })))
  const direct = async () => {
    const [endpoint] = bench.workplace.destinations.values()
    const dests = await Promise.all(all.map(({ login }) => endpoint!.connect(login, 'mail', call)))
    const places = await Promise.all(dests.map((d) => d.prepare({ id: 'x', path: ['Direct'] }, call)))
    const t = performance.now()
    await Promise.all(all.map(async ({ bodies }, k) => {
      for (let at = 0; at < bodies.length; at += 50) {
        const items = bodies.slice(at, at + 50).map((b, i) => ({ id: `${at + i}`, version: '1', kind: 'mail' as const, naturalKey: '', home: { id: 'x', path: ['Direct'] }, traits: { read: true, receivedAt: 1.6e12 }, revision: '1', size: b.length, async *body() { yield b } }))
        await dests[k]!.putMany!(places[k]!, items, call)
      }
    }))
    const s = (performance.now() - t) / 1000
    for (const d of dests) await d.close?.()
    return s
  }
  for (let k = 0; k < 3; k++) {
    delete process.env.SEL
    await bench.wipe(); const bare = await bareWrite(bench.lab.dovecot, all)
    process.env.SEL = '1'
    await bench.wipe(); const sel = await bareWrite(bench.lab.dovecot, all)
    await bench.wipe(); const d = await direct()
    console.log(`bare ${(3000 / bare).toFixed(0)} selected ${(3000 / sel).toFixed(0)} (${(bare / sel).toFixed(2)}) direct ${(3000 / d).toFixed(0)} (${(bare / d).toFixed(2)})`)
  }
} finally { await bench.close() }
process.exit(0)

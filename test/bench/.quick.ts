import { bareWrite } from './bare-writer.ts'
import { startBenchLab } from './bench-lab.ts'
import { stats, moveFromMemory } from './.quick-path.ts'
const n = Number(process.argv[2] ?? 4)
const accounts = Array.from({ length: n }, (_, nth) => ({ address: `person-${nth + 1}@contoso.example`, messages: 3000 / n, sizes: 'bench' as const }))
const bench = await startBenchLab({ accounts })
try {
  const all = await bench.prepare()
  await bareWrite(bench.lab.dovecot, all.map((one) => ({ ...one, bodies: one.bodies.slice(0, 200) })))
  for (let k = 0; k < Number(process.env.K ?? 3); k++) {
    await bench.wipe()
    const bare = await bareWrite(bench.lab.dovecot, all)
    await bench.wipe()
    stats.clear()
    const cpu0 = process.cpuUsage()
    const memory = await moveFromMemory(bench, all)
    const cpu = process.cpuUsage(cpu0)
    console.log(`bare ${(3000 / bare).toFixed(0)}/s memory ${(3000 / memory).toFixed(0)}/s ratio ${(bare / memory).toFixed(2)} cpu ${((cpu.user + cpu.system) / 3e6).toFixed(3)} ms/msg`)
    for (const [name, { ms, calls }] of stats) console.log(`   ${name.padEnd(10)} ${calls} calls, ${(ms / n / 1000).toFixed(2)} s a lane (of ${memory.toFixed(2)})`)
  }
} finally { await bench.close() }
process.exit(0)

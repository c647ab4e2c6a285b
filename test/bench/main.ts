/** `npm run bench [-- NAME ...]`: runs all benches, or those named; prints a table, and keeps the numbers in `.offramp/bench`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { allowance } from './allowance.ts'
import { OUT } from './bench-lab.ts'
import { largeFiles, manyFiles, unchangedFiles } from './files.ts'
import { gmail } from './gmail.ts'
import { groupware } from './groupware.ts'
import { largeFolder } from './large-folder.ts'
import { largeLabel } from './large-label.ts'
import { largeMessages } from './large-messages.ts'
import { machineFacts } from './machine.ts'
import { redisBytes } from './redis-bytes.ts'
import { type Bench, type Row, tableOf } from './row.ts'
import { wholePath } from './whole-path.ts'

const BENCHES: readonly Bench[] = [
  wholePath,
  gmail,
  groupware,
  manyFiles,
  largeFiles,
  unchangedFiles,
  allowance,
  redisBytes,
  largeMessages,
  largeFolder,
  largeLabel,
]

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name))
  if (unknown.length > 0)
    throw new Error(`There is no bench ${unknown.join(', ')}. There are: ${BENCHES.map(({ name }) => name).join(', ')}`)
  const machine = await machineFacts()
  say(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  )
  await mkdir(OUT, { recursive: true })
  const all: Row[] = []
  for (const { name, about, run } of BENCHES.filter((bench) => names.length === 0 || names.includes(bench.name))) {
    say(`\n${name}: ${about}`)
    const began = performance.now()
    const rows = await run()
    all.push(...rows)
    const seconds = (performance.now() - began) / 1000
    await writeFile(
      join(OUT, `${name}.json`),
      `${JSON.stringify({ at: new Date().toISOString(), machine, seconds, rows }, undefined, 2)}\n`,
    )
    say(`${tableOf(rows)}\n(${seconds.toFixed(0)} s)`)
  }
  if (all.length > 0) say(`\n${tableOf(all)}`)
}

await main(process.argv.slice(2))

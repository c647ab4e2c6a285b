/**
 * Everything that `npm test` proves, or with `--check` the part that needs nothing but Node. Each step prints as it goes; the last line adds
 * all of it up. A step that cannot run counts as failed: a missing proof is not a pass.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const BIN = join(ROOT, 'node_modules', '.bin')

interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures?: readonly string[]
}

const run = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, PATH: `${BIN}:${process.env['PATH'] ?? ''}` },
    })
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 1))
  })

async function tool(title: string, command: string, args: readonly string[]): Promise<Count> {
  const began = performance.now()
  const code = await run(command, args)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
  if (code === 0) return { passed: 1, failed: 0, skipped: 0 }
  return { passed: 0, failed: 1, skipped: 0, failures: [`FAIL ${title}: exit code ${code}`] }
}

/** Vitest's JSON report, as far as it is read here. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly numFailedTestSuites: number
}

const FAILURE_CHARACTERS = 3_000

/** What failed, told once more below everything else: a log of many thousand lines is read, and often kept, from its end. */
function failures(report: VitestReport): string[] {
  const told: string[] = []
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed')
    const name = relative(ROOT, file.name)
    for (const test of failed) told.push(`FAIL ${name} > ${test.fullName}\n${test.failureMessages.join('\n').slice(0, FAILURE_CHARACTERS)}`)
    if (failed.length === 0 && file.status === 'failed') told.push(`FAIL ${name}\n${file.message.slice(0, FAILURE_CHARACTERS)}`)
  }
  return told
}

type Project = 'unit' | 'servers' | 'chaos'

/**
 * Tests with servers mostly wait for them, so twice as many files as cores run at once; blows are mostly waited out as well, but starve where too many
 * strike at once: a file on each core.
 */
const WORKERS: Readonly<Record<Project, readonly string[]>> = {
  unit: [],
  servers: [`--maxWorkers=${2 * availableParallelism()}`],
  chaos: [`--maxWorkers=${availableParallelism()}`],
}

async function tests(project: Project, filters: readonly string[]): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'offramp-report-'))
  const report = join(folder, 'report.json')
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = ['run', '--config', 'config/vitest.config.ts', '--project', project, ...WORKERS[project], ...reporters, ...filters]
  const code = await run(process.execPath, [vitest, ...args])
  try {
    const found = JSON.parse(readFileSync(report, 'utf8')) as VitestReport
    // A file that fails to load, or an error outside a test, fails the run without a failed test.
    const failed = found.numFailedTests || (code === 0 ? 0 : 1)
    return { passed: found.numPassedTests, failed, skipped: found.numPendingTests + found.numTodoTests, failures: failures(found) }
  } catch {
    console.log(`FAIL the ${project} tests left no report`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const flags = process.argv.slice(2)
const filters = flags.filter((flag) => !flag.startsWith('--'))
const projects: readonly Project[] = flags.includes('--check') ? ['unit'] : ['unit', 'servers', 'chaos']
const counts: Count[] = []
if (filters.length === 0) {
  counts.push(await tool('types', join(BIN, 'tsc'), ['-p', '.']))
  counts.push(await tool('lint and format', join(BIN, 'biome'), ['check', '.']))
  counts.push(
    await tool('dead code and dependencies', process.execPath, [join(ROOT, 'node_modules/knip/bin/knip.js'), '-c', 'config/knip.json']),
  )
}
for (const project of projects) counts.push(await tests(project, filters))
const sum = (pick: (count: Count) => number): number => counts.reduce((total, count) => total + pick(count), 0)
const total: Count = { passed: sum((c) => c.passed), failed: sum((c) => c.failed), skipped: sum((c) => c.skipped) }
for (const failure of counts.flatMap((count) => count.failures ?? [])) console.log(`\n${failure}`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

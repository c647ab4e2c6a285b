import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cleanText, EXIT, type ExitCode, openProject, openWorkplace } from '@offramp/control'
import { silentLog, systemClock } from '@offramp/core'
import type { Context } from './context.ts'
import { localWorkers } from './local-workers.ts'
import { runProgram, type StartWorker } from './program.ts'
import type { Terminal } from './terminal.ts'
import { withoutCore } from './without-core.ts'

/** Composition root of the command line. */

/** A process of its own, started and not imported: what moves data is another program than what talks to people. */
const WORKER_MAIN = fileURLToPath(new URL('../../../workers/src/main.ts', import.meta.url))

const { stdout, stderr, env } = process

// Should somebody ask Node for diagnostic reports: secrets may stand in the environment.
Object.assign(process.report, { excludeEnv: true })

const terminal: Terminal = {
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  tty: stdout.isTTY === true && env['TERM'] !== 'dumb',
  columns: () => stdout.columns ?? 120,
  rows: () => stdout.rows ?? 40,
  debug: Boolean(env['OFFRAMP_DEBUG']),
  env: (name) => env[name],
}

// `offramp discover | head` is no error.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT.bug))

const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted)
    interrupt.abort(new Error('interrupted'))
  })
}

const context: Context = {
  terminal,
  openProject: (file) => openProject({ file, env: (name) => env[name] }),
  openWorkplace: (opened) =>
    openWorkplace(opened, {
      log: silentLog,
      clock: systemClock,
      tellWait: (why, until) => void stderr.write(`Waiting until ${new Date(until).toTimeString().slice(0, 8)}: ${cleanText(why)}\n`),
    }),
  startWorkers: localWorkers(WORKER_MAIN, env),
  interrupted: interrupt.signal,
}

const startWorker: StartWorker = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(...withoutCore(process.execPath, [WORKER_MAIN, ...args]), { stdio: 'inherit' })
    child.once('error', reject)
    // A terminal sends Ctrl-C to both of us; a SIGTERM comes to us alone.
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.once('exit', (code) => resolve(exitCode(code)))
  })

const KNOWN = new Set<number>(Object.values(EXIT))
const isKnown = (code: number): code is ExitCode => KNOWN.has(code)
const exitCode = (code: number | null): ExitCode => (code === null ? EXIT.interrupted : isKnown(code) ? code : EXIT.bug)

const code = await runProgram(process.argv.slice(2), context, startWorker)
// Whatever still holds the process open (a connection that is being closed) has had its time.
stdout.write('', () => process.exit(code))

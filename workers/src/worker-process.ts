import { hostname } from 'node:os'
import { parseArgs } from 'node:util'
import { errorText, exitCodeOf, InputRefused, openProject, openSeveral, openWorkplaces } from '@offramp/control'
import { systemClock } from '@offramp/core'
import { destination } from 'pino'
import { safeLog } from './safe-log.ts'
import { Seats } from './seats.ts'
import { startWorker } from './worker.ts'

/** Composition root of a worker process. Its log is JSON on stderr, or in a file; its exit codes are those of the command line. */

const USAGE = `A worker of Offramp: takes lanes from the queue and moves them, until it is stopped.

  --project <file>        the project file (offramp.yaml); once more for each further project, which all share the process
  --concurrency <n>       accounts moved at once, of all projects together (the largest lanesPerWorker of theirs, or 4)
  --grace-seconds <n>     how long a write may take to settle after SIGTERM or SIGINT (20); a second signal ends it at once
  --log-file <file>       JSON lines go there instead of to stderr
  --log-level <level>     debug, info, warn or error (info)
  --alive-file <file>     touched every few seconds, for health checks
  --name <name>           what it is called in the live view (host and process id)
`

/** Unless a project says otherwise. */
const LANES_PER_WORKER = 4

const OPTIONS = {
  project: { type: 'string', multiple: true },
  concurrency: { type: 'string' },
  'grace-seconds': { type: 'string', default: '20' },
  'log-file': { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
  'alive-file': { type: 'string' },
  name: { type: 'string', default: `${hostname()}-${process.pid}` },
  help: { type: 'boolean', default: false },
} as const

const refused = (says: string): InputRefused => new InputRefused([{ level: 'error', file: 'offramp worker', says }])

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw refused(`--${option} is a whole number from 1 to ${most}.`)
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const levelOf = (text: string): (typeof LEVELS)[number] => {
  const level = LEVELS.find((one) => one === text)
  if (level === undefined) throw refused(`--log-level is one of ${LEVELS.join(', ')}.`)
  return level
}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values
  } catch (thrown) {
    throw refused(thrown instanceof Error ? thrown.message : 'these options are not known')
  }
}

/**
 * Resolves with the first signal; the second ends the process at once, which is safe at any moment: the leases lapse by themselves. A worker
 * of `offramp run` ends with it in whatever way that ends, and leaves Ctrl-C, which the terminal sends to both, to it.
 */
const firstSignal = (): Promise<string> =>
  new Promise((resolve) => {
    const belongs = process.connected
    let signals = 0
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (belongs && signal === 'SIGINT') return
        if (++signals > 1) process.exit(130)
        resolve(signal)
      })
    }
    if (belongs) process.once('disconnect', () => resolve('parent gone'))
  })

// Should somebody ask Node for diagnostic reports: secrets may stand in the environment.
Object.assign(process.report, { excludeEnv: true })

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const stopped = firstSignal()
  const graceMs = wholeNumber('grace-seconds', options['grace-seconds'], 3600) * 1000
  const stream = destination({
    ...(options['log-file'] === undefined ? { fd: 2 } : { dest: options['log-file'], mode: 0o600 }),
    sync: true,
  })
  const logOf = (base: object) => safeLog({ level: levelOf(options['log-level']), stream, base: { worker: options.name, ...base } })
  const log = logOf({})
  const asked = options.concurrency === undefined ? undefined : wholeNumber('concurrency', options.concurrency, 64)
  const named = await openSeveral(options.project ?? ['offramp.yaml'], (file) => openProject({ file, env: (name) => process.env[name] }))
  const concurrency = asked ?? Math.max(...named.map(({ opened }) => opened.project.settings?.lanesPerWorker ?? LANES_PER_WORKER))
  const workplaces = await openWorkplaces(named, (project) => ({ log: logOf({ project }), clock: systemClock }))
  const aliveFile = options['alive-file']
  const seats = new Seats(concurrency)
  const workers = workplaces.map((workplace) => {
    const { project } = workplace
    log.info({ project, count: concurrency }, 'worker started')
    for (const { level, says } of workplace.safety) if (level === 'warning') log.warn({ project }, says)
    return startWorker({ workplace, name: options.name, log: logOf({ project }), seats, ...(aliveFile === undefined ? {} : { aliveFile }) })
  })
  const signal = await stopped
  log.info({ code: signal }, 'worker stops: it takes no more lanes and settles what it is writing')
  const ended = await Promise.all(workers.map((worker) => worker.stop(graceMs)))
  if (ended.includes(false))
    log.warn({ ms: graceMs }, 'worker stops with writes in hand; their lanes are looked at closely by the next holder')
  else await Promise.all(workplaces.map((workplace) => workplace.close()))
  return 0
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    process.stderr.write(`${errorText(thrown, Boolean(process.env['OFFRAMP_DEBUG']))}\n`)
    process.exit(exitCodeOf(thrown))
  },
)

import {
  type Attended,
  attend,
  EXIT,
  type ExitCode,
  lossesBefore,
  lossLines,
  type OpenedProject,
  pause,
  type Started,
  showMany,
  showProblem,
  start,
  type Workplace,
} from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import type { LocalWorkers } from '../local-workers.ts'
import { jsonLine } from '../terminal.ts'
import { liveView } from '../view/live-view.ts'
import { sampleOf, verifyAndShow } from './verify.ts'

export interface RunOptions extends Common {
  /** Worker processes on this machine; 0: they run elsewhere. */
  readonly workers: number
  readonly detach: boolean
  readonly verify: boolean
  readonly sample?: number
}

/** How long workers may take to settle what they are writing, in milliseconds. */
const GRACE = 25_000

/** Between two looks at the board, in milliseconds. */
const LOOK_EVERY = 1_000

const LANES_PER_WORKER = 4

interface Place {
  readonly workplace: Workplace
  readonly opened: OpenedProject
}

const HOW: Readonly<Record<Started['how'], string>> = {
  first: 'first pass',
  next: 'the last pass is complete; this one carries what has changed since',
  same: 'going on where it stopped',
}

/** Losses before anything moves: of one account for each destination, since they are the server's. `check` looks at all. */
async function tellLosses(context: Context, { workplace }: Place, { lanes }: Started): Promise<void> {
  const firsts = [...new Map(lanes.map((plan) => [plan.destination.endpoint, plan])).values()]
  for (const { plan, losses } of await lossesBefore(workplace, firsts, { signal: context.interrupted })) {
    for (const line of losses === undefined ? [] : lossLines(losses)) context.terminal.err(`${plan.destination.endpoint}: ${line}\n`)
  }
}

async function tellStart(context: Context, place: Place, started: Started, { json }: RunOptions): Promise<void> {
  const { terminal } = context
  const { plan, lanes, how, left, warnings } = started
  if (json)
    return terminal.out(jsonLine({ type: 'started', how, pass: plan.pass, plan: plan.hash, lanes: lanes.length, left: left.length }))
  for (const warning of [...place.opened.warnings, ...warnings]) terminal.err(`${showProblem(warning)}\n`)
  for (const { caution } of place.workplace.destinations.values()) if (caution !== undefined) terminal.err(`CAUTION: ${caution}\n`)
  terminal.err(`Pass ${plan.pass} over ${showMany(lanes.length, 'account')} (${HOW[how]}). Plan ${plan.hash}.\n`)
  if (left.length > 0)
    terminal.err(`${showMany(left.length, 'account is', 'accounts are')} no longer in the table; what was moved of them stays as it is.\n`)
  if (how === 'first') await tellLosses(context, place, started)
}

function workersFor(context: Context, { opened }: Place, { workers, project }: RunOptions): LocalWorkers | undefined {
  if (workers === 0) return undefined
  const fell = (worker: number, code: number | null): void => {
    context.terminal.err(
      `Worker ${worker} has ended by itself (${code === null ? 'killed' : `code ${code}`}); see ${opened.folder}/.offramp/worker-${worker}.log\n`,
    )
  }
  const concurrency = opened.project.settings?.lanesPerWorker ?? LANES_PER_WORKER
  return context.startWorkers({ count: workers, project, folder: opened.folder, concurrency, fell })
}

/** Stays with the pass; gives up where no worker can ever start. */
async function stay(context: Context, place: Place, options: RunOptions, workers: LocalWorkers | undefined): Promise<Attended | ExitCode> {
  const view = liveView(context.terminal, options.json)
  const over = new AbortController()
  let gaveUp: ExitCode | undefined
  const tell: Parameters<typeof attend>[1]['tell'] = (news) => {
    view.tell(news)
    gaveUp = workers?.gaveUp()
    if (gaveUp !== undefined) over.abort()
  }
  const signal = AbortSignal.any([context.interrupted, over.signal])
  const end = await attend(place.workplace, { opened: place.opened, everyMs: LOOK_EVERY, tell }, { signal })
  view.end()
  return gaveUp ?? end
}

async function interruptedEnd(context: Context, { workplace }: Place, workers: LocalWorkers | undefined): Promise<ExitCode> {
  context.terminal.err(
    '\nPausing: workers finish what they are writing. Once more Ctrl-C ends everything at once (nothing is lost by that either).\n',
  )
  await pause(workplace)
  await workers?.stop(GRACE)
  context.terminal.err('Paused. To go on: offramp run (or offramp resume, where workers run elsewhere)\n')
  return EXIT.interrupted
}

async function attached(context: Context, place: Place, options: RunOptions): Promise<ExitCode> {
  const { terminal } = context
  const workers = workersFor(context, place, options)
  try {
    const end = await stay(context, place, options, workers)
    if (end === 'stopped') return await interruptedEnd(context, place, workers)
    await workers?.stop(GRACE)
    if (typeof end === 'number') {
      terminal.err(`No worker can start; the last lines of ${place.opened.folder}/.offramp/worker-1.log say why.\n`)
      return end
    }
    if (end === 'held') {
      const held = await place.workplace.board.held()
      terminal.err(`Held: ${held?.why ?? 'by somebody'}${held?.remedy === undefined ? '' : `\n${held.remedy}`}\nTo go on: offramp run\n`)
      return EXIT.held
    }
    if (!options.verify) return EXIT.balanced
    return await verifyAndShow(context, place, { sample: sampleOf(place.opened, options.sample), format: options.json ? 'json' : 'text' })
  } finally {
    workers?.killNow()
  }
}

/** Moves everything: plans the pass, wakes its lanes, and stays until it is done and proven. */
export const runCommand = (context: Context, options: RunOptions): Promise<ExitCode> =>
  withWorkplace(context, options.project, async (workplace, opened) => {
    const place = { workplace, opened }
    const started = await start(workplace, opened, { signal: context.interrupted })
    await tellStart(context, place, started, options)
    if (!options.detach) return attached(context, place, options)
    if (!options.json) context.terminal.out('Started. Workers elsewhere carry on; look with: offramp status\n')
    return EXIT.balanced
  })

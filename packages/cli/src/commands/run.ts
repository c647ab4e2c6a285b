import {
  type Attended,
  attend,
  cleanText,
  EXIT,
  type ExitCode,
  lossesBefore,
  lossLines,
  type News,
  type Place,
  pause,
  type Started,
  showMany,
  showProblem,
  startSeveral,
  worstOf,
} from '@offramp/control'
import type { Call } from '@offramp/core'
import { type Context, withPlaces } from '../context.ts'
import type { LocalWorkers } from '../local-workers.ts'
import { jsonLine } from '../terminal.ts'
import { liveView } from '../view/live-view.ts'
import { sampleOf, verifyAndShow } from './verify.ts'

export interface RunOptions {
  /** Project files, one at least. */
  readonly projects: readonly string[]
  readonly json: boolean
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

const HOW: Readonly<Record<Started['how'], string>> = {
  first: 'first pass',
  next: 'the last pass is complete; this one carries what has changed since',
  same: 'going on where it stopped',
}

/** Losses before anything moves: of one account for each destination, since they are the server's. `check` looks at all. */
async function tellLosses(context: Context, { workplace }: Place, { lanes }: Started): Promise<void> {
  const firsts = [...new Map(lanes.map((plan) => [`${plan.kind} ${plan.destination.endpoint}`, plan])).values()]
  for (const { plan, losses } of await lossesBefore(workplace, firsts, {}, { signal: context.interrupted })) {
    for (const line of losses === undefined ? [] : lossLines(losses)) context.terminal.err(`${plan.destination.endpoint}: ${line}\n`)
  }
}

async function tellStart(context: Context, place: Place, started: Started, { json, projects }: RunOptions): Promise<void> {
  const { terminal } = context
  const { plan, lanes, how, left, warnings } = started
  const { project } = place.workplace
  if (json)
    return terminal.out(
      jsonLine({ type: 'started', project, how, pass: plan.pass, plan: plan.hash, lanes: lanes.length, left: left.length }),
    )
  for (const warning of [...place.opened.warnings, ...warnings]) terminal.err(`${showProblem(warning)}\n`)
  for (const { caution } of place.workplace.destinations.values()) if (caution !== undefined) terminal.err(`CAUTION: ${caution}\n`)
  const which = projects.length > 1 ? `${cleanText(project, 60)}: ` : ''
  terminal.err(
    `${which}Pass ${plan.pass} over ${showMany(new Set(lanes.map(({ source }) => source.id)).size, 'account')} (${HOW[how]}). Plan ${plan.hash}.\n`,
  )
  if (left.length > 0)
    terminal.err(`${showMany(left.length, 'account is', 'accounts are')} no longer in the table; what was moved of them stays as it is.\n`)
  if (how === 'first') await tellLosses(context, place, started)
}

/** Local workers serve all projects of the run; their logs lie beside the first. */
function workersFor(context: Context, places: readonly Place[], { workers, projects }: RunOptions): LocalWorkers | undefined {
  const folder = places[0]?.opened.folder
  if (workers === 0 || folder === undefined) return undefined
  const fell = (worker: number, code: number | null): void => {
    context.terminal.err(
      `Worker ${worker} has ended by itself (${code === null ? 'killed' : `code ${code}`}); see ${folder}/.offramp/worker-${worker}.log\n`,
    )
  }
  const concurrency = Math.max(...places.map(({ opened }) => opened.project.settings?.lanesPerWorker ?? LANES_PER_WORKER))
  return context.startWorkers({ count: workers, projects, folder, concurrency, fell })
}

interface Watch {
  readonly tell: (news: News) => void
  /** Whether any other project is still on its way. */
  readonly others: () => boolean
}

/** Stays with one project. While others are on their way a held one is watched as well: somebody may resume it. */
async function stayWith({ workplace, opened }: Place, { tell, others }: Watch, call: Call): Promise<Attended> {
  for (;;) {
    const end = await attend(workplace, { opened, everyMs: LOOK_EVERY, tell }, call)
    if (end !== 'held' || !others()) return end
    await workplace.clock.sleep(LOOK_EVERY, call).catch(() => {})
  }
}

/** Stays with all until none moves any more; gives up where no worker can ever start. In the order of the places. */
async function stay(
  context: Context,
  places: readonly Place[],
  { json, workers }: { readonly json: boolean; readonly workers: LocalWorkers | undefined },
): Promise<readonly Attended[] | ExitCode> {
  const view = liveView(context.terminal, { json, projects: places.map(({ workplace }) => workplace.project) })
  const over = new AbortController()
  const call = { signal: AbortSignal.any([context.interrupted, over.signal]) }
  const open = new Set(places)
  let gaveUp: ExitCode | undefined
  const tell = (news: News): void => {
    view.tell(news)
    gaveUp = workers?.gaveUp()
    if (gaveUp !== undefined) over.abort()
  }
  const each = async (place: Place): Promise<Attended> => {
    // A held one counts as over for the others: two that are held must not wait for one another.
    const quiet = (news: News): void => {
      tell(news)
      if (news.kind === 'snapshot' && news.snapshot.held !== undefined) open.delete(place)
      else if (news.kind === 'snapshot') open.add(place)
    }
    const end = await stayWith(place, { tell: quiet, others: () => [...open].some((one) => one !== place) }, call)
    open.delete(place)
    return end
  }
  try {
    const ends = await Promise.all(places.map(each))
    return gaveUp ?? ends
  } finally {
    over.abort()
    view.end()
  }
}

/** The command that goes on, as the operator wrote it. */
const sameCommand = (files: readonly string[]): string => (files.length > 1 ? `offramp run -p ${files.join(' -p ')}` : 'offramp run')

async function interruptedEnd(context: Context, places: readonly Place[], workers: LocalWorkers | undefined): Promise<ExitCode> {
  context.terminal.err(
    '\nPausing: workers finish what they are writing. Once more Ctrl-C ends everything at once (nothing is lost by that either).\n',
  )
  await Promise.all(places.map(({ workplace }) => pause(workplace)))
  await workers?.stop(GRACE)
  const command = sameCommand(places.map(({ file }) => file))
  context.terminal.err(`Paused. To go on: ${command} (or offramp resume, where workers run elsewhere)\n`)
  return EXIT.interrupted
}

/** How one project ended: held, or compared at both ends. */
async function conclude(context: Context, place: Place, end: Attended, { verify, json, sample, projects }: RunOptions): Promise<ExitCode> {
  const { terminal } = context
  const which = projects.length > 1 ? `${cleanText(place.workplace.project, 60)}: ` : ''
  if (end === 'held') {
    const held = await place.workplace.board.held()
    const remedy = held?.remedy === undefined ? '' : `\n${held.remedy}`
    terminal.err(`${which}Held: ${held?.why ?? 'by somebody'}${remedy}\nTo go on: ${sameCommand(projects)}\n`)
    return EXIT.held
  }
  if (!verify) return EXIT.balanced
  if (which !== '' && !json) terminal.out('\n')
  return verifyAndShow(context, place, { sample: sampleOf(place.opened, sample), format: json ? 'json' : 'text' })
}

async function attached(context: Context, places: readonly Place[], options: RunOptions): Promise<ExitCode> {
  const workers = workersFor(context, places, options)
  try {
    const ends = await stay(context, places, { json: options.json, workers })
    if (typeof ends !== 'number' && ends.includes('stopped')) return await interruptedEnd(context, places, workers)
    await workers?.stop(GRACE)
    if (typeof ends === 'number') {
      context.terminal.err(`No worker can start; the last lines of ${places[0]?.opened.folder}/.offramp/worker-1.log say why.\n`)
      return ends
    }
    const codes: ExitCode[] = []
    for (const [index, place] of places.entries()) codes.push(await conclude(context, place, ends[index] ?? 'finished', options))
    return worstOf(codes)
  } finally {
    workers?.killNow()
  }
}

/** Moves everything: plans the pass of each project, wakes its lanes, and stays until all is done and proven. */
export const runCommand = (context: Context, options: RunOptions): Promise<ExitCode> =>
  withPlaces(context, options.projects, async (places) => {
    const started = await startSeveral(places, { signal: context.interrupted })
    for (const [index, place] of places.entries()) {
      const one = started[index]
      if (one !== undefined) await tellStart(context, place, one, options)
    }
    if (!options.detach) return attached(context, places, options)
    if (!options.json) context.terminal.out('Started. Workers elsewhere carry on; look with: offramp status\n')
    return EXIT.balanced
  })

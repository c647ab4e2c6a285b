import { type Account, asFault, type Call, type DestinationEndpoint, type Finding, type LanePlan } from '@offramp/core'
import { namesOf } from '../names/names.ts'
import { nameLine } from '../names/render-names.ts'
import { InputRefused, showProblem } from '../project/problem.ts'
import { lossLines } from '../report/losses.ts'
import { showMany } from '../report/show-numbers.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { draftOf } from './draft.ts'
import { lossesBefore } from './losses-before.ts'

/** A finding, and whose. */
export interface Found extends Finding {
  readonly side: 'project' | 'redis' | 'source' | 'destination'
}

const findingOf = (thrown: unknown, about: string): Finding => {
  const fault = asFault(thrown)
  return { level: 'error', about, says: fault.message, ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }) }
}

async function* guarded(side: Found['side'], about: string, findings: AsyncIterable<Finding>, call: Call): AsyncIterable<Found> {
  try {
    for await (const finding of findings) yield { side, ...finding }
  } catch (thrown) {
    call.signal.throwIfAborted()
    yield { side, ...findingOf(thrown, about) }
  }
}

async function* teamFolders(endpoint: DestinationEndpoint, plans: readonly LanePlan[], call: Call): AsyncIterable<Found> {
  for (const { destination } of plans) {
    const { team, account } = destination
    if (team === undefined || endpoint.inTeam === undefined) continue
    const request = { accounts: [{ id: account, name: account, kind: 'unknown' as const }], kinds: ['file' as const] }
    yield* guarded('destination', `Team folder ${team}`, endpoint.inTeam(team).check(request, call), call)
  }
}

async function* destinations(workplace: Workplace, opened: OpenedProject, plans: readonly LanePlan[], call: Call): AsyncIterable<Found> {
  for (const [name, endpoint] of workplace.destinations) {
    const here = plans.filter(({ destination }) => destination.endpoint === name)
    const accounts = [...new Set(here.map(({ destination }) => destination.account))].map(
      (account): Account => ({ id: account, name: account, kind: 'unknown' }),
    )
    const kinds = opened.kinds.filter((kind) => endpoint.kinds.includes(kind))
    const request = { accounts, kinds, ...(opened.plannedEnd === undefined ? {} : { plannedEnd: opened.plannedEnd }) }
    let caution = endpoint.caution
    for await (const found of guarded('destination', endpoint.name, endpoint.check(request, call), call)) {
      // An endpoint may say it itself, with what to do about it.
      if (found.says === caution) caution = undefined
      yield found
    }
    if (caution !== undefined) yield { side: 'destination', level: 'warning', about: endpoint.name, says: caution }
    yield* teamFolders(endpoint, here, call)
  }
}

/** Losses before anything moves, each said once with the accounts it touches. */
async function* losses(workplace: Workplace, plans: readonly LanePlan[], call: Call): AsyncIterable<Found> {
  const touched = new Map<string, Set<string>>()
  const accounts = new Set(plans.map(({ source }) => source.name)).size
  // What cannot be connected to was named by the endpoint's own check.
  for (const { plan, losses: lost, counted = new Map<string, number>() } of await lossesBefore(workplace, plans, { count: true }, call)) {
    for (const [says, items] of counted) {
      yield { side: 'source', level: 'warning', about: plan.source.name, says: `${showMany(items, 'item')}: ${says}` }
    }
    for (const line of lost === undefined ? [] : lossLines(lost)) touched.set(line, (touched.get(line) ?? new Set()).add(plan.source.name))
  }
  for (const [line, all] of touched) {
    const names = [...all]
    const about =
      names.length === accounts
        ? 'all accounts'
        : `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
    yield { side: 'destination', level: 'warning', about, says: line }
  }
}

/** Shown here of each account; `offramp names` tells all. */
const SHOWN_NAMES = 3

/** What will be called otherwise at the destination. An account that cannot be read was named before. */
async function* changedNames(workplace: Workplace, plans: readonly LanePlan[], call: Call): AsyncIterable<Found> {
  for (const plan of plans.filter(({ kind }) => kind === 'file')) {
    const found = await namesOf(workplace, plan, call).catch(() => {
      call.signal.throwIfAborted()
      return []
    })
    if (found.length === 0) continue
    const many = showMany(found.length, 'name will be another one', 'names will be other ones')
    const says = `${many} at the destination, such as ${found.slice(0, SHOWN_NAMES).map(nameLine).join('; ')}.`
    yield { side: 'destination', level: 'warning', about: plan.source.name, says, remedy: 'All of them: offramp names --format csv' }
  }
}

/** Everything that could stop the run or surprise its owner, found before anything moves. Never throws for what it can say as a finding. */
export async function* check(workplace: Workplace, opened: OpenedProject, call: Call): AsyncIterable<Found> {
  for (const finding of workplace.safety) yield { side: 'redis', ...finding }
  for (const problem of opened.warnings) yield { side: 'project', level: problem.level, about: problem.file, says: showProblem(problem) }
  let plans: readonly LanePlan[] = []
  let accounts: readonly Account[] = []
  try {
    // Somebody sits there and waits to hear what is wrong: a source asks a few times by itself.
    const draft = await draftOf({ ...workplace, mostTroubles: 1 }, opened, call)
    plans = draft.lanes
    accounts = draft.accounts
    for (const warning of draft.warnings) yield { side: 'project', level: 'warning', about: warning.file, says: showProblem(warning) }
    yield {
      side: 'project',
      level: 'ok',
      about: opened.mappingsFile,
      says: `${showMany(new Set(plans.map(({ source }) => source.id)).size, 'account')}, each with a place of its own`,
    }
  } catch (thrown) {
    call.signal.throwIfAborted()
    if (thrown instanceof InputRefused)
      for (const problem of thrown.problems) yield { side: 'project', level: 'error', about: problem.file, says: showProblem(problem) }
    else yield { side: 'source', ...findingOf(thrown, workplace.source.name) }
  }
  const kinds = opened.kinds.filter((kind) => opened.endpoints.some((one) => one.kinds.includes(kind)))
  const request = { accounts, kinds, ...(opened.plannedEnd === undefined ? {} : { plannedEnd: opened.plannedEnd }) }
  yield* guarded('source', workplace.source.name, workplace.source.check(request, call), call)
  yield* destinations(workplace, opened, plans, call)
  yield* losses(workplace, plans, call)
  yield* changedNames(workplace, plans, call)
}

import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'
import type { Settings, Weather } from './world.ts'

type Mutant = Omit<Settings, 'seed'> & {
  /** Why the weather or other safeguards had to be arranged, where they were: the same arrangement without the slip holds. */
  readonly arranged?: string
}

const fair: Partial<Weather> = { late: 0, stop: 0, rollback: 0, wipe: 0, people: 0, poison: false }

/** Each is the engine, or the ledger, with one slip. */
const SLIPS: Readonly<Record<string, Mutant>> = {
  'no search in doubt': {
    guards: { searchInDoubt: false, sweep: false },
    weather: { ...fair, crash: 0.03, edits: 0 },
    arranged: 'the sweep removes most of the doubles that it makes',
  },
  'two entries share a receipt': { guards: { respectOwners: false } },
  'no intent before a write': { guards: { recordIntent: false } },
  'the cursor advances first': { guards: { cursorLast: false } },
  'items in doubt are not settled alone': { guards: { doubtAlone: false } },
  'a changed item is written anew': { guards: { writeOver: false } },
  'a write begins after the lease was lost': {
    guards: { obeyAbort: false },
    weather: { ...fair, stop: 0.03, crash: 0, fault: 0, workers: 3 },
    arranged: 'most late writers are found by the sweep: it takes rivals that are often stopped',
  },
  'a ledger that accepts a lapsed lease': { ledger: { acceptsLapsed: true } },
  'a ledger that keeps a lease whose writes it has forgotten': { ledger: { ignoresForgetting: true } },
  'a failed item is not in doubt': {
    guards: { failedIsDoubt: false, sweep: false, checkFloor: false },
    weather: { ...fair, fault: 0.15, crash: 0, edits: 0, workers: 1 },
    arranged: 'the floor finds the copy, and else the sweep does',
  },
  'no look above the floor after a lost ledger': { guards: { checkFloor: false } },
  'a named destination that does not know its own writing': {
    unsealed: true,
    weather: { ...fair, markless: true, named: true, people: 0.02, edits: 0.03 },
  },
  'items stay where their folder was before it got another name': { guards: { bringHome: false } },
  'what is in a folder that was moved stays where it was': { drives: true, guards: { bringHome: false } },
  'what came before a moved folder in the walk does not follow': { drives: true, guards: { walkAgain: false } },
  'a folder keeps the date of the last write into it': { drives: true, guards: { undate: false } },
  'items that may be taken for each other are written at once': {
    drives: true,
    guards: { keepApart: false },
    weather: { ...fair, batches: true, crash: 0, items: 40 },
  },
  'a server of files gives one copy to two files': { drives: true, takesOwned: true },
  'a folder that was left is taken away with what is in it': { drives: true, leaves: 'full', weather: { renames: 0.5, people: 0.02 } },
  'a folder that somebody else has made is taken away': { drives: true, leaves: 'any', weather: { renames: 0.5, people: 0.02 } },
  'no intent before a file is written': { drives: true, guards: { recordIntent: false } },
  'a renamed file is written anew': { drives: true, guards: { writeOver: false } },
  'no sweep for a write that is stored after it was given up': { guards: { sweep: false }, weather: { ...fair, late: 0.1 } },
}

const BUDGET = 1_000

async function firstFailure(settings: Omit<Settings, 'seed'>, most: number): Promise<number | undefined> {
  for (let seed = 1; seed <= most; seed++) {
    const { problems } = await simulate({ ...settings, seed })
    if (problems.length > 0) return seed
  }
  return undefined
}

for (const [name, { arranged, ...slip }] of Object.entries(SLIPS)) {
  test(`the simulation notices: ${name}`, { timeout: 120_000 }, async () => {
    const seed = await firstFailure(slip, BUDGET)
    expect(seed, `${BUDGET} runs did not notice`).toBeDefined()
  })

  if (!arranged) continue
  test(`and it is the slip that does it, not the arrangement (${arranged})`, { timeout: 120_000 }, async () => {
    const { guards, ...rest } = slip
    const others = Object.fromEntries(Object.entries(guards ?? {}).slice(1))
    expect(await firstFailure({ ...rest, guards: others }, 300)).toBeUndefined()
  })
}

test('what is stored after it was given up is found by the sweep', { timeout: 120_000 }, async () => {
  expect(await firstFailure({ weather: { ...fair, late: 0.1 } }, 200)).toBeUndefined()
})

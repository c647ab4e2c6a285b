import { expect } from 'vitest'
import type { Audit } from '../lab/audit.ts'
import type { Sameness } from './chaos-source.ts'
import type { Run, Scene } from './scene.ts'

export interface Reckoning {
  readonly expected: number
  readonly found: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
}

/** Compares every mailbox at both ends, with a client that shares no code with Offramp. */
async function compare({ lab, source, addresses }: Scene, sameness: Sameness): Promise<Reckoning> {
  const audits: readonly Audit[] = await Promise.all(
    addresses.map(async (address) => {
      const raw = await lab.dovecot.raw(lab.loginOf(address))
      const found = await source.audit(address, raw, sameness)
      raw.close()
      return found
    }),
  )
  return {
    expected: audits.reduce((sum, { expected }) => sum + expected, 0),
    found: audits.reduce((sum, { found }) => sum + found, 0),
    lost: audits.flatMap(({ lost }) => lost),
    doubled: audits.flatMap(({ doubled }) => doubled),
  }
}

/** Waits for the run's end, counts, prints what came out, and holds it against the promise. */
export async function reckon(
  scene: Scene,
  run: Run,
  { what, sameness = 'bytes' }: { readonly what: string; readonly sameness?: Sameness },
) {
  const { code, out, err } = await run.ended
  await scene.crew.dismiss()
  const { expected, found, lost, doubled } = await compare(scene, sameness)
  const { source } = scene
  const [fetches, throttled, violations, tally] = await Promise.all([
    source.fetched(),
    source.throttled(),
    source.violations(),
    scene.tally(),
  ])
  scene.say(
    `${what}. ${scene.addresses.length} mailboxes, ${expected} messages, compared by ${sameness}: ${found} found, ${lost.length} lost, ` +
      `${doubled.length} doubled. ${fetches} read (${fetches - expected} again), ${throttled} throttled, ` +
      `${violations.length} of the provider's rules broken. Exit code ${code}.`,
  )
  const bad = code !== 0 || lost.length + doubled.length + violations.length + tally.intended > 0
  if (bad) scene.say(`papers kept in ${await scene.keepPapers()}\n${out}\n${err}`)
  expect({ lost, doubled, violations }, JSON.stringify({ lost, doubled, violations })).toEqual({ lost: [], doubled: [], violations: [] })
  expect(found).toBe(expected)
  expect(code, err).toBe(0)
  expect(tally).toMatchObject({ arrived: expected, intended: 0, failed: 0, rejected: 0 })
}

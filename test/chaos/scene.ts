import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Board, systemClock, type Tally } from '@offramp/core'
import type { AccountSeed } from '@offramp/emulators'
import { connectRedis, redisBoard, redisLedger } from '@offramp/redis'
import { type BareLab, type BareWish, type Ended, ended } from '../lab/bare-lab.ts'
import { type Lab, type LabWish, startLab } from '../lab/lab.ts'
import { startWorkspaceLab, type WorkspaceLab, type WorkspaceLabWish } from '../lab/workspace-lab.ts'
import { type ChaosSource, tenantSource, workspaceSource } from './chaos-source.ts'
import { type Crew, makeCrew } from './crew.ts'
import { chaosSeed, type Dice, dice } from './dice.ts'

interface Cast extends BareWish {
  readonly name: string
  readonly mailboxes: number
  /** In each mailbox. */
  readonly messages: number
  readonly sizes?: AccountSeed['sizes']
  /** Lanes that one worker process moves at once. */
  readonly concurrency?: number
}

export interface SceneWish extends Cast, Pick<LabWish, 'tenant'> {}

export interface WorkspaceSceneWish extends Cast, Pick<WorkspaceLabWish, 'workspace'> {}

/** A run of the command line that the test watches from outside. */
export interface Run {
  /** Undefined while it runs. */
  readonly end: () => Ended | undefined
  readonly ended: Promise<Ended>
}

/** A migration that is about to suffer, whatever it moves. */
export interface BareScene<L extends BareLab = BareLab> {
  readonly lab: L
  readonly crew: Crew
  readonly dice: Dice
  readonly board: Board
  readonly addresses: readonly string[]
  /** Printed with the scene's name and seed; the test's output is its evidence. */
  say(text: string): void
  /** `offramp run` without workers of its own. */
  run(...args: readonly string[]): Run
  /** Messages asked of the source until now, or items written: the measure of progress. Redis is not asked. */
  fetched(): Promise<number>
  /**
   * Looks again and again, each time after a moment, until there is an answer. Throws when the run ends before, and after `mostMs`
   * milliseconds (60,000). What it asks may fail meanwhile: Redis may be down.
   */
  until<T>(what: string, run: Run, look: () => Promise<T | undefined>, mostMs?: number): Promise<T>
  /** Lets the run go on by at least so many messages, as the dice say; how many have been asked for then. */
  progress(run: Run, least: number, most: number): Promise<number>
  /** The ledger's tallies, added up. */
  tally(): Promise<Tally>
  /** What a person needs who looks for the reason: reports and logs of all processes. */
  keepPapers(): Promise<string>
  close(): Promise<void>
}

/** The same for mail. */
export interface Scene<L extends BareLab = BareLab> extends BareScene<L> {
  readonly source: ChaosSource
}

const PROJECT = 'laboratory'

const seedsOf = ({ mailboxes, messages, sizes = 'small' }: Cast, domain: string) =>
  Array.from({ length: mailboxes }, (_, n) => ({ address: `person-${n + 1}@${domain}`, messages, sizes }))

function watched(lab: BareLab, args: readonly string[]): Run {
  let end: Ended | undefined
  const over = ended(lab.spawn(['run', '--no-workers', ...args])).then((how) => {
    end = how
    return how
  })
  return { end: () => end, ended: over }
}

const until: BareScene['until'] = async (what, run, look, mostMs = 60_000) => {
  const last = performance.now() + mostMs
  while (performance.now() < last) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    const end = run.end()
    if (end !== undefined) throw new Error(`The run ended with ${end.code} before ${what}:\n${end.out}\n${end.err}`)
    await pause(10)
  }
  throw new Error(`Within ${mostMs} ms there was no ${what}.`)
}

const NOTHING: Tally = { arrived: 0, rejected: 0, failed: 0, intended: 0, gone: 0, bytes: 0 }

const sum = (a: Tally, b: Tally): Tally => ({
  arrived: a.arrived + b.arrived,
  rejected: a.rejected + b.rejected,
  failed: a.failed + b.failed,
  intended: a.intended + b.intended,
  gone: a.gone + b.gone,
  bytes: a.bytes + b.bytes,
})

/** Leases and time-outs as short as an operator may set them, so that those of the dead lapse soon: 4 s. An end that broke off is tried again after a second. */
export const LIMITS = { putSeconds: 2, sliceSeconds: 3, pageItems: 50, retrySeconds: 1 }

/**
 * What was on its way when a provider asked for patience, on a machine whose processes wait for each other; so that this is still told from one that does
 * not listen, they ask for twice as much.
 */
export const BUSY = { raceMs: 1_000 }

/** A scene that reads an emulated Microsoft 365 tenant. */
export async function startScene(wish: SceneWish): Promise<Scene<Lab>> {
  const accounts = seedsOf(wish, 'contoso.example')
  const tenant = { ...wish.tenant, limits: { ...BUSY, ...wish.tenant?.limits } }
  const lab = await startLab({ ...wish, tenant, seed: chaosSeed(), accounts, settings: { limits: LIMITS, ...wish.settings } })
  const source = tenantSource(lab)
  const scene = await sceneOf(lab, { wish, fetched: source.fetched, addresses: accounts.map(({ address }) => address) })
  return { ...scene, source }
}

/** A scene that reads an emulated Google Workspace domain. */
export async function startWorkspaceScene(wish: WorkspaceSceneWish): Promise<Scene<WorkspaceLab>> {
  const accounts = seedsOf(wish, 'fabrikam.example').map((seed, n) => ({ ...seed, admin: n === 0 }))
  const workspace = { ...wish.workspace, limits: { ...BUSY, ...wish.workspace?.limits } }
  const lab = await startWorkspaceLab({ ...wish, workspace, seed: chaosSeed(), accounts, settings: { limits: LIMITS, ...wish.settings } })
  const source = workspaceSource(lab)
  const scene = await sceneOf(lab, { wish, fetched: source.fetched, addresses: accounts.map(({ address }) => address) })
  return { ...scene, source }
}

interface Of {
  readonly wish: Pick<Cast, 'name' | 'concurrency'>
  readonly fetched: () => Promise<number>
  readonly addresses: readonly string[]
}

/** A scene of a laboratory that stands already; closed with it. */
export async function sceneOf<L extends BareLab>(lab: L, { wish, fetched, addresses }: Of): Promise<BareScene<L>> {
  const seed = chaosSeed()
  const redis = await connectRedis(lab.redis.url)
  const crew = makeCrew(lab.folder, wish.concurrency ?? 2)
  const board = redisBoard(redis, { project: PROJECT })
  const ledger = redisLedger(redis, { project: PROJECT, clock: systemClock })
  const chance = dice(seed)
  return {
    lab,
    crew,
    dice: chance,
    board,
    addresses,
    say: (text) => console.log(`chaos, ${wish.name} (OFFRAMP_CHAOS_SEED=${seed}): ${text}`),
    run: (...args) => watched(lab, args),
    fetched,
    until,
    progress: async (run, least, most) => {
      const mark = (await fetched()) + chance.int(least, most)
      return until(`message ${mark}`, run, async () => {
        const now = await fetched()
        return now >= mark ? now : undefined
      })
    },
    tally: async () => {
      const tallies = await Promise.all((await board.lanes()).map(({ plan }) => ledger.tally(plan.lane)))
      return tallies.reduce(sum, NOTHING)
    },
    keepPapers: async () => {
      const folder = new URL(`../../.offramp/chaos/${wish.name.replaceAll(' ', '-')}/`, import.meta.url).pathname
      await rm(folder, { recursive: true, force: true })
      await cp(join(lab.folder, '.offramp'), folder, { recursive: true })
      return folder
    },
    close: async () => {
      await crew.end()
      redis.disconnect()
      await lab.close()
    },
  }
}

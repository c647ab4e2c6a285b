import { DrivePeople } from './drive-people.ts'
import { reckonDrive } from './drive-reckoning.ts'
import { People } from './people.ts'
import { reckon } from './reckoning.ts'
import { LANE, Workers } from './workers.ts'
import { LEASE_MS, type Settings, World } from './world.ts'

export interface Result {
  readonly problems: readonly string[]
  readonly steps: number
}

/** Steps after which a run is taken to go round in circles. */
const MOST_STEPS = 20_000

/** Steps after which the weather turns fair, whatever passes are still to go. */
const STORMY_STEPS = 3_000

/** One run, from an empty ledger to two calm passes: what is wrong then, if anything. */
export async function simulate(settings: Settings): Promise<Result> {
  const world = new World(settings)
  const people = world.drives ? new DrivePeople(world) : new People(world)
  const workers = new Workers(world)
  people.settle()
  for (let n = 0; n < world.weather.workers; n++) workers.start()
  await world.scheduler.run({
    done: () => workers.left === 0 || workers.mishaps.length > 0,
    most: MOST_STEPS,
    chaos: () => strike(world, people, workers),
  })
  const steps = world.scheduler.taken
  for (const process of workers.living) world.scheduler.kill(process)
  if (workers.mishaps.length > 0) return { problems: workers.mishaps, steps }
  if (workers.left > 0) return { problems: [`it had not ended after ${steps} steps, in pass ${workers.pass}`], steps }
  return { problems: people instanceof DrivePeople ? reckonDrive(world, people) : reckon(world, people), steps }
}

/** Between two steps, anything may happen. */
function strike(world: World, people: People | DrivePeople, workers: Workers): void {
  const { dice, weather, scheduler, store } = world
  if (world.calm) return
  // Chaos must leave time to come right: a ledger wiped every minute never gets anywhere.
  if (scheduler.taken > STORMY_STEPS) workers.calmDown()
  const living = [...workers.living]
  const process = dice.pick(living)
  if (process && dice.chance(weather.crash)) world.kill(process)
  else if (process && dice.chance(weather.stop)) process.stoppedUntil = scheduler.now + dice.between(1_000, 3 * LEASE_MS)
  if (dice.chance(weather.edits)) people.edit()
  if (dice.chance(weather.people)) people.meddle(ownedCopies(world))
  if (dice.chance(weather.rollback)) {
    world.trace('rollback')
    store.forgetSince(scheduler.now - dice.between(1, 1_000))
    world.forgot = true
  }
  if (dice.chance(weather.wipe)) {
    world.trace('wipe')
    store.forgetAll()
    world.forgot = true
  }
}

/** People touch only what has arrived for good: whoever moves a message in the second in which it was written is a double's father. */
const ownedCopies = (world: World) =>
  [...world.store.lane(LANE).entries.values()].flatMap(({ state, receipt }) => (state === 'arrived' && receipt ? [receipt] : []))

import { expect } from 'vitest'
import type { Hold } from '../servers/hold.ts'
import type { FilesScene } from './files-scene.ts'
import type { Run } from './scene.ts'

/**
 * Where a worker dies. `chunk`, `bulk`, `whole`: a part of it has gone up. `stored bulk`, `stored whole`: the server has all of it, and the worker has
 * not heard so. `assembly`: the server puts chunks together, and has not answered yet. `late assembly`: it is at it still, and a proxy has answered.
 */
export type Moment = 'chunk' | 'assembly' | 'late assembly' | 'bulk' | 'stored bulk' | 'whole' | 'stored whole'

const ASSEMBLY = /^MOVE \S*\/dav\/uploads\/\S*\/\.file /
const BULK = /^POST \S*\/dav\/bulk /
/** Not the empty file with which a server is tried. */
const WHOLE = /^PUT (?!\S*\/dav\/uploads\/|\S*\.tmp )/

/** By what the server is asked it is told that the moment has come. */
const SIGNS: Readonly<Record<Moment, RegExp>> = {
  chunk: /^PUT \S*\/dav\/uploads\/\S*\/\d{5} /,
  assembly: ASSEMBLY,
  'late assembly': ASSEMBLY,
  bulk: BULK,
  'stored bulk': BULK,
  whole: WHOLE,
  'stored whole': WHOLE,
}

export const isMoment = (blow: string): blow is Moment => blow in SIGNS

const isPart = (moment: Moment): boolean => moment === 'chunk' || moment === 'bulk' || moment === 'whole'

/** For how long the server puts a file together: the next worker finds it done, or still under way. Milliseconds. */
const ASSEMBLY_MS = { assembly: 3_000, 'late assembly': 8_000 }

/** Whose request it is. */
function loginIn(head: string): string {
  const basic = /^authorization: basic (\S+)/im.exec(head)?.[1] ?? ''
  return Buffer.from(basic, 'base64').toString().split(':')[0] ?? ''
}

/** The worker that has this account in hand. */
async function workerOf({ board, crew }: FilesScene, login: string): Promise<string | undefined> {
  const states = (await board.lanes()).flatMap(({ plan, state }) =>
    plan.destination.account === login && state.state === 'moving' ? [state.worker] : [],
  )
  return states.find((worker) => crew.alive().includes(worker))
}

interface Caught {
  readonly hold: Hold
  readonly login: string
}

const until = <T>(on: FilesScene, run: Run, look: () => Promise<T | undefined>): Promise<T> =>
  on.until('what is held to go on', run, look, 10_000)

/** The server has come as far as the moment wants it. */
async function ripe(on: FilesScene, run: Run, { moment, hold, login }: Caught & { readonly moment: Moment }): Promise<void> {
  if (isPart(moment)) return
  if (moment === 'assembly' || moment === 'late assembly') {
    await on.end.assembleLate(login, ASSEMBLY_MS[moment])
    hold.goOn({ keepAnswer: moment === 'assembly' })
    await until(on, run, async () => ((await on.end.assembling(login)) ? true : undefined))
  } else hold.goOn({ keepAnswer: true })
  await until(on, run, async () => hold.status())
}

/** It is still the moment, and the worker of nobody else's request. */
async function isStill(on: FilesScene, moment: Moment, { hold, login }: Caught): Promise<boolean> {
  const status = hold.status()
  if (moment === 'late assembly') return on.end.assembling(login)
  if (!hold.isOpen()) return false
  if (moment === 'assembly') return on.end.assembling(login)
  return isPart(moment) ? status === undefined : status === 201 || status === 200 || status === 204
}

/** False where the moment was over before somebody could be killed. */
async function killOnce(on: FilesScene, run: Run, moment: Moment): Promise<boolean> {
  const hold = on.proxy.hold({ sign: SIGNS[moment], share: isPart(moment) ? on.dice.int(5, 95) / 100 : 0 })
  try {
    const head = await on.until(`a worker in the middle of a ${moment}`, run, async () => hold.head(), 25_000)
    const caught = { hold, login: loginIn(head) }
    await ripe(on, run, { ...caught, moment })
    const name = await until(on, run, () => workerOf(on, caught.login))
    if (!(await isStill(on, moment, caught))) return false
    expect(await on.crew.signal(name, 'SIGKILL')).toBe('SIGKILL')
    on.crew.hire(1)
    if (moment === 'late assembly') return await on.end.assembling(caught.login)
    // It was its request that was held.
    await until(on, run, async () => (hold.isOpen() ? undefined : true))
    return moment !== 'assembly' || (await on.end.assembling(caught.login))
  } finally {
    hold.end()
  }
}

const TRIES = 5

/** Kills a worker at that moment, and puts a new one in its place. */
export async function killAt(on: FilesScene, run: Run, moment: Moment): Promise<void> {
  for (let left = TRIES; left > 0; left--) if (await killOnce(on, run, moment)) return
  throw new Error(`${TRIES} times the moment, a ${moment}, was over too early.`)
}

/** Cuts a connection in the middle of what is sent on it. */
export async function cutMiddle(on: FilesScene, run: Run): Promise<void> {
  const hold = on.proxy.hold({ sign: /^(PUT|POST) (?!\S*\.tmp )/, share: on.dice.int(5, 95) / 100 })
  try {
    await on.until('something sent to cut', run, async () => (hold.head() !== undefined && hold.isOpen() ? true : undefined))
  } finally {
    hold.end()
  }
}

/** Cuts the answer to the next PUT somewhere, and sees it done. */
export async function cutAnswer({ proxy, dice, until: look }: FilesScene, run: Run): Promise<void> {
  const before = proxy.suffered()
  proxy.cutAnswerTo('PUT /', dice.int(0, 60))
  await look('an answer to cut', run, async () => (proxy.suffered() > before ? true : undefined))
}

import { expect } from 'vitest'
import type { FilesScene } from './files-scene.ts'
import type { Run } from './scene.ts'

/** Where a worker dies: while it sends a chunk, while the server puts chunks together, while it sends many files at once, or one as a whole. */
export type Moment = 'chunk' | 'assembly' | 'bulk' | 'whole'

/** By what the server is asked it is told that the moment has come. */
const SIGNS: Readonly<Record<Moment, RegExp>> = {
  chunk: /^PUT \S*\/dav\/uploads\//,
  assembly: /^MOVE \S*\/dav\/uploads\/\S*\/\.file /,
  bulk: /^POST \S*\/dav\/bulk/,
  // Not the empty file with which a server is tried.
  whole: /^PUT (?!\S*\/dav\/uploads\/|\S*\.tmp )/,
}

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

/** Kills the worker that has just asked for this, and puts a new one in its place. */
export async function killAt(on: FilesScene, run: Run, moment: Moment): Promise<void> {
  const from = on.heads.length
  // Far longer than it takes to kill somebody: the next one finds it under way, or done.
  if (moment === 'assembly') await on.end.assembleLate(2_500)
  let looked = from
  const name = await on.until(
    `a worker in the middle of a ${moment}`,
    run,
    async () => {
      const since = moment === 'assembly' ? from : looked
      const logins = new Set(
        on.heads
          .slice(since)
          .filter((head) => SIGNS[moment].test(head))
          .map(loginIn),
      )
      looked = on.heads.length
      for (const login of logins) {
        if (moment === 'assembly' && !(await on.end.assembling(login))) continue
        const worker = await workerOf(on, login)
        if (worker !== undefined) return worker
      }
      return undefined
    },
    25_000,
  )
  expect(await on.crew.signal(name, 'SIGKILL')).toBe('SIGKILL')
  on.crew.hire(1)
}

/** Cuts the connections on which something is sent in the middle of it, and sees one cut. */
export async function cutMiddle({ proxy, dice, until }: FilesScene, run: Run): Promise<void> {
  const before = proxy.suffered()
  await until('a connection to cut', run, async () => {
    if (proxy.suffered() > before) return true
    proxy.now({ direction: 'up', afterBytes: dice.int(20_000, 3_000_000), how: 'cut' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    return undefined
  })
}

/** Cuts the answer to the next PUT somewhere, and sees it done. */
export async function cutAnswer({ proxy, dice, until }: FilesScene, run: Run): Promise<void> {
  const before = proxy.suffered()
  proxy.cutAnswerTo('PUT /', dice.int(0, 60))
  await until('an answer to cut', run, async () => (proxy.suffered() > before ? true : undefined))
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const WORKER = new URL('../../workers/src/main.ts', import.meta.url).pathname
const SHIFT = new URL('../lab/shift-clock.ts', import.meta.url).href

/** How a worker process ended: its exit code, or the signal that ended it. */
export type Fate = number | NodeJS.Signals

/** Worker processes as an operator has them on a machine of their own: nothing starts them again but the test. */
export interface Crew {
  /** Starts workers and returns what they are called. `aheadMs`: their clocks are so many milliseconds ahead of everybody's. */
  hire(count: number, aheadMs?: number): readonly string[]
  /** Those that have not ended. A stopped one counts. */
  alive(): readonly string[]
  /** Resolves with its fate for signals that end it, and at once for SIGSTOP and SIGCONT. */
  signal(name: string, signal: NodeJS.Signals): Promise<Fate | undefined>
  /** SIGTERM to all; how each ended, and after how many milliseconds. */
  dismiss(): Promise<readonly { readonly name: string; readonly fate: Fate; readonly ms: number }[]>
  /** SIGKILL to all. Safe to repeat. */
  end(): Promise<void>
}

/** `folder`: the project's. */
export function makeCrew(folder: string, concurrency: number): Crew {
  const hands = new Map<string, { readonly child: ChildProcess; readonly fate: Promise<Fate> }>()
  let count = 0
  mkdirSync(join(folder, '.offramp'), { recursive: true })
  const hireOne = (aheadMs: number): string => {
    const name = `hand-${++count}`
    const options = ['--project', join(folder, 'offramp.yaml'), '--concurrency', String(concurrency), '--name', name]
    const log = join(folder, '.offramp', `${name}.log`)
    const shift = aheadMs === 0 ? [] : ['--import', SHIFT]
    const args = ['--disable-warning=ExperimentalWarning', ...shift, WORKER, ...options, '--log-file', log, '--log-level', 'debug']
    // A worker ends with the channel: none outlives the test, however that ends.
    const env = { ...process.env, OFFRAMP_TEST_AHEAD_MS: String(aheadMs) }
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env })
    child.channel?.unref()
    const fate = new Promise<Fate>((resolve) => {
      child.once('exit', (code, signal) => {
        hands.delete(name)
        resolve(code ?? signal ?? 1)
      })
    })
    hands.set(name, { child, fate })
    return name
  }
  const send = async (name: string, signal: NodeJS.Signals): Promise<Fate | undefined> => {
    const hand = hands.get(name)
    hand?.child.kill(signal)
    return signal === 'SIGSTOP' || signal === 'SIGCONT' ? undefined : hand?.fate
  }
  return {
    hire: (wanted, aheadMs = 0) => Array.from({ length: wanted }, () => hireOne(aheadMs)),
    alive: () => [...hands.keys()],
    signal: send,
    dismiss: () =>
      Promise.all(
        [...hands].map(async ([name, { child, fate }]) => {
          const began = performance.now()
          child.kill('SIGTERM')
          return { name, fate: await fate, ms: performance.now() - began }
        }),
      ),
    end: async () => void (await Promise.all([...hands.keys()].map((name) => send(name, 'SIGKILL')))),
  }
}

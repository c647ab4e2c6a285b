import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, type ExitCode, WORKER_FLAGS } from '@offramp/control'
import { withoutCore } from './without-core.ts'

export interface WorkersWanted {
  readonly count: number
  /** The project files. */
  readonly projects: readonly string[]
  /** Logs go to `.offramp/worker-<n>.log` in it. */
  readonly folder: string
  /** Lanes that one process moves at once. */
  readonly concurrency: number
  /** Told when a worker has ended by itself, with the last lines of its log. */
  readonly fell: (worker: number, code: number | null) => void
}

/** Worker processes on this machine, for the time of a run. */
export interface LocalWorkers {
  /** The exit code of a worker that will not start again, since its reason will not go away by itself. */
  readonly gaveUp: () => ExitCode | undefined
  /** SIGTERM, and SIGKILL for those that have not ended `graceMs` milliseconds later. */
  stop(graceMs: number): Promise<void>
  killNow(): void
}

/** Milliseconds between the end of a worker and its next start: 1 s, doubled each time, at most a minute. */
const restMs = (falls: number): number => Math.min(1000 * 2 ** falls, 60_000)

/** What no new start will mend: bad input and an unsafe Redis. One that cannot be reached may come back. */
const isFinal = (code: number | null): code is 2 | 4 => code === EXIT.input || code === EXIT.unsafeRedis

interface Place {
  child: ChildProcess | undefined
  falls: number
  timer: NodeJS.Timeout | undefined
}

/** SIGTERM to all, SIGKILL to those that have not ended in time. */
async function endAll(children: readonly ChildProcess[], graceMs: number): Promise<void> {
  const gone = Promise.all(children.map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve()))))
  for (const child of children) child.kill('SIGTERM')
  const late = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL')
  }, graceMs)
  await gone
  clearTimeout(late)
}

/** One worker process, whose log is appended to. */
function spawnWorker(main: string, env: NodeJS.ProcessEnv, { wanted, number }: { wanted: WorkersWanted; number: number }): ChildProcess {
  const log = openSync(join(wanted.folder, '.offramp', `worker-${number}.log`), 'a', 0o600)
  const projects = wanted.projects.flatMap((file) => ['--project', file])
  const options = [...projects, '--concurrency', String(wanted.concurrency), '--name', `local-${process.pid}-${number}`]
  const command = withoutCore(process.execPath, [...WORKER_FLAGS, main, ...options])
  const child = spawn(...command, { stdio: ['ignore', log, log, 'ipc'], env })
  closeSync(log)
  // The channel carries nothing: when it closes, this process is gone, and the worker ends as well.
  child.channel?.unref()
  return child
}

/** Starts worker processes and keeps their number: one that falls is started again after a rest. */
export const localWorkers =
  (main: string, env: NodeJS.ProcessEnv) =>
  (wanted: WorkersWanted): LocalWorkers => {
    mkdirSync(join(wanted.folder, '.offramp'), { recursive: true, mode: 0o700 })
    const places: Place[] = Array.from({ length: wanted.count }, () => ({ child: undefined, falls: 0, timer: undefined }))
    let stopping = false
    let gaveUp: ExitCode | undefined
    const begin = (place: Place, index: number): void => {
      const child = spawnWorker(main, env, { wanted, number: index + 1 })
      place.child = child
      child.once('exit', (code) => {
        place.child = undefined
        if (stopping) return
        wanted.fell(index + 1, code)
        if (isFinal(code)) gaveUp = code
        else place.timer = setTimeout(() => begin(place, index), restMs(place.falls++))
      })
    }
    places.forEach(begin)
    const alive = (): readonly ChildProcess[] => places.flatMap(({ child }) => (child === undefined ? [] : [child]))
    const killNow = (): void => {
      for (const child of alive()) child.kill('SIGKILL')
    }
    return {
      gaveUp: () => gaveUp,
      killNow,
      async stop(graceMs) {
        stopping = true
        for (const { timer } of places) clearTimeout(timer)
        await endAll(alive(), graceMs)
      },
    }
  }

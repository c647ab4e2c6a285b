import { readdirSync, readFileSync } from 'node:fs'

/** How much memory a process had in hand, in bytes. */
export interface Memory {
  readonly peak: number
  /** The last quarter of the samples' mean over the second quarter's: about 1 where it does not grow. */
  readonly growth: number
}

export interface ProcessWatch {
  /** Seconds of processor time so far, of all its threads. */
  cpu(): number
  end(): Memory
}

const TICKS = 100

const residentOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024

const statOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')

function cpuOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Seconds of processor time of a process and of all that it has started, also of those that have ended by now. Linux only. */
export function familyCpu(pid: number): number {
  const children = new Map<number, number[]>()
  const spent = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const fields = statOf(Number(name))
      children.set(Number(fields[1]), [...(children.get(Number(fields[1])) ?? []), Number(name)])
      spent.set(Number(name), [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS)
    } catch {
      // It has ended since; its parent's count has it.
    }
  }
  const sum = (of: number): number => (children.get(of) ?? []).reduce((all, child) => all + sum(child), spent.get(of) ?? 0)
  return sum(pid)
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)

/** Seconds of processor time of all programs that this process has started and that have ended. Linux only. */
export function reapedCpu(): number {
  const fields = statOf(process.pid)
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

/** Looks at a process from outside five times a second. Linux only. */
export function watchProcess(pid: number): ProcessWatch {
  const samples: number[] = []
  const look = (): void => {
    try {
      samples.push(residentOf(pid))
    } catch {
      // It has ended; what has been seen stays.
    }
  }
  const timer = setInterval(look, 200)
  look()
  return {
    cpu: () => cpuOf(pid),
    end: () => {
      look()
      clearInterval(timer)
      const quarter = Math.floor(samples.length / 4)
      const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)]
      return { peak: Math.max(...samples), growth: quarter === 0 ? 1 : mean(late) / mean(early) }
    },
  }
}

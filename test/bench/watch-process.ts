import { readFileSync } from 'node:fs'

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

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)

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

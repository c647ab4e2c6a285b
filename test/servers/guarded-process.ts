import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** A server that cannot outlive the process that started it, however that process ends. */
export interface GuardedProcess {
  /** Process id of the program itself. */
  readonly pid: number
  /** Ends the whole process group at once (SIGKILL), as a power cut would. */
  kill(): Promise<void>
  /** Asks the program to end (SIGTERM), and kills its group when it has not after `graceMs`. */
  stop(graceMs?: number): Promise<void>
  output(): string
}

export interface GuardedWish {
  readonly command: readonly string[]
  /** Removed when this process dies without having stopped the program. */
  readonly dir: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

/**
 * The shell leads a process group of its own and holds a pipe from this process: when the pipe closes, because this process has ended in
 * whatever way, it removes the folder and kills its group. (Debian's sh knows its group as 0 only.)
 */
const GUARD = 'dir=$1; shift; "$@" 3<&- & pid=$!; echo "$pid"; cat <&3 >/dev/null; kill -9 "$pid"; rm -rf "$dir"; kill -s KILL 0'

const groupExists = (pgid: number): boolean => {
  try {
    process.kill(-pgid, 0)
    return true
  } catch {
    return false
  }
}

const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
  }
  throw new Error('The guarded program did not start.')
}

export async function startGuarded(wish: GuardedWish): Promise<GuardedProcess> {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', wish.dir, ...wish.command], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...wish.env },
    ...(wish.uid === undefined ? {} : { uid: wish.uid, gid: wish.gid ?? wish.uid }),
  })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = (said + String(chunk)).slice(-20_000)
  })
  const pid = Number(await firstLine(child))
  const group = child.pid ?? 0
  const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve()
  const kill = async (): Promise<void> => {
    if (groupExists(group)) process.kill(-group, 'SIGKILL')
    await exited
    // Sockets close with the processes, which on a busy machine takes a while; zombies may wait long for somebody to reap them.
    for (let waited = 0; waited < 10_000 && livesIn(group); waited += 10) await tick(10)
    await tick(20)
  }
  const stop = async (graceMs = 2_000): Promise<void> => {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {}
    for (let waited = 0; waited < graceMs && isAlive(pid); waited += 10) await tick(10)
    await kill()
  }
  return { pid, kill, stop, output: () => said }
}

/** Whether any process of the group has not ended. A file per process; those that end meanwhile do not count. */
function livesIn(group: number): boolean {
  if (!groupExists(group)) return false
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const [, state, pgrp] = /\) (\w) \d+ (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? []
      return Number(pgrp) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}

/** A zombie has ended: the shell that would reap it is waiting for its pipe. */
const isAlive = (pid: number): boolean => {
  try {
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]
    return state !== undefined && state !== 'Z'
  } catch {
    return false
  }
}

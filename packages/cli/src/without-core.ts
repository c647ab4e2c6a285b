import { existsSync } from 'node:fs'

const SHELL = '/bin/sh'

/**
 * The command for a process that leaves no core file when it dies: its memory holds secrets and mail. Node cannot lower the limit of its
 * own process, so a shell does it and becomes the command: same pid, same channels. Where there is no such shell there are no core files.
 */
export function withoutCore(command: string, args: readonly string[]): readonly [command: string, args: string[]] {
  if (!existsSync(SHELL)) return [command, [...args]]
  return [SHELL, ['-c', 'ulimit -c 0; exec "$0" "$@"', command, ...args]]
}

import { execFileSync } from 'node:child_process'

/** Name of the group that this process runs as. */
export const ownGroup = (): string => execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()

import { readdirSync, readlinkSync } from 'node:fs'

/** Of this process (Linux): where each file of the folder that is open can still be seen, whether or not it has a name. */
export const openFiles = (folder: string): readonly string[] =>
  readdirSync('/proc/self/fd')
    .map((fd) => `/proc/self/fd/${fd}`)
    .filter((path) => {
      try {
        return readlinkSync(path).startsWith(folder)
      } catch {
        return false
      }
    })

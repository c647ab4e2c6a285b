/** How often it is looked whether the parent still lives, in milliseconds. */
const PARENT_MS = 500

/** Ends this process with SIGTERM, SIGINT or its parent, after `close`. */
export function endWith(close: () => Promise<void>): void {
  const parent = process.ppid
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    clearInterval(timer)
    void close().then(() => process.exit(0))
  }
  const timer = setInterval(() => {
    if (process.ppid !== parent) end()
  }, PARENT_MS)
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

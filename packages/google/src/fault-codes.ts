import { Fault } from '@offramp/core'

/** Undefined where one of these faults says that there is nothing, or nothing for us. */
export async function orMissing<T>(asked: Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  try {
    return await asked
  } catch (thrown) {
    if (thrown instanceof Fault && codes.includes(thrown.code)) return undefined
    throw thrown
  }
}

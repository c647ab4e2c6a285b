import { type Call, Fault } from '@offramp/core'
import type { Connection } from './connection.ts'
import { atom, sequence } from './wire-client.ts'

/** `UID STORE`; nothing to do for no flags. */
export async function store(connection: Connection, uids: string, how: string, flags: readonly string[], call: Call): Promise<void> {
  if (flags.length === 0) return
  await connection.exec('UID STORE', [sequence(uids), atom(how), flags.map(atom)], { doing: 'setting flags' }, call)
}

const isRefusal = (thrown: unknown): thrown is Fault => thrown instanceof Fault && thrown.reach === 'call' && !thrown.connection

/** Adds flags to a message of ours; the answer is those that the server took. All at once, and one by one where it refuses them together. */
export async function addFlags(connection: Connection, uid: number, flags: readonly string[], call: Call): Promise<readonly string[]> {
  try {
    await store(connection, String(uid), '+FLAGS.SILENT', flags, call)
    return flags
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown
    if (flags.length <= 1) return []
  }
  const taken: string[] = []
  for (const flag of flags) taken.push(...(await addFlags(connection, uid, [flag], call)))
  return taken
}

import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { InputRefused, type Problem } from './problem.ts'

/** Where secrets come from. Made in a composition root, so that nothing else reads the environment. */
export interface SecretPlaces {
  env(name: string): string | undefined
  /** Relative `file:` references start here: the folder of the project file. */
  readonly folder: string
}

/** A reference as it stands in a project file, with the place that uses it, for messages. */
export interface SecretUse {
  readonly ref: string
  /** `source.secret`, `mappings.csv line 12`. */
  readonly usedBy: string
}

/** No secret is larger than this many bytes (a certificate chain with its key is about 10 kB). */
const MAX_BYTES = 65_536

const ENV = /^env:([A-Za-z_][A-Za-z0-9_]*)$/
const FILE = /^file:(.+)$/s

export const isSecretRef = (text: string): boolean => ENV.test(text) || FILE.test(text)

const readSecretFile = async (path: string): Promise<string> => {
  const facts = await stat(path)
  if (!facts.isFile()) throw new Error('it is not a file')
  if (facts.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`)
  // Editors and `echo` end a file with a line break that is not part of the secret.
  return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
}

const why = (thrown: unknown): string => {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'this user may not read it'
  return thrown instanceof Error ? thrown.message : 'it cannot be read'
}

const refused = (use: SecretUse, says: string): InputRefused => new InputRefused([{ level: 'error', file: use.usedBy, says }])

async function secretOf(use: SecretUse, places: SecretPlaces): Promise<string> {
  const name = ENV.exec(use.ref)?.[1]
  if (name !== undefined) {
    const value = places.env(name)
    if (value === undefined || value === '')
      throw refused(use, `The environment variable ${name} is not set. Set it for this process, or use file:path.`)
    return value
  }
  const file = FILE.exec(use.ref)?.[1]
  if (file === undefined) throw refused(use, 'A secret is given by reference: env:NAME or file:path. Move the value out of the file.')
  const path = isAbsolute(file) ? file : resolve(places.folder, file)
  const value = await readSecretFile(path).catch((thrown: unknown) => {
    throw refused(use, `The secret file ${file} cannot be used: ${why(thrown)}.`)
  })
  if (value === '') throw refused(use, `The secret file ${file} is empty.`)
  return value
}

/**
 * Gives the value behind a reference. Read anew every time, so that a rotated secret is taken up without a restart.
 * Throws `InputRefused` naming the reference, never the value.
 */
export const secretsFrom =
  (places: SecretPlaces) =>
  (ref: string): Promise<string> =>
    secretOf({ ref, usedBy: 'secret' }, places)

const openToAll = async (use: SecretUse, places: SecretPlaces): Promise<Problem | undefined> => {
  const file = FILE.exec(use.ref)?.[1]
  if (file === undefined || process.platform === 'win32') return undefined
  const facts = await stat(isAbsolute(file) ? file : resolve(places.folder, file))
  // Docker mounts its secrets world-readable (0444) inside the container, where nobody else is.
  if ((facts.mode & 0o004) === 0 || file.startsWith('/run/secrets/')) return undefined
  return { level: 'warning', file: use.usedBy, says: `Every user of this machine can read ${file}. Run: chmod 600 ${file}` }
}

/** Looks at every reference before anything starts, so that all missing secrets are named at once. */
export async function secretProblems(uses: readonly SecretUse[], places: SecretPlaces): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const use of uses) {
    if (seen.has(use.ref)) continue
    seen.add(use.ref)
    try {
      await secretOf(use, places)
      const open = await openToAll(use, places)
      if (open !== undefined) problems.push(open)
    } catch (thrown) {
      if (!(thrown instanceof InputRefused)) throw thrown
      problems.push(...thrown.problems)
    }
  }
  return problems
}

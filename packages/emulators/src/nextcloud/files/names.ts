import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import { isSince } from '../version.ts'

const LONGEST_BYTES = 250
const LONGEST_PATH = 4000
/**
 * What is kept of a file is called after it, with `.v` or `.d` and ten digits of seconds, and the database has room for names of 250. Of a longer one no
 * version can be read again, and above 243 bytes none is listed (seen on Nextcloud 34.0.1 with PostgreSQL, which counts signs; here bytes are counted and
 * none is kept, the stricter).
 */
export const LONGEST_KEPT_BYTES = 238
/** PUT writes to a name with `.ocTransferId<random>.part` behind it, which may have 255 bytes (facts 4.4: 228 pass, 230 do not); 32 writes to a hash of it. */
const LONGEST_PUT_BYTES = 228

export const WINDOWS_CHARACTERS = ['<', '>', ':', '"', '|', '?', '*', '\\', '/'] as const
export const WINDOWS_NAMES = [
  ...['con', 'prn', 'aux', 'nul', 'com0', 'com1', 'com2', 'com3', 'com4', 'com5', 'com6', 'com7', 'com8', 'com9', 'com¹', 'com²', 'com³'],
  ...['lpt0', 'lpt1', 'lpt2', 'lpt3', 'lpt4', 'lpt5', 'lpt6', 'lpt7', 'lpt8', 'lpt9', 'lpt¹', 'lpt²', 'lpt³'],
] as const

/** What a server forbids in names: told in its capabilities from 30 on, held to in any. */
export interface NameRules {
  readonly characters: readonly string[]
  readonly basenames: readonly string[]
  readonly extensions: readonly string[]
  readonly names: readonly string[]
}

/** Windows compatible names are an option from 31 on (facts 4.4). */
export function nameRules({ version, settings }: Pick<CloudState, 'version' | 'settings'>): NameRules {
  const isWindows = settings.windowsCompatibleNames === 'yes' && isSince(version, '31')
  const extensions = isSince(version, '30') ? ['.filepart', '.part'] : []
  return {
    characters: isWindows ? WINDOWS_CHARACTERS : ['\\', '/'],
    basenames: isWindows ? WINDOWS_NAMES : [],
    extensions: isWindows ? [' ', '.', ...extensions] : extensions,
    names: ['.htaccess'],
  }
}

const invalid = (message: string): DavError =>
  new DavError(400, { message, exception: 'OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath' })

export type Naming = 'PUT' | 'MKCOL' | 'MOVE' | 'bulk'

/** Refuses what Nextcloud cannot or will not store under. `path`: all of it, for its length. */
export function checkFileName(
  state: CloudState,
  name: string,
  { method, path = name }: { readonly method: Naming; readonly path?: string },
): void {
  const bytes = Buffer.byteLength(name)
  if (bytes > LONGEST_BYTES) throw invalid('Filename is too long')
  if (path.length > LONGEST_PATH) throw invalid('Path is too long')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that are refused.
  if (/[\u0000-\u001f\\]/.test(name) || ['', '.', '..'].includes(name.trim()))
    throw invalid('Filename contains at least one invalid character')
  checkKnown(state, name, method)
  checkRules(state, name)
  const isHashed = isSince(state.version, VALIDATED_SINCE)
  if (method === 'PUT' && bytes > LONGEST_PUT_BYTES && !isHashed) throw new DavError(500, 'Could not write file contents')
}

/** From this version on every refusal of a name is a 400 (seen on Nextcloud 32.0.1; 24 has the others, facts 4.4). */
const VALIDATED_SINCE = '32'

function checkKnown({ version }: CloudState, name: string, method: Naming): void {
  const isReserved = name.toLowerCase() === '.htaccess'
  if (isSince(version, VALIDATED_SINCE)) {
    if (isReserved) throw invalid('Filename is a reserved word')
    return
  }
  if (isReserved) throw new DavError(403, '".htaccess" is a forbidden file or folder name')
  // Looks as if it would pass; it never does.
  if (method === 'PUT' && name.endsWith('.part')) throw new DavError(423, `"${name}" is locked`)
}

function checkRules(state: CloudState, name: string): void {
  const rules = nameRules(state)
  const lower = name.toLowerCase()
  const character = rules.characters.find((each) => name.includes(each))
  if (character !== undefined) throw invalid(`"${character}" is not allowed inside a file or folder name.`)
  // A dot in front is part of what comes before the first one.
  const dot = lower.indexOf('.', 1)
  const base = dot < 0 ? lower : lower.slice(0, dot)
  if (rules.basenames.includes(base)) throw invalid(`"${base}" is a forbidden prefix for file or folder names.`)
  const extension = rules.extensions.find((each) => lower.endsWith(each))
  if (extension === undefined) return
  throw invalid(extension.startsWith('.') ? `"${extension}" is a forbidden file type.` : `Filenames must not end with "${extension}".`)
}

import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import { isSince } from '../version.ts'

const LONGEST_BYTES = 250
/** PUT writes to a name with `.ocTransferId<random>.part` behind it, which may have 255 bytes (facts 4.4: 228 pass, 230 do not). */
const LONGEST_PUT_BYTES = 228

export const WINDOWS_CHARACTERS = ['<', '>', ':', '"', '|', '?', '*', '\\', '/'] as const
export const WINDOWS_NAMES = ['con', 'prn', 'aux', 'nul', 'com1', 'lpt1'] as const

/** Refuses what Nextcloud cannot or will not store under. */
export function checkFileName(state: CloudState, name: string, method: 'PUT' | 'MKCOL' | 'MOVE'): void {
  const bytes = Buffer.byteLength(name)
  if (bytes > LONGEST_BYTES) throw new DavError(400, 'File name is too long')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that are refused.
  if (/[\u0000-\u001f\\]/.test(name) || name === '.' || name === '..')
    throw new DavError(400, 'File name contains at least one invalid character')
  if (name.toLowerCase() === '.htaccess') throw new DavError(403, '".htaccess" is a forbidden file or folder name')
  if (method === 'PUT' && name.endsWith('.part')) throw new DavError(423, `"${name}" is locked`)
  if (isSince(state.version, '30') && /\.filepart$/i.test(name)) throw new DavError(403, '".filepart" is a forbidden file type')
  if (method === 'PUT' && bytes > LONGEST_PUT_BYTES) throw new DavError(500, 'Could not write file contents')
  if (state.settings.windowsCompatibleNames !== 'yes' || !isSince(state.version, '31')) return
  const base = (name.split('.')[0] ?? '').toLowerCase()
  if (WINDOWS_CHARACTERS.some((each) => name.includes(each)) || WINDOWS_NAMES.some((each) => each === base) || /[ .]$/.test(name))
    throw new DavError(403, `"${name}" is not a name that all systems take`)
}

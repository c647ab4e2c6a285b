import { firstText, readHeader } from './header.ts'

/** What the Date header says, in milliseconds since the Unix epoch, sane or not. Undefined where it says nothing that can be read. */
export function sentAt(message: Uint8Array): number | undefined {
  const at = Date.parse(firstText(readHeader(message), 'date').replace(/\(.*\)\s*$/, ''))
  return Number.isNaN(at) ? undefined : at
}

import { decodeWords } from './decoding.ts'
import { firstText, readHeader } from './header.ts'

/** What a person would call the message, from its bytes or from those of its header block. `''` where it does not say. */
export const subjectOf = (message: Uint8Array): string =>
  decodeWords(firstText(readHeader(message), 'subject'))
    .replace(/\s+/g, ' ')
    .trim()

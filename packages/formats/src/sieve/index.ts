export { htmlToText } from './html-to-text.ts'
export type { SieveNames } from './sieve-names.ts'
export { type SieveOptions, type SieveScript, toSieve } from './to-sieve.ts'

import { hash } from 'node:crypto'

const short = (text: string, bytes: number): string => hash('sha256', text, 'buffer').toString('base64url', 0, bytes)

/** What the ledger files an item under: 10 bytes of SHA-256, so that two of ten million ids collide with odds of 1 in 10^10. */
export const entryKey = (id: string): string => short(id, 10)

/** A version as the ledger keeps it, to be compared and never read. 6 bytes. */
export const versionKey = (version: string): string => short(version, 6)

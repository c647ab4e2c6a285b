import { createHash } from 'node:crypto'

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

export const eventHash = (bytes: Uint8Array): string => hash(bytes)
export const taskHash = (bytes: Uint8Array): string => hash(bytes)
export const cardHash = (bytes: Uint8Array): string => hash(bytes)

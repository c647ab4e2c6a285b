export * from './request.ts'
export { parseRetryAfter, SHORTEST_WAIT_MS } from './retry-after.ts'
export { type FreshToken, tokenCache } from './token-cache.ts'
export { makeWire, type Wire, type WireOptions } from './wire.ts'

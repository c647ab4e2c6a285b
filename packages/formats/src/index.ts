export * from './message/index.ts'
export * from './sieve/index.ts'

export * from './gate/redis-gate.ts'
export * from './ledger/redis-ledger.ts'

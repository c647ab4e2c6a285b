export * from './ledger/redis-ledger.ts'

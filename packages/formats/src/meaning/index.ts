export { derivedUid } from './derived-uid.ts'
export { differences } from './differences.ts'
export { cardHash, eventHash, taskHash } from './hash.ts'
export { uidOf } from './uid-of.ts'

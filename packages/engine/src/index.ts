export type * from './contract.ts'
export { turn } from './turn.ts'

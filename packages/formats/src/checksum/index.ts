export { type QuickXor, quickXor } from './quick-xor.ts'

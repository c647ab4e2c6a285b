/** For tests only: a project's surroundings in memory. */
export { MemoryBoard } from './memory-board.ts'
export { MemoryServer, MemoryTenant } from './memory-ends.ts'
export { MemoryWaker, type MemoryWorkplace, memoryWorkplace, openedWith } from './memory-workplace.ts'

/**
 * What a worker's Node is started with. V8 would let young garbage grow to 100 MB and more before it looks at it, and the rest to three times of what is
 * alive: with bodies passing through, that is most of a worker. Collecting at 1.4 times instead costs a worker some hundredths of its processor time.
 */
export const WORKER_FLAGS = ['--max-semi-space-size=8', '--initial-old-space-size=64', '--heap-growing-percent=40'] as const

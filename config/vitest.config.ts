import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Programs that tests start (command line, workers, emulators) find each other's compiled code: most of them live for a second or two. */
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/offramp', import.meta.url)) }

/** Of what is awaited by looking: a busy machine takes longer than the usual second. */
const expect = { poll: { timeout: 20_000 } }

/**
 * Three projects. `unit` needs nothing but Node: it is what `npm run check` runs. `servers` starts real servers and emulators
 * (`*.servers.test.ts`). `chaos` kills processes. Each file starts and ends what it needs.
 */
export default defineConfig({
  test: {
    root,
    projects: [
      {
        test: {
          name: 'unit',
          root,
          expect,
          // No test of these changes what others see; a process of its own for each file took more time than the tests.
          isolate: false,
          include: ['packages/**/*.test.ts', 'workers/**/*.test.ts', 'test/architecture/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.servers.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          root,
          expect,
          env,
          // The same holds here: loading everything anew for each of a hundred files took nearly two seconds of a processor each.
          isolate: false,
          include: ['packages/**/*.servers.test.ts', 'workers/**/*.servers.test.ts', 'test/{journeys,hostile,storm}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'chaos',
          root,
          expect,
          env,
          include: ['test/chaos/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})

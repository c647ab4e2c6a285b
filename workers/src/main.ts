import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Beside the packages, as the command line does it.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/offramp', import.meta.url)))

await import('./worker-process.ts')

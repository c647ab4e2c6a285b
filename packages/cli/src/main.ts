import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Compiled code is kept beside the packages, where it is as trusted as they are: half of a short command's time was compiling. Where that
// folder cannot be written, or NODE_DISABLE_COMPILE_CACHE is set, everything is compiled anew.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/offramp', import.meta.url)))

await import('./command-line.ts')

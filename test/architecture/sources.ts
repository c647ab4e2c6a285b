import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string
  readonly text: string
  /** Specifiers of every static and dynamic import and re-export. */
  readonly imports: readonly string[]
}

/** Statements begin a line; a type in `import('...')` counts as well. */
const SPECIFIER = /^(?:import|export|\} from)\b(?:[^'"`;=]*\bfrom)?\s*'([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm

<<<<<<< HEAD
const specifiersIn = (text: string): string[] => [...text.matchAll(SPECIFIER)].map(([, statement, call]) => statement ?? call ?? '')

/** Every source file below a folder; what is installed there (links that go round in circles) is left out. */
export function sourceFiles(folder: string): SourceFile[] {
<<<<<<< HEAD
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourceFiles(path)
    if (!entry.isFile() || !/\.(ts|mjs)$/.test(entry.name)) return []
    const text = readFileSync(join(ROOT, path), 'utf8')
    return [{ path, text, imports: specifiersIn(text) }]
  })
}

/** Tests, and what only tests import: labs (`testing/`) and the engine's simulation. */
export const isTest = (path: string): boolean => /\.test\.ts$|\/(testing|simulation)\/|\/test-[a-z-]+\.ts$/.test(path)
=======
  return filesBelow(join(ROOT, folder))
=======
/** Our own files only: a recursive readdir follows the links between workspace packages round and round. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesIn(path)
    return entry.isFile() ? [path] : []
  })
}

export function sourceFiles(folder: string): SourceFile[] {
  return filesIn(join(ROOT, folder))
>>>>>>> control
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .map((path) => {
      const text = readFileSync(path, 'utf8')
      return {
        path: relative(ROOT, path).split(sep).join('/'),
        text,
        imports: [...text.matchAll(SPECIFIER)].map((match) => match[1] ?? ''),
      }
    })
}

/** By hand: `readdirSync` with `recursive` follows the links in node_modules, from package to package, without end. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

export const isTest = (path: string): boolean => /\.test\.ts$/.test(path)
>>>>>>> microsoft

/** `packages/imap/src/x.ts` -> `imap`; `workers/src/x.ts` -> `workers`. */
export const packageOf = (path: string): string => (path.startsWith('packages/') ? (path.split('/')[1] ?? '') : (path.split('/')[0] ?? ''))

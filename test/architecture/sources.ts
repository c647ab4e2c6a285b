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

const specifiersIn = (text: string): string[] => [...text.matchAll(SPECIFIER)].map(([, statement, call]) => statement ?? call ?? '')

/** Every source file below a folder; what is installed there (links that go round in circles) is left out. */
export function sourceFiles(folder: string): SourceFile[] {
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

/** `packages/imap/src/x.ts` -> `imap`; `workers/src/x.ts` -> `workers`. */
export const packageOf = (path: string): string => (path.startsWith('packages/') ? (path.split('/')[1] ?? '') : (path.split('/')[0] ?? ''))

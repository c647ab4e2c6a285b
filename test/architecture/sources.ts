import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string
  readonly text: string
  /** Specifiers of every static and dynamic import and re-export. */
  readonly imports: readonly string[]
}

const SPECIFIER = /(?:from\s*|import\s*\(?\s*)['"]([^'"]+)['"]/g

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

export const isTest = (path: string): boolean => /\.test\.ts$/.test(path)

/** `packages/imap/src/x.ts` -> `imap`; `workers/src/x.ts` -> `workers`. */
export const packageOf = (path: string): string => (path.startsWith('packages/') ? (path.split('/')[1] ?? '') : (path.split('/')[0] ?? ''))

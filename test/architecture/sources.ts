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

export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !entry.parentPath.includes(`${sep}node_modules`))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
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

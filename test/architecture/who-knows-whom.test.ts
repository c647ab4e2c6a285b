import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isTest, packageOf, ROOT, sourceFiles } from './sources.ts'

/** The house's one table: which of our packages each package may name. Tests beside the code may name more. */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engine: ['core'],
  formats: ['core'],
  wire: ['core'],
  redis: ['core'],
  microsoft: ['core', 'formats', 'wire'],
  google: ['core', 'formats', 'wire'],
  imap: ['core', 'formats', 'wire'],
  dav: ['core', 'formats', 'wire'],
  catalog: ['core', 'dav', 'formats', 'google', 'imap', 'microsoft'],
  control: ['catalog', 'core', 'engine', 'formats', 'redis'],
  cli: ['control', 'core'],
  workers: ['control', 'core'],
  conformance: ['core'],
  emulators: ['formats'],
}

const files = [...sourceFiles('packages'), ...sourceFiles('workers')]
const shipped = files.filter((file) => !isTest(file.path))
const ours = (specifier: string): string | undefined => /^@offramp\/([^/]+)/.exec(specifier)?.[1]

test('every package stands in the table', () => {
  expect([...new Set(files.map((file) => packageOf(file.path)))].sort()).toEqual(Object.keys(MAY_KNOW).sort())
})

test('a package names only those that it may know', () => {
  const strangers = shipped.flatMap((file) => {
    const known = MAY_KNOW[packageOf(file.path)] ?? []
    return file.imports
      .map(ours)
      .filter((name) => name !== undefined && name !== packageOf(file.path) && !known.includes(name))
      .map((name) => `${file.path} -> ${name}`)
  })
  expect(strangers).toEqual([])
})

test('a package is entered by its one door, and left by name', () => {
  const sideways = files.flatMap((file) =>
    file.imports
      .filter((specifier) => {
        // A second door, `testing`, and the servers of `test` are open to tests.
        if (/^@offramp\/([^/]+\/testing|test\/(servers|lab)\/[a-z-]+)$/.test(specifier)) return !isTest(file.path)
        if (/^@offramp\/[^/]+\/./.test(specifier)) return true
        if (!specifier.startsWith('.')) return false
        const target = join(file.path, '..', specifier)
        return target.startsWith('packages/') || target.startsWith('workers/')
          ? packageOf(target) !== packageOf(file.path)
          : !isTest(file.path)
      })
      .map((specifier) => `${file.path} -> ${specifier}`),
  )
  expect(sideways).toEqual([])
})

test('what the code imports, its package.json declares', () => {
  const undeclared = new Set<string>()
  for (const file of files) {
    const folder = file.path.startsWith('packages/') ? `packages/${packageOf(file.path)}` : packageOf(file.path)
    const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >
    const declared = new Set([
      ...Object.keys(manifest['dependencies'] ?? {}),
      ...(isTest(file.path) ? Object.keys(manifest['devDependencies'] ?? {}) : []),
    ])
    for (const specifier of file.imports) {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) continue
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
      // The runner is the whole repository's.
      if (!declared.has(name) && !(isTest(file.path) && name === 'vitest')) undeclared.add(`${file.path}: ${name}`)
    }
  }
  expect([...undeclared]).toEqual([])
})

test('every package has one index.ts as its door', () => {
  for (const name of Object.keys(MAY_KNOW)) {
    const folder = name === 'workers' ? 'workers' : `packages/${name}`
    expect(existsSync(join(ROOT, folder, 'src/index.ts')), folder).toBe(true)
    const { exports } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { exports: string | Record<string, string> }
    const doors = typeof exports === 'string' ? { '.': exports } : exports
    expect(doors['.'], folder).toBe('./src/index.ts')
    expect(
      Object.keys(doors).filter((door) => door !== '.' && door !== './testing'),
      folder,
    ).toEqual([])
  }
})

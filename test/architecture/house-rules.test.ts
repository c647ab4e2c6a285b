import { expect, test } from 'vitest'
import { isTest, packageOf, sourceFiles } from './sources.ts'

const all = [...sourceFiles('packages'), ...sourceFiles('workers'), ...sourceFiles('test'), ...sourceFiles('config')]
const shipped = all.filter((file) => !isTest(file.path) && !file.path.startsWith('test/') && !file.path.startsWith('config/'))
const product = shipped.filter((file) => !['conformance', 'emulators'].includes(packageOf(file.path)))
/** What `main.ts` starts once the cache of compiled code is on. */
const isRoot = (path: string): boolean => /\/(main|command-line|worker-process)\.ts$/.test(path)

/** Lines that match, as `path:line`. */
const hits = (files: typeof all, pattern: RegExp): string[] =>
  files.flatMap((file) => file.text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}`] : [])))

test('environment variables are read in composition roots only', () => {
  expect(
    hits(
      product.filter((file) => !isRoot(file.path)),
      /process\.env/,
    ),
  ).toEqual([])
})

test('nobody sleeps, retries by a timer or reads the clock in a connector, the engine or the formats', () => {
  const quiet = product.filter((file) => ['engine', 'formats', 'microsoft', 'google', 'imap', 'catalog'].includes(packageOf(file.path)))
  expect(hits(quiet, /\bset(Timeout|Interval)\(|Date\.now\(/)).toEqual([])
})

test('BullMQ is known to the workers and to the waker in control', () => {
  const named = product.filter((file) => file.imports.includes('bullmq')).map((file) => file.path)
  expect(named.filter((path) => !path.startsWith('workers/') && !/^packages\/control\/src\/(queue\/waker|workplace\/)/.test(path))).toEqual(
    [],
  )
})

test('Redis commands are written in the package redis', () => {
  const named = product.filter((file) => file.imports.includes('ioredis')).map((file) => packageOf(file.path))
  expect([...new Set(named)].filter((name) => !['redis', 'workers', 'control'].includes(name))).toEqual([])
})

test('no console output outside the faces and composition roots', () => {
  expect(
    hits(
      product.filter((file) => !isRoot(file.path) && packageOf(file.path) !== 'cli'),
      /\bconsole\.\w+\(/,
    ),
  ).toEqual([])
})

test('nothing is switched off and nothing is loosened', () => {
  expect(hits(all, /\.(only|todo)\(/)).toEqual([])
  expect(hits(shipped, /@ts-(ignore|nocheck)|biome-ignore lint\/suspicious\/noExplicitAny/)).toEqual([])
})

test('the repository speaks of the product alone', () => {
  // Spelt so that this file does not find itself.
  const machine = new RegExp(['/wor', 'k/|regis', 'try\\.npmjs|deb\\.deb', 'ian\\.org'].join(''))
  expect(hits(all, machine)).toEqual([])
})

test('files stay small enough to be read in one go', () => {
  const long = shipped.filter((file) => file.text.split('\n').length > 350).map((file) => `${file.path}: ${file.text.split('\n').length}`)
  expect(long).toEqual([])
})

test('file names are kebab-case and avoid the words that name nothing', () => {
  expect(
    all.map((file) => file.path.split('/').at(-1) ?? '').filter((name) => !/^[a-z0-9]+([.-][a-z0-9]+)*\.(ts|mjs)$/.test(name)),
  ).toEqual([])
  expect(shipped.map((file) => file.path).filter((path) => /\b(utils?|helpers?|managers?|services?|misc|common)\b/.test(path))).toEqual([])
})

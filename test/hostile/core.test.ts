import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boardOf } from '../lab/board.ts'
import { ended, type Lab, startLab } from '../lab/lab.ts'

const ANNA = 'anna@contoso.example'
const CANARY = 'CANARY-client-secret-c0re'
const CLI = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname

let lab: Lab
const started: ChildProcess[] = []

beforeAll(async () => {
  lab = await startLab({
    accounts: [{ address: ANNA, messages: 80, sizes: 'small' }],
    tenant: { application: { secret: CANARY }, quirks: { regenerateMime: false }, latencyMs: 40 },
    settings: { limits: { putSeconds: 2, sliceSeconds: 5, pageItems: 10 } },
  })
}, 60_000)

afterAll(async () => {
  // A worker of the command line ends with SIGTERM only.
  for (const child of started) child.kill('SIGTERM')
  await lab?.close()
})

/** A program as a shell starts it that lets cores be written, as large as they like. */
function withCores(cwd: string, args: readonly string[]): ChildProcess {
  const child = spawn('/bin/sh', ['-c', 'ulimit -c unlimited && exec "$0" "$@"', process.execPath, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  return child
}

/** Files below a folder that hold the word, of those that are not meant to. */
async function filesWith(folder: string, word: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== 'client-secret')
    .map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(word) ? [file] : [])))
  return found.flat()
}

/** Whether a process that is allowed to leaves its memory behind here, as a file in its folder. Some machines hand it to a program instead. */
async function coresAreFiles(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-core-'))
  try {
    await ended(withCores(folder, ['-e', `globalThis.kept = Buffer.from("${CANARY}"); process.abort()`]))
    return (await filesWith(folder, CANARY)).length > 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const coreLimit = async (pid: number): Promise<string> =>
  /^Max core file size\s+(\S+)\s+(\S+)/m.exec(await readFile(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? ''

test('the counter-check: a process that may leaves its memory in a file here', async (context) => {
  if (!(await coresAreFiles()))
    context.skip('this machine writes no core files: their absence proves nothing here, and the limits alone do')
})

test('a worker that dies of SIGABRT in the middle of its work leaves nothing of its memory behind', async () => {
  const run = withCores(lab.folder, ['--disable-warning=ExperimentalWarning', CLI, 'run', '--workers', '1'])
  const end = ended(run)
  await using board = await boardOf(lab)
  await expect.poll(() => board.arrived(), { timeout: 60_000, interval: 50 }).toBeGreaterThan(15)
  const pid = (await board.beats())[0]?.pid ?? 0
  expect(await coreLimit(pid)).toBe('0')
  process.kill(pid, 'SIGABRT')
  const { code, err } = await end
  expect(err).toContain('has ended by itself')
  expect(code, err).toBe(0)
  expect((await readdir(lab.folder)).filter((name) => name.startsWith('core'))).toEqual([])
  expect(await filesWith(lab.folder, CANARY)).toEqual([])
})

test('nor can a worker that was started by hand', async () => {
  const worker = withCores(lab.folder, ['--disable-warning=ExperimentalWarning', CLI, 'worker', '--name', 'own'])
  const gone = ended(worker)
  await using board = await boardOf(lab)
  const own = async () => (await board.beats()).find((beat) => beat.worker === 'own')?.pid
  await expect.poll(own, { timeout: 60_000, interval: 100 }).toBeDefined()
  expect(await coreLimit((await own()) ?? 0)).toBe('0')
  worker.kill('SIGTERM')
  expect((await gone).code).toBe(0)
})

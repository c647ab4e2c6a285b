import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface EmulatorProcess {
  readonly pid: number
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** An emulated provider in a process of its own, so that it does not share a thread with what reads it. Ends with this process. */
export async function startEmulatorProcess(main: URL, options: object): Promise<EmulatorProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-emulator-options-'))
  const file = join(folder, 'options.json')
  await writeFile(file, JSON.stringify(options))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main.pathname, '--options', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await firstLine(child.stdout, gone)
  await rm(folder, { recursive: true, force: true })
  return {
    pid: child.pid ?? 0,
    ready,
    stop: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function firstLine(output: NodeJS.ReadableStream, gone: Promise<void>): Promise<Readonly<Record<string, string>>> {
  const lines = createInterface({ input: output })
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    gone.then(() => {
      throw new Error('The emulator ended before it was ready.')
    }),
  ])
  const ready: Record<string, string> = JSON.parse(line)
  return ready
}

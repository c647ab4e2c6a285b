import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from './report.ts'

const place = (folder: string): string => join(folder, '.offramp')

/** Keeps the newest report beside the project, readable by its owner alone: it names items that could not be moved. */
export async function keepReport(folder: string, report: Report): Promise<string> {
  await mkdir(place(folder), { recursive: true, mode: 0o700 })
  const path = join(place(folder), 'report.json')
  const draft = `${path}.${process.pid}.draft`
  await writeFile(draft, `${JSON.stringify(report, undefined, 1)}\n`, { mode: 0o600 })
  // A reader sees the old one or the new one, whole.
  await rename(draft, path)
  return path
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && Reflect.get(value, 'format') === 'offramp-report-1'

/** The newest report, or undefined where none was made. */
export async function keptReport(folder: string): Promise<Report | undefined> {
  const text = await readFile(join(place(folder), 'report.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  return isReport(value) ? value : undefined
}

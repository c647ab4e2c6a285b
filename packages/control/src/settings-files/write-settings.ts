import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportedSettings } from '../cases/export-settings.ts'
import { folderNameOf } from './folder-name.ts'

/** Where an account's files lie. */
export interface SettingsFiles {
  readonly json: string
  /** Absent where no script could be made. */
  readonly sieve?: string
}

/** A reader sees the old one or the new one, whole; a link that stands there is replaced and not followed. */
async function keep(path: string, text: string): Promise<string> {
  const draft = `${path}.${process.pid}.draft`
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  await rename(draft, path)
  return path
}

/**
 * Writes what was read of one account into a folder of its own below `out`, readable by its owner alone: replies and rules tell much about a
 * person. Undefined where nothing could be read.
 */
export async function writeSettings(out: string, { account, settings, sieve, why }: ExportedSettings): Promise<SettingsFiles | undefined> {
  if (settings === undefined) return undefined
  const folder = join(out, folderNameOf(account))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { raw, ...model } = settings
  const script = sieve === undefined ? { why } : { rules: sieve.rules, losses: sieve.losses }
  const content = { format: 'offramp-settings-1', account, ...model, sieve: script, raw }
  const json = await keep(join(folder, 'settings.json'), `${JSON.stringify(content, undefined, 1)}\n`)
  return sieve === undefined ? { json } : { json, sieve: await keep(join(folder, 'offramp.sieve'), sieve.script) }
}

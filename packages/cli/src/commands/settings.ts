import { resolve } from 'node:path'
import {
  chosenMappings,
  cleanText,
  EXIT,
  type ExitCode,
  type ExportedSettings,
  exportSettings,
  type SettingsFiles,
  showCount,
  showMany,
  writeSettings,
} from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

export interface SettingsCommandOptions extends Common {
  readonly account: readonly string[]
  readonly out?: string
  readonly withForwarding: boolean
}

/** Losses of one account that are shown; the file has them all. */
const SHOWN = 20

function rulesOf({ sieve, settings }: ExportedSettings): string {
  if (sieve === undefined) return `${showMany(settings?.rules.length ?? 0, 'rule')}, no script`
  const { total, said, off } = sieve.rules
  const switchedOff = off === 0 ? '' : `, ${showCount(off)} switched off`
  return `${showCount(said)} of ${showMany(total, 'rule')} in Sieve${switchedOff}`
}

const lossesOf = ({ sieve }: ExportedSettings): readonly string[] => sieve?.losses ?? []

function textOf(found: ExportedSettings, files: SettingsFiles | undefined): string {
  const { account, settings, why } = found
  const losses = lossesOf(found)
  const facts = [
    rulesOf(found),
    ...(settings?.automaticReply === undefined ? [] : [`automatic reply ${settings.automaticReply.enabled ? 'on' : 'off'}`]),
    ...(settings?.forwarding?.enabled ? ['forwards all mail'] : []),
    ...(losses.length === 0 ? [] : [showMany(losses.length, 'loss', 'losses')]),
  ]
  const lines = [
    `${cleanText(account)}  ${settings === undefined ? 'not read' : facts.join(', ')}`,
    ...(why === undefined ? [] : [`  FAILED: ${cleanText(why, 500)}`]),
    ...losses.slice(0, SHOWN).map((loss) => `  lost: ${cleanText(loss, 500)}`),
    ...(losses.length > SHOWN ? [`  ... and ${showCount(losses.length - SHOWN)} more, in settings.json`] : []),
    ...(files === undefined ? [] : [`  ${files.sieve ?? files.json}`]),
  ]
  return `${lines.join('\n')}\n`
}

function jsonOf(found: ExportedSettings, files: SettingsFiles | undefined): string {
  const { account, settings, sieve, why } = found
  return jsonLine({
    type: 'settings',
    account,
    ...(sieve === undefined ? {} : { rules: sieve.rules, losses: sieve.losses }),
    ...(settings === undefined ? {} : { untold: settings.untold }),
    ...(files === undefined ? {} : { files }),
    ...(why === undefined ? {} : { why }),
  })
}

/** Filters, replies and the like of each account, as files. Nothing is written at either end. */
export function settingsCommand(context: Context, { project, json, ...options }: SettingsCommandOptions): Promise<ExitCode> {
  const { terminal, interrupted } = context
  return withWorkplace(context, project, async (workplace, opened) => {
    const out = resolve(options.out ?? resolve(opened.folder, 'settings'))
    const asked = { accounts: options.account, forwarding: options.withForwarding }
    const of = chosenMappings(opened, options.account).length
    const untold = new Set<string>()
    let done = 0
    let failed = 0
    for await (const found of exportSettings(workplace, opened, asked, { signal: interrupted })) {
      const files = await writeSettings(out, found)
      done++
      if (found.why !== undefined) failed++
      for (const sentence of found.settings?.untold ?? []) untold.add(sentence)
      terminal.out(json ? jsonOf(found, files) : textOf(found, files))
      if (!json && terminal.tty) terminal.err(`\r${done} of ${of} accounts${done === of ? '\n' : ''}`)
    }
    if (json) terminal.out(jsonLine({ type: 'end', accounts: done, failed, out }))
    else {
      for (const sentence of untold) terminal.out(`Not told by the source: ${sentence}\n`)
      terminal.out(`${showMany(done, 'account')}, ${showCount(failed)} failed; the files are in ${out}\n`)
    }
    return failed === 0 ? EXIT.balanced : EXIT.unreachable
  })
}

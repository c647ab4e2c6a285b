import { cleanText, EXIT, type ExitCode, NAMES_HEAD, nameCells, nameLine, names, showMany } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'
import { tableOut } from './files-tables.ts'

export interface NamesCommandOptions extends Common {
  readonly format: 'text' | 'csv' | 'json'
  readonly out?: string
}

/** What will be, or is, called otherwise at the destination. */
export function namesCommand(context: Context, { project, json, ...options }: NamesCommandOptions): Promise<ExitCode> {
  const { terminal, interrupted } = context
  const format = json ? 'json' : options.format
  return withWorkplace(context, project, async (workplace, opened) => {
    const out = tableOut(context, options.out)
    let changed = 0
    let unread = 0
    if (format === 'csv') await out.write(NAMES_HEAD)
    for await (const found of names(workplace, opened, { signal: interrupted })) {
      if ('why' in found) {
        unread++
        terminal.err(`${cleanText(found.account)}: NOT READ: ${cleanText(found.why, 500)}\n`)
        continue
      }
      changed++
      const text =
        format === 'csv'
          ? nameCells(found)
          : format === 'json'
            ? jsonLine({ type: 'name', ...found })
            : `${cleanText(found.account)}: ${nameLine(found)}\n`
      await out.write(text)
    }
    await out.end()
    const said = `${showMany(changed, 'name is', 'names are')} another one at the destination.`
    terminal.err(`${changed === 0 && unread === 0 ? 'Every file and folder keeps its name.' : said}\n`)
    return unread === 0 ? EXIT.balanced : EXIT.unreachable
  })
}

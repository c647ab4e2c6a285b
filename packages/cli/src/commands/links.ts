import { cleanText, EXIT, type ExitCode, LINK_FORMS, type LinkFormat, links, showCount, showMany } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { tableOut } from './files-tables.ts'

export interface LinksCommandOptions extends Common {
  readonly format: LinkFormat
  readonly out?: string
}

/** Old and new address of every file. */
export function linksCommand(context: Context, { project, json, ...options }: LinksCommandOptions): Promise<ExitCode> {
  const { terminal, interrupted } = context
  const form = LINK_FORMS[json ? 'json' : options.format]
  return withWorkplace(context, project, async (workplace, opened) => {
    const out = tableOut(context, options.out)
    const counts = { files: 0, lines: 0, both: 0, unread: 0 }
    await out.write(form.before)
    for await (const link of links(workplace, opened, { signal: interrupted })) {
      if ('why' in link) {
        counts.unread++
        terminal.err(`${cleanText(link.account)}: NOT READ: ${cleanText(link.why, 500)}\n`)
        continue
      }
      counts.files++
      if (link.old !== undefined && link.new !== undefined) counts.both++
      const line = form.line(link)
      if (line === undefined) continue
      counts.lines++
      await out.write(line)
    }
    await out.write(form.after)
    await out.end()
    const where = options.out === undefined ? '' : ` in ${options.out}`
    terminal.err(
      `${showMany(counts.files, 'file')}, ${showCount(counts.both)} with an old and a new address; ${showMany(counts.lines, 'line')}${where}\n`,
    )
    return counts.unread === 0 ? EXIT.balanced : EXIT.unreachable
  })
}

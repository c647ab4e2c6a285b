import { cleanText, type Discovered, discover, EXIT, type ExitCode, showBytes, showCount, showMany, showTable } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

function textOf({ account, folders, items, bytes, why }: Discovered): string {
  const head = `${cleanText(account.name)}  ${account.kind}  ${why === undefined ? `${showMany(items, 'item')}, ${bytes === undefined ? 'size not known' : showBytes(bytes)}` : `not readable: ${cleanText(why)}`}`
  const rows = folders.map((folder) => [
    `  ${folder.path.map((part) => cleanText(part, 60)).join(' / ')}`,
    folder.items === undefined ? '?' : showCount(folder.items),
    folder.bytes === undefined ? '?' : showBytes(folder.bytes),
    folder.skip === undefined ? (folder.hidden === true ? 'hidden' : '') : `not moved: ${folder.skip}`,
  ])
  return `${[head, ...(rows.length === 0 ? [] : showTable(['  folder', 'items', 'size', ''], rows, [1, 2], 80))].join('\n')}\n`
}

/** Who is at the source, and how much of what. */
export function discoverCommand(context: Context, { project, json }: Common): Promise<ExitCode> {
  const { terminal, interrupted } = context
  return withWorkplace(context, project, async (workplace, opened) => {
    let accounts = 0
    let items = 0
    let bytes = 0
    let unsized = 0
    for await (const found of discover(workplace, opened.kinds, { signal: interrupted })) {
      accounts++
      items += found.items
      bytes += found.bytes ?? 0
      if (found.bytes === undefined && found.why === undefined) unsized++
      terminal.out(json ? jsonLine({ type: 'account', ...found }) : textOf(found))
    }
    if (json) terminal.out(jsonLine({ type: 'end', accounts, items, bytes }))
    else {
      const size = `${showBytes(bytes)} by the source's own count${unsized === 0 ? '' : `, which leaves out ${showMany(unsized, 'account')} of unknown size`}`
      terminal.out(`${showMany(accounts, 'account')}, ${showMany(items, 'item')}, ${size}\n`)
    }
    return EXIT.balanced
  })
}

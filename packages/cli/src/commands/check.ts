import { check, cleanText, EXIT, type ExitCode, type Found } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

const MARKS = { ok: 'ok     ', warning: 'WARNING', error: 'ERROR  ' } as const

function textOf({ level, side, about, says, remedy }: Found): string {
  const todo = remedy === undefined ? '' : `\n          ${cleanText(remedy, 600)}`
  return `${MARKS[level]} ${side}: ${cleanText(about, 120)}: ${cleanText(says, 600)}${todo}\n`
}

/** Everything that could stop the run, at both ends. */
export function checkCommand(context: Context, { project, json }: Common): Promise<ExitCode> {
  const { terminal, interrupted } = context
  return withWorkplace(context, project, async (workplace, opened) => {
    const counts = { ok: 0, warning: 0, error: 0 }
    const failing = new Set<ExitCode>()
    for await (const finding of check(workplace, opened, { signal: interrupted })) {
      counts[finding.level]++
      if (finding.level === 'error') failing.add(finding.side === 'project' ? EXIT.input : EXIT.unreachable)
      terminal.out(json ? jsonLine({ type: 'finding', ...finding }) : textOf(finding))
    }
    if (json) terminal.out(jsonLine({ type: 'end', ...counts }))
    else
      terminal.out(
        `${counts.ok} in order, ${counts.warning} to know about, ${counts.error} to mend${counts.error === 0 ? '. Ready: offramp run' : ' before anything is moved'}\n`,
      )
    return failing.has(EXIT.input) ? EXIT.input : failing.size > 0 ? EXIT.unreachable : EXIT.balanced
  })
}

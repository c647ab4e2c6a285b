import { cleanText, EXIT, type ExitCode, rebuild, showCount } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

/** After a lost Redis: writes the books anew from both ends, and copies nothing. */
export function rebuildCommand(context: Context, { project, json }: Common): Promise<ExitCode> {
  const { terminal, interrupted } = context
  return withWorkplace(context, project, async (workplace, opened) => {
    let code: ExitCode = EXIT.balanced
    for await (const { plan, adopted, toCopy, foreign, why } of rebuild(workplace, opened, { signal: interrupted })) {
      if (why !== undefined) code = EXIT.unreachable
      const name = cleanText(plan.source.name, 80)
      if (json) terminal.out(jsonLine({ type: 'rebuilt', lane: plan.lane, source: plan.source.name, adopted, toCopy, foreign, why }))
      else if (why !== undefined) terminal.out(`${name}: not rebuilt: ${cleanText(why, 400)}\n`)
      else
        terminal.out(
          `${name}: ${showCount(adopted ?? 0)} found at the destination, ${showCount(toCopy ?? 0)} to copy, ${showCount(foreign ?? 0)} at the destination are not ours\n`,
        )
    }
    return code
  })
}

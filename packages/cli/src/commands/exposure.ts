import { EXIT, type ExitCode, exposure, exposureCsv, exposureText } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'
import { tableOut } from './files-tables.ts'

export interface ExposureCommandOptions extends Common {
  readonly format: 'text' | 'csv' | 'json'
  readonly out?: string
}

/** Who outside can reach which files, before anything moves. */
export function exposureCommand(context: Context, { project, json, ...options }: ExposureCommandOptions): Promise<ExitCode> {
  const format = json ? 'json' : options.format
  return withWorkplace(context, project, async (workplace, opened) => {
    const report = await exposure(workplace, opened, { signal: context.interrupted })
    const out = tableOut(context, options.out)
    await out.write(format === 'json' ? jsonLine(report) : format === 'csv' ? exposureCsv(report) : exposureText(report))
    await out.end()
    return report.unread.length === 0 ? EXIT.balanced : EXIT.unreachable
  })
}

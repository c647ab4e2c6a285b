import {
  EXIT,
  type ExitCode,
  isBalanced,
  isWrong,
  keepReport,
  keptReport,
  type OpenedProject,
  type Report,
  renderCsv,
  renderText,
  verify,
  type Workplace,
} from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

export type ReportFormat = 'text' | 'json' | 'csv'

/** 5 in 100 read back in full, unless the project says otherwise. */
const SAMPLE = 0.05

export const sampleOf = ({ project }: OpenedProject, asked: number | undefined): number => asked ?? project.settings?.verifySample ?? SAMPLE

/** Green is 0; accounts that are halted or could not be reached are 3 when nothing else is wrong. */
export function codeOfReport(report: Report): ExitCode {
  if (isBalanced(report)) return EXIT.balanced
  return isWrong(report) ? EXIT.unbalanced : EXIT.unreachable
}

function show({ terminal }: Context, report: Report, format: ReportFormat): void {
  if (format === 'json') terminal.out(jsonLine(report))
  else terminal.out(format === 'csv' ? renderCsv(report) : renderText(report))
}

/** Compares everything anew, keeps the report and shows it. */
export async function verifyAndShow(
  context: Context,
  place: { readonly workplace: Workplace; readonly opened: OpenedProject },
  options: { readonly sample: number; readonly format: ReportFormat },
): Promise<ExitCode> {
  const { terminal, interrupted } = context
  const tell = (done: number, of: number): void => {
    if (options.format === 'text' && terminal.tty) terminal.err(`\rVerified ${done} of ${of} accounts${done === of ? '\n' : ''}`)
  }
  const report = await verify(place.workplace, { sample: options.sample, tell }, { signal: interrupted })
  const kept = await keepReport(place.opened.folder, report)
  show(context, report, options.format)
  if (options.format === 'text') terminal.err(`The full report is in ${kept}; as a table: offramp report --format csv\n`)
  const missing = place.opened.mappings.length - new Set(report.lanes.map(({ source }) => source)).size
  if (missing <= 0) return codeOfReport(report)
  terminal.err(`${missing} accounts of the table are not planned, so nothing is said about them. Run: offramp run\n`)
  return EXIT.unbalanced
}

export interface VerifyCommandOptions extends Common {
  readonly sample?: number
}

export const verifyCommand = (context: Context, options: VerifyCommandOptions): Promise<ExitCode> =>
  withWorkplace(context, options.project, (workplace, opened) =>
    verifyAndShow(context, { workplace, opened }, { sample: sampleOf(opened, options.sample), format: options.json ? 'json' : 'text' }),
  )

/** Shows the newest report again; asks nobody. */
export async function reportCommand(context: Context, { project, format }: Common & { readonly format: ReportFormat }): Promise<ExitCode> {
  const opened = await context.openProject(project)
  const report = await keptReport(opened.folder)
  if (report === undefined) {
    context.terminal.err('There is no report yet. Make one: offramp verify\n')
    return EXIT.input
  }
  show(context, report, format)
  return codeOfReport(report)
}

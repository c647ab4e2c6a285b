import { EXIT, type ExitCode, pause, resume, retry, showMany } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

const said = (context: Context, { json }: Common, value: object, text: string): ExitCode => {
  context.terminal.out(json ? jsonLine(value) : `${text}\n`)
  return EXIT.balanced
}

export const pauseCommand = (context: Context, common: Common): Promise<ExitCode> =>
  withWorkplace(context, common.project, async (workplace) => {
    await pause(workplace)
    return said(context, common, { type: 'paused' }, 'Paused. Workers finish what they are writing and rest. To go on: offramp resume')
  })

export const resumeCommand = (context: Context, common: Common): Promise<ExitCode> =>
  withWorkplace(context, common.project, async (workplace) => {
    const lanes = await resume(workplace)
    return said(
      context,
      common,
      { type: 'resumed', lanes: lanes.length },
      `${showMany(lanes.length, 'account goes on', 'accounts go on')}, as soon as a worker is there.`,
    )
  })

export const retryCommand = (context: Context, common: Common): Promise<ExitCode> =>
  withWorkplace(context, common.project, async (workplace) => {
    const { lanes, items } = await retry(workplace)
    const text =
      lanes.length === 0
        ? 'There is nothing to try again.'
        : `${showMany(lanes.length, 'account')} with ${showMany(items, 'failed item')} to try again, as soon as a worker is there.`
    return said(context, common, { type: 'retried', lanes: lanes.length, items }, text)
  })

import { EXIT, type ExitCode, init } from '@offramp/control'
import type { Context } from '../context.ts'
import { jsonLine } from '../terminal.ts'

export async function initCommand({ terminal }: Context, folder: string, json: boolean): Promise<ExitCode> {
  const made = await init(folder)
  if (json) terminal.out(jsonLine({ made }))
  else terminal.out(`Made ${made.join(', ')}.\nFill them in, put the secrets into the folder secrets, and then: offramp check\n`)
  return EXIT.balanced
}

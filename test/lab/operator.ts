import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report, Snapshot } from '@offramp/control'
import type { GmailTruth } from '@offramp/emulators'
import { parse, stringify } from 'yaml'
import { type Audit, audit, auditGmail } from './audit.ts'
import type { BareLab, Ended } from './bare-lab.ts'
import type { Lab } from './lab.ts'
import type { WorkspaceLab } from './workspace-lab.ts'

/** What an operator does between commands: reads a report, looks at the status, corrects the project file. */

/** The value of a command's last line of JSON. Throws with what was said where there is none. */
export function lastJson<Value>({ code, out, err }: Ended): Value {
  const line = out.trimEnd().split('\n').at(-1) ?? ''
  try {
    const value: Value = JSON.parse(line)
    return value
  } catch {
    throw new Error(`No JSON but code ${code}:\n${out}\n${err}`)
  }
}

/** Every line of JSON that a command wrote. */
export const jsonLines = <Value>({ out }: Ended): readonly Value[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Value => JSON.parse(line))

export const reportOf = async (lab: BareLab): Promise<Report> => lastJson(await lab.offramp('report', '--json'))

export const statusOf = async (lab: BareLab): Promise<Snapshot> => lastJson(await lab.offramp('status', '--json'))

/** The state in which an account's lane stands. */
export function laneOf(snapshot: Pick<Snapshot, 'lanes'>, source: string): Snapshot['lanes'][number] {
  const found = snapshot.lanes.find(({ plan }) => plan.source.name === source)
  if (found === undefined) throw new Error(`No lane of ${source} on the board.`)
  return found
}

export interface ProjectFile {
  project: string
  mappings: string
  redis: Record<string, unknown>
  source: Record<string, unknown>
  destinations: Record<string, unknown>[]
  settings: Record<string, unknown>
}

/** Rewrites the project file; another name keeps the old one beside it. Its path. */
export async function changeProject(
  lab: Pick<BareLab, 'folder'>,
  change: (project: ProjectFile) => void,
  name = 'offramp.yaml',
): Promise<string> {
  const project: ProjectFile = parse(await readFile(join(lab.folder, 'offramp.yaml'), 'utf8'))
  change(project)
  const path = join(lab.folder, name)
  await writeFile(path, stringify(project))
  return path
}

/** Puts a file beside the project file. */
export const putFile = (lab: Pick<BareLab, 'folder'>, name: string, text: string): Promise<void> =>
  writeFile(join(lab.folder, name), text, { mode: 0o600 })

/** Both ends of one account compared by a client that is not Offramp's. */
export async function auditOf(lab: Lab, address: string, unmovable: ReadonlySet<string> = new Set()): Promise<Audit> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  try {
    return await audit(lab.tenant.mailbox(address), raw, unmovable)
  } finally {
    raw.close()
  }
}

/** The same for an account of the emulated Workspace domain. */
export async function auditGmailOf(lab: WorkspaceLab, address: string, copies?: (message: GmailTruth) => number): Promise<Audit> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  try {
    return await auditGmail(lab.workspace.mailbox(address), raw, copies)
  } finally {
    raw.close()
  }
}

/** Ids of what Microsoft itself cannot deliver. */
export async function poisonedOf(lab: Lab, address: string): Promise<ReadonlySet<string>> {
  const messages = await lab.tenant.mailbox(address).messages()
  return new Set(messages.filter(({ poison }) => poison !== undefined).map(({ id }) => id))
}

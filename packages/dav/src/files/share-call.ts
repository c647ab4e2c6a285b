import { type Call, Fault } from '@offramp/core'
import type { FilesDesk } from './desk.ts'
import { askOcs, factsOf } from './ocs.ts'

export const SHARES = '/apps/files_sharing/api/v1/shares'

interface Change {
  readonly id: string
  readonly fields: Readonly<Record<string, string>>
}

/** Changes a share that stands. Answers what the server says of it then; throws its refusal. */
export async function changeShare(
  { client, server }: FilesDesk,
  { id, fields }: Change,
  call: Call,
): Promise<Readonly<Record<string, unknown>>> {
  return factsOf(await askOcs(client, server.webRoot, { method: 'PUT', path: `${SHARES}/${id}`, asks: 'share', fields }, call))
}

/** A right that this server cannot give, or not as narrowly as it was granted. */
export const cannotGive = ({ server }: FilesDesk, code: string, why: string): Fault =>
  new Fault({ reach: 'item', reason: 'refused-by-destination', code, message: `${server.says} cannot give this right: ${why}.` })

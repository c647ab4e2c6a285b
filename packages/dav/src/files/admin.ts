import type { Call } from '@offramp/core'
import { type DavHost, makeClient } from '../client.ts'
import { askOcs, type OcsRequest } from './ocs.ts'
import type { FilesSettings, ProvisionSettings } from './settings.ts'

/** The server's admin, as the project names one. */
export interface Admin {
  readonly login: string
  readonly host: string
  /** What stands in the answer. Throws a refusal for what is not done. */
  ask(request: Omit<OcsRequest, 'asks'>, call: Call): Promise<unknown>
}

export function makeAdmin(host: DavHost<FilesSettings>, webRoot: string, { admin, secret }: ProvisionSettings): Admin {
  const client = makeClient({ ...host, settings: { ...host.settings, auth: { kind: 'password', secret } } }, admin)
  return { login: admin, host: client.host, ask: (request, call) => askOcs(client, webRoot, { ...request, asks: 'share' }, call) }
}

import { type Ask, asker, done, inParts, read } from '../../control/ask.ts'
import type { FaultRule } from '../faults/rule.ts'
import type { TenantStats } from '../serve/stats.ts'
import type { DeskArguments, DeskCall } from './desk-calls.ts'
import { remoteDrive } from './drive-calls.ts'
import type { DriveControl } from './drive-desk.ts'
import type { FolderTruth, MailboxControl, MessageTruth } from './mailbox-control.ts'
import { remoteOutlook } from './outlook-calls.ts'
import type { OutlookControl } from './outlook-desk.ts'
import type { ScenarioScript } from './scenario.ts'

/** A tenant that runs in another process. Its secret is in a file that the process named when it started. */
export interface RemoteTenant {
  readonly graphUrl: string
  readonly loginUrl: string
  readonly tenantId: string
  readonly domain: string
  readonly clientId: string
  /** PEM. */
  readonly ca: string
  violations(): Promise<readonly string[]>
  stats(): Promise<TenantStats>
  mailbox(address: string): MailboxControl
  outlook(address: string): OutlookControl
  drive(owner: string, library?: string): DriveControl
  readonly faults: { add(rule: FaultRule): Promise<void>; clear(): Promise<void> }
  scenario(script: ScenarioScript): Promise<void>
  readonly admin: {
    grant(permissions: readonly string[]): Promise<void>
    scope(outOfScope: readonly string[]): Promise<void>
    secret(secret: string, expiresAt?: number): Promise<void>
    certificates(pem: readonly string[]): Promise<void>
  }
}

type Info = Pick<RemoteTenant, 'graphUrl' | 'loginUrl' | 'tenantId' | 'domain' | 'clientId' | 'ca'>
/** Takes hold of a tenant by the `controlUrl` that its process printed. */
export async function connectTenant(controlUrl: string): Promise<RemoteTenant> {
  const ask = asker(controlUrl)
  const tell = (method: string, path: string, body?: unknown): Promise<void> => done(ask(method, path, body))
  const info = await read<Info>(ask('GET', 'info'))
  return {
    ...info,
    violations: () => read(ask('GET', 'violations')),
    stats: () => read(ask('GET', 'stats')),
    mailbox: (address) => remoteMailbox(ask, address),
    outlook: (address) => remoteOutlook((name, given) => ask('POST', `outlook/${encodeURIComponent(address)}/${name}`, given)),
    drive: (owner, library = '-') =>
      remoteDrive((name, given) => ask('POST', `drive/${encodeURIComponent(owner)}/${encodeURIComponent(library)}/${name}`, given)),
    faults: { add: (rule) => tell('POST', 'faults', rule), clear: () => tell('DELETE', 'faults') },
    scenario: (script) => tell('POST', 'scenario', script),
    admin: {
      grant: (permissions) => tell('POST', 'admin/grant', [permissions]),
      scope: (outOfScope) => tell('POST', 'admin/scope', [outOfScope]),
      secret: (secret, expiresAt) => tell('POST', 'admin/secret', [secret, expiresAt]),
      certificates: (pem) => tell('POST', 'admin/certificates', [pem]),
    },
  }
}

function remoteMailbox(ask: Ask, address: string): MailboxControl {
  const base = `mailbox/${encodeURIComponent(address)}`
  const call = async <Call extends DeskCall>(name: Call, ...given: DeskArguments[Call]): Promise<Response> =>
    ask('POST', `${base}/${name}`, given)
  const message = (response: Promise<Response>): Promise<MessageTruth> => read(response)
  const folder = (response: Promise<Response>): Promise<FolderTruth> => read(response)
  return {
    folders: () => read(ask('GET', `${base}/folders`)),
    addFolder: (path, options = {}) => folder(call('addFolder', path, options)),
    renameFolder: (name, to) => done(call('renameFolder', name, to)),
    moveFolder: (name, parent) => done(call('moveFolder', name, parent)),
    deleteFolder: (name) => done(call('deleteFolder', name)),
    add: (name, bytes, facts = {}) => message(call('add', name, Buffer.from(bytes).toString('base64'), facts)),
    edit: (id, bytes) => message(call('edit', id, Buffer.from(bytes).toString('base64'))),
    move: (id, to) => message(call('move', id, to)),
    remove: (id) => done(call('remove', id)),
    mark: (id, marks) => message(call('mark', id, marks)),
    messages: (range) => inParts((from) => read(ask('GET', `${base}/messages?from=${from}`)), range),
    bytes: async (id) => new Uint8Array(await (await ask('GET', `${base}/bytes/${encodeURIComponent(id)}`)).arrayBuffer()),
    hash: (id) => read(ask('GET', `${base}/hash/${encodeURIComponent(id)}`)),
    expireDelta: (name) => done(call('expireDelta', name ?? null)),
    overQuota: (over) => done(call('overQuota', over)),
  }
}

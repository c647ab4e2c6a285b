import { type Ask, asker, done, inParts, read } from '../../control/ask.ts'
import type { DeskArguments, DeskCall } from './desk-calls.ts'
import type { GmailControl, GmailTruth, LabelTruth } from './gmail-control.ts'
import { remoteDrive } from './remote-drive.ts'
import { remoteDesks } from './work-desks.ts'
import type { WorkspaceControl } from './workspace-control.ts'

/** A domain that runs in another process. Its key is in a file that the process named when it started. */
export type RemoteWorkspace = WorkspaceControl

type Info = Pick<WorkspaceControl, 'url' | 'domain' | 'adminAddress' | 'clientId' | 'clientEmail' | 'ca'>

/** Takes hold of a domain by the `controlUrl` that its process printed. */
export async function connectWorkspace(controlUrl: string): Promise<RemoteWorkspace> {
  const ask = asker(controlUrl)
  const tell = (method: string, path: string, body?: unknown): Promise<void> => done(ask(method, path, body))
  const admin = (act: string, ...given: readonly unknown[]): Promise<void> => tell('POST', `admin/${act}`, given)
  const info = await read<Info>(ask('GET', 'info'))
  return {
    ...info,
    violations: () => read(ask('GET', 'violations')),
    stats: () => read(ask('GET', 'stats')),
    mailbox: (address) => remoteMailbox(ask, address),
    work: (address) => remoteDesks(ask, address),
    drive: (name) => remoteDrive(ask, name),
    faults: { add: (rule) => tell('POST', 'faults', rule), clear: () => tell('DELETE', 'faults') },
    scenario: (script) => tell('POST', 'scenario', script),
    admin: {
      authorise: (scopes) => admin('authorise', scopes),
      suspend: (address, suspended) => admin('suspend', address, suspended),
      gmail: (address, on) => admin('gmail', address, on),
      calendar: (address, on) => admin('calendar', address, on),
      drive: (address, on) => admin('drive', address, on),
      deleteKey: () => admin('deleteKey'),
      disableApi: (api, disabled) => admin('disableApi', api, disabled),
      skew: (ms) => admin('skew', ms),
    },
  }
}

function remoteMailbox(ask: Ask, address: string): GmailControl {
  const base = `mailbox/${encodeURIComponent(address)}`
  const call = <Call extends DeskCall>(name: Call, ...given: DeskArguments[Call]): Promise<Response> =>
    ask('POST', `${base}/${name}`, given)
  const message = (response: Promise<Response>): Promise<GmailTruth> => read(response)
  const label = (response: Promise<Response>): Promise<LabelTruth> => read(response)
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  return {
    labels: () => read(ask('GET', `${base}/labels`)),
    addLabel: (name) => label(call('addLabel', name)),
    renameLabel: (name, to) => done(call('renameLabel', name, to)),
    deleteLabel: (name) => done(call('deleteLabel', name)),
    add: (bytes, facts = {}) => message(call('add', text(bytes), facts)),
    relabel: (id, change) => message(call('relabel', id, change)),
    trash: (id) => message(call('trash', id)),
    remove: (id) => done(call('remove', id)),
    editDraft: (id, bytes) => message(call('editDraft', id, text(bytes))),
    messages: (range) => inParts((from) => read(ask('GET', `${base}/messages?from=${from}`)), range),
    bytes: async (id) => new Uint8Array(await (await ask('GET', `${base}/bytes/${encodeURIComponent(id)}`)).arrayBuffer()),
    hash: (id) => read(ask('GET', `${base}/hash/${encodeURIComponent(id)}`)),
    rawReads: () => read(call('rawReads')),
    expireHistory: () => done(call('expireHistory')),
  }
}

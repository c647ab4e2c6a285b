import type { GmailControl, NewGmail } from './gmail-control.ts'

/** The acts on a mailbox that can be asked for from afar, with their arguments as JSON. Bytes travel as base64. */
export interface DeskArguments {
  readonly addLabel: readonly [name: string]
  readonly renameLabel: readonly [label: string, name: string]
  readonly deleteLabel: readonly [label: string]
  readonly add: readonly [base64: string, facts: NewGmail]
  readonly relabel: readonly [id: string, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }]
  readonly trash: readonly [id: string]
  readonly remove: readonly [id: string]
  readonly editDraft: readonly [id: string, base64: string]
  readonly rawReads: readonly []
  readonly expireHistory: readonly []
}

export type DeskCall = keyof DeskArguments

const CALLS: { readonly [Call in DeskCall]: (desk: GmailControl, ...given: DeskArguments[Call]) => Promise<unknown> } = {
  addLabel: (desk, name) => desk.addLabel(name),
  renameLabel: (desk, label, name) => desk.renameLabel(label, name),
  deleteLabel: (desk, label) => desk.deleteLabel(label),
  add: (desk, base64, facts) => desk.add(Buffer.from(base64, 'base64'), facts),
  relabel: (desk, id, change) => desk.relabel(id, change),
  trash: (desk, id) => desk.trash(id),
  remove: (desk, id) => desk.remove(id),
  editDraft: (desk, id, base64) => desk.editDraft(id, Buffer.from(base64, 'base64')),
  rawReads: (desk) => desk.rawReads(),
  expireHistory: (desk) => desk.expireHistory(),
}

export const isDeskCall = (name: string): name is DeskCall => Object.hasOwn(CALLS, name)

/** Does what another process asks for. */
export const callDesk = <Call extends DeskCall>(desk: GmailControl, call: Call, given: DeskArguments[Call]): Promise<unknown> =>
  CALLS[call](desk, ...given)

import type { FolderName, MailboxControl, MarkChange, NewMessage } from './mailbox-control.ts'

/** The acts on a mailbox that can be asked for from afar, with their arguments as JSON. Bytes travel as base64. */
export interface DeskArguments {
  readonly addFolder: readonly [path: readonly string[], options: { readonly hidden?: boolean }]
  readonly renameFolder: readonly [folder: FolderName, name: string]
  readonly moveFolder: readonly [folder: FolderName, parent: FolderName]
  readonly deleteFolder: readonly [folder: FolderName]
  readonly add: readonly [folder: FolderName, base64: string, facts: NewMessage]
  readonly edit: readonly [id: string, base64: string]
  readonly move: readonly [id: string, to: FolderName]
  readonly remove: readonly [id: string]
  readonly mark: readonly [id: string, marks: MarkChange]
  readonly expireDelta: readonly [folder: FolderName | null]
  readonly overQuota: readonly [over: boolean]
}

export type DeskCall = keyof DeskArguments

const CALLS: { readonly [Call in DeskCall]: (desk: MailboxControl, ...given: DeskArguments[Call]) => Promise<unknown> } = {
  addFolder: (desk, path, options) => desk.addFolder(path, options),
  renameFolder: (desk, folder, name) => desk.renameFolder(folder, name),
  moveFolder: (desk, folder, parent) => desk.moveFolder(folder, parent),
  deleteFolder: (desk, folder) => desk.deleteFolder(folder),
  add: (desk, folder, base64, facts) => desk.add(folder, Buffer.from(base64, 'base64'), facts),
  edit: (desk, id, base64) => desk.edit(id, Buffer.from(base64, 'base64')),
  move: (desk, id, to) => desk.move(id, to),
  remove: (desk, id) => desk.remove(id),
  mark: (desk, id, marks) => desk.mark(id, marks),
  expireDelta: (desk, folder) => desk.expireDelta(folder ?? undefined),
  overQuota: (desk, over) => desk.overQuota(over),
}

export const isDeskCall = (name: string): name is DeskCall => Object.hasOwn(CALLS, name)

/** Does what another process asks for. */
export const callDesk = <Call extends DeskCall>(desk: MailboxControl, call: Call, given: DeskArguments[Call]): Promise<unknown> =>
  CALLS[call](desk, ...given)

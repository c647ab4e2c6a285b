import type { Folder, Message } from './state.ts'

const sorted = new WeakMap<Folder, { readonly revision: number; readonly messages: readonly Message[] }>()

/** Newest first; of the same second, the later arrival first. */
export const byReceived = (left: Message, right: Message): number => right.receivedAt - left.receivedAt || right.serial - left.serial

/** A folder's messages in Outlook's default order. Sorted once for each change of what is in it. */
export function newestFirst(folder: Folder): readonly Message[] {
  const known = sorted.get(folder)
  if (known?.revision === folder.revision) return known.messages
  const messages = folder.arrivals.filter((message) => message !== undefined).sort(byReceived)
  sorted.set(folder, { revision: folder.revision, messages })
  return messages
}

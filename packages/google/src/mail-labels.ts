import { createHash } from 'node:crypto'
import type { Call, Collection, Role } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { GmailAsk, GmailClient } from './client.ts'
import type { LabelPolicy } from './settings.ts'

/** Labels that are folders to everybody else. Their names are ours: the API does not translate them, and Gmail's IMAP does. */
const SYSTEM_HOMES: readonly { readonly id: string; readonly name: string; readonly role: Role }[] = [
  { id: 'INBOX', name: 'INBOX', role: 'inbox' },
  { id: 'SENT', name: 'Sent', role: 'sent' },
  { id: 'DRAFT', name: 'Drafts', role: 'drafts' },
  { id: 'ARCHIVE', name: 'Archive', role: 'archive' },
  { id: 'TRASH', name: 'Trash', role: 'trash' },
  { id: 'SPAM', name: 'Spam', role: 'junk' },
]

/** Our own word for what has neither INBOX nor another label; no label has this id. */
export const ARCHIVE = 'ARCHIVE'

/** Whatever else it is labelled, a message in one of these is at home there. */
export const CONTAINERS: readonly string[] = ['TRASH', 'SPAM', 'DRAFT']

/** System labels that say something of a message without being a place. */
export const MARKS: readonly string[] = ['UNREAD', 'STARRED', 'IMPORTANT']

const CATEGORY = /^CATEGORY_[A-Z]+$/

export const isCategory = (id: string): boolean => CATEGORY.test(id)

/** A mailbox's labels at one moment. */
export interface Labels {
  /** Every place by label id, system places first, then labels with parents before children. */
  readonly homes: ReadonlyMap<string, Collection>
  /** Ids of the owner's own labels, in the order of `homes`. */
  readonly own: readonly string[]
  /** Every id that the mailbox knows, those that mean nothing to us included: the list of system labels "isn't exhaustive". */
  readonly known: ReadonlySet<string>
  /** Short prints of the owner's labels and their names, to see later whether one was renamed or deleted. */
  readonly prints: readonly string[]
}

/** 1 unit. Renaming and deleting labels leaves no trace in a mailbox's history, so that they are asked for in every turn. */
export const ASK_LABELS: GmailAsk = {
  method: 'labels.list',
  asks: 'mailbox',
  send: (users, common, options) => users.labels.list({ ...common, userId: 'me', fields: 'labels(id,name,type)' }, options),
}

export const readLabels = async (mailbox: GmailClient, call: Call): Promise<Labels> => labelsIn(await mailbox.json(ASK_LABELS, call))

/** What `ASK_LABELS` was answered with. */
export const labelsIn = (answer: Json): Labels =>
  labelsFrom(
    objectsOf(answer['labels']).flatMap((label) => {
      const id = textOf(label['id'])
      return id === undefined ? [] : [{ id, name: typeof label['name'] === 'string' ? label['name'] : id, own: label['type'] === 'user' }]
    }),
  )

interface Named {
  readonly id: string
  readonly name: string
  readonly own: boolean
}

/** `/` nests, and the parent need not exist; names are kept as they are, for the destination to escape. */
export function labelsFrom(all: readonly Named[]): Labels {
  const own = all.filter((label) => label.own).map((label) => ({ id: label.id, path: label.name.split('/') }))
  // By depth, then by id: a label that is renamed keeps its place among its neighbours, as places that share a name need it.
  own.sort((a, b) => a.path.length - b.path.length || byId(a.id, b.id))
  const homes = new Map<string, Collection>()
  for (const { id, name, role } of SYSTEM_HOMES) homes.set(id, { id, path: [name], role })
  for (const label of own) homes.set(label.id, label)
  return {
    homes,
    own: own.map(({ id }) => id),
    known: new Set(all.map(({ id }) => id)),
    prints: own.map(({ id, path }) => print(`${id} ${path.join('/')}`)),
  }
}

const byId = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

const print = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 5)

/** Places that are made at the destination, also where they are empty. */
export function collectionsOf(
  labels: Labels,
  policy: { readonly labels: LabelPolicy; readonly spamAndTrash: boolean },
): readonly Collection[] {
  return [...labels.homes.values()].filter(({ id, role }) => {
    if (!policy.spamAndTrash && (id === 'TRASH' || id === 'SPAM')) return false
    return policy.labels !== 'archive' || id === ARCHIVE || (role !== undefined && CONTAINERS.includes(id))
  })
}

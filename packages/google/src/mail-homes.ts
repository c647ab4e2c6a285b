import { createHash } from 'node:crypto'
import type { Collection, Trait, Traits } from '@offramp/core'
import { ARCHIVE, CONTAINERS, isCategory, type Labels } from './mail-labels.ts'
import type { LabelPolicy } from './settings.ts'

/** What messages carry beside their bytes. Gmail tells nobody whether a message was answered or forwarded. */
export const MAIL_TRAITS: readonly Trait[] = ['read', 'flagged', 'draft', 'receivedAt', 'keywords']

export interface Policy {
  readonly labels: LabelPolicy
  readonly spamAndTrash: boolean
}

/** All that decides where a message belongs. */
export interface MessageLabels {
  /** Gmail's id: 16 hex digits. A draft gets another one with every edit. */
  readonly id: string
  readonly labelIds: readonly string[]
  /** Set where it is a draft: stays the same through edits. */
  readonly draftId?: string
}

/** A message as it is to stand in one place. */
export interface Copy {
  /** Of the item: `<message>`, `<message>/<label>`, `draft:<draft>`. */
  readonly id: string
  /** Changes with everything that its labels say of this copy, and with the policy. The same however the labels were learned. */
  readonly version: string
  readonly home: Collection
  /** What labels tell; the date is not among it. */
  readonly traits: Traits
}

/** RFC 8457. */
const IMPORTANT = '$Important'

export const itemId = ({ id, draftId }: Pick<MessageLabels, 'id' | 'draftId'>): string => (draftId === undefined ? id : `draft:${draftId}`)

/** Old chats of Hangouts are listed among the messages, and have no message to speak of. */
export const isChat = (labelIds: readonly string[]): boolean => labelIds.includes('CHAT')

/**
 * Where a message belongs, by the policy: nowhere for chats, and for spam and trash where those are left out; in one place, or with
 * `copies` in one for each label. Then the place in INBOX, archive or a container has the message's own id, so that archiving and deleting are moves;
 * each label's copy has an id of its own, so that no change of labels ever brings two copies into one folder.
 */
export function copiesOf(message: MessageLabels, labels: Labels, policy: Policy): readonly Copy[] {
  const { labelIds } = message
  if (isChat(labelIds)) return []
  const container = CONTAINERS.find((id) => labelIds.includes(id))
  if (!policy.spamAndTrash && (container === 'TRASH' || container === 'SPAM')) return []
  const places = [...labels.homes.keys()].filter((id) => labelIds.includes(id) && !CONTAINERS.includes(id))
  const id = itemId(message)
  const copy = (as: string, home: string, others: readonly string[]): Copy[] => copyOf(message, { id: as, home, others, labels, policy })
  if (container !== undefined) return copy(id, container, places)
  if (policy.labels === 'archive') return copy(id, ARCHIVE, places)
  if (policy.labels === 'folder') {
    const home = mostTelling(places, labels) ?? ARCHIVE
    return copy(
      id,
      home,
      places.filter((place) => place !== home),
    )
  }
  if (places.length === 0) return copy(id, ARCHIVE, [])
  return places.flatMap((place) => copy(place === 'INBOX' ? id : `${id}/${place}`, place, []))
}

/** The copy of an archived message that stood in INBOX: it goes to the archive, although labels keep other copies of it elsewhere. */
export const archivedCopy = (message: MessageLabels, labels: Labels, policy: Policy): readonly Copy[] =>
  copyOf(message, { id: itemId(message), home: ARCHIVE, others: [], labels, policy })

/** The owner's label with the longest path (by depth, then by letters, then the older), SENT, INBOX. */
function mostTelling(places: readonly string[], { homes, own }: Labels): string | undefined {
  const letters = (id: string): number => homes.get(id)?.path.join('/').length ?? 0
  const depth = (id: string): number => homes.get(id)?.path.length ?? 0
  const mine = own.filter((id) => places.includes(id)).sort((a, b) => depth(b) - depth(a) || letters(b) - letters(a))
  return mine[0] ?? ['SENT', 'INBOX'].find((id) => places.includes(id))
}

interface Placing {
  readonly id: string
  readonly home: string
  /** Labels that would be places too. They are kept as keywords. */
  readonly others: readonly string[]
  readonly labels: Labels
  readonly policy: Policy
}

function copyOf(message: MessageLabels, { id, home, others, labels, policy }: Placing): Copy[] {
  const collection = labels.homes.get(home)
  if (collection === undefined) return []
  const { labelIds, draftId } = message
  const keywords = [
    ...others.map((other) => labels.homes.get(other)?.path.join('/') ?? other),
    ...(labelIds.includes('IMPORTANT') ? [IMPORTANT] : []),
    ...labelIds.filter(isCategory).sort(),
  ]
  const traits: Traits = {
    read: !labelIds.includes('UNREAD'),
    flagged: labelIds.includes('STARRED'),
    draft: labelIds.includes('DRAFT'),
    ...(keywords.length === 0 ? {} : { keywords }),
  }
  // With the name, because labels may exchange theirs, and then no place at the destination is new or left.
  const place = [home, ...collection.path]
  const said = [policy.labels, place, draftId === undefined ? '' : message.id, traits.read, traits.flagged, traits.draft, keywords]
  return [{ id, version: createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 16), home: collection, traits }]
}

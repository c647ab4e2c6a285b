/** A label: a flag, a folder, or a state, as its id says. */
export interface GmailLabel {
  readonly id: string
  name: string
  readonly type: 'system' | 'user'
}

/** Ids of system labels are their names. The list "isn't exhaustive": YELLOW_STAR stands for those that no page names (facts 4.2). */
const SYSTEM = [
  'CHAT',
  'SENT',
  'INBOX',
  'IMPORTANT',
  'TRASH',
  'DRAFT',
  'SPAM',
  'CATEGORY_FORUMS',
  'CATEGORY_UPDATES',
  'CATEGORY_PERSONAL',
  'CATEGORY_PROMOTIONS',
  'CATEGORY_SOCIAL',
  'YELLOW_STAR',
  'STARRED',
  'UNREAD',
]
const HIDDEN = new Set(SYSTEM.filter((id) => id.startsWith('CATEGORY_') || id === 'CHAT' || id === 'TRASH' || id === 'SPAM'))

export const systemLabels = (): GmailLabel[] => SYSTEM.map((id) => ({ id, name: id, type: 'system' }))

/** What `labels.list` shows: no counts. */
export function labelJson({ id, name, type }: GmailLabel): Record<string, unknown> {
  if (type === 'user') return { id, name, messageListVisibility: 'show', labelListVisibility: 'labelShow', type }
  if (!HIDDEN.has(id)) return { id, name, type }
  return { id, name, messageListVisibility: 'hide', labelListVisibility: 'labelHide', type }
}

/** Names that are legal in Gmail and refused, misread, or in use already at IMAP servers. `Clients/A` has no `Clients`. */
export const ODD_LABELS: readonly string[] = [
  'Clients/A',
  'Clients/B/2019',
  'Deep/1/2/3/4/5/6/7/8/9/10',
  'v1.0.2',
  '100%',
  'a*b',
  'back\\slash',
  'say "hi"',
  ' leading blank',
  'trailing blank ',
  'double  blank',
  'Größe & Gewicht',
  'Cafe\u0301',
  'Rechnungen 📎',
  '日本語/請求書',
  'עברית',
  'Archive',
  'Drafts',
  'Junk',
  'Sent Items',
  '&amp;',
  '~user',
  '#shared',
  '-',
  'x'.repeat(225),
]

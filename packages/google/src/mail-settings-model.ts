import type { AutomaticReply, MailForwarding, MailIdentity, MailRule, MailSettings, RuleAction, RuleTest } from '@offramp/core'
import { type Json, numberOf, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import { gmailQuery } from './gmail-query.ts'

// https://developers.google.com/gmail/api/reference/rest/v1/users.settings; filters: users.settings.filters.

/** What is read of a mailbox, by the last part of its path below `settings/`. Each costs one unit. */
export const SETTINGS = [
  'filters',
  'vacation',
  'autoForwarding',
  'forwardingAddresses',
  'sendAs',
  'delegates',
  'imap',
  'pop',
  'language',
] as const

export type GmailSetting = (typeof SETTINGS)[number]

/** Google's own words for how often the same person is answered: once in four days. https://support.google.com/mail/answer/25922 */
const REPLY_DAYS = 4

const WORDS =
  'Gmail looks for whole words, and Sieve for letters in a row: a filter for “art” also finds “party” on the new server. Look through filters with short words.'
const LABELS =
  'A message with a label that stays in the inbox is shown twice by Gmail and is filed twice by Sieve: once in the inbox, once in the folder of the label.'
const PICTURES = 'Pictures in signatures lie at Google and end with the account: put them into the signatures anew.'
const SPAM = 'Blocked senders beyond filters, and what Gmail has learnt about spam, categories and importance, are not told by Google.'

/** Where labels are no places at the destination: their names by their ids. */
export type LabelNames = ReadonlyMap<string, string>

/** The answers of Gmail's settings in the words of no provider. `asKeywords`: labels are flags at the destination, and not folders. */
export function mailSettings(raw: Readonly<Partial<Record<GmailSetting, Json>>>, asKeywords?: LabelNames): MailSettings {
  // An empty list is an answer without its key.
  const filters = objectsOf(objectOf(raw.filters)['filter'])
  const reply = automaticReply(objectOf(raw.vacation))
  const forwarding = forwardingOf(objectOf(raw.autoForwarding))
  const identities = objectsOf(objectOf(raw.sendAs)['sendAs']).map(identityOf)
  const pictures = identities.some(({ signature }) => /<img\b/i.test(signature?.html ?? ''))
  const labels = filters.some(({ action }) => textsOf(objectOf(action)['addLabelIds']).some(isUserLabel))
  return {
    ruleOrder: 'together',
    rules: filters.map((filter, at) => filterRule(filter, at, asKeywords)),
    ...(reply === undefined ? {} : { automaticReply: reply }),
    ...(forwarding === undefined ? {} : { forwarding }),
    identities,
    delegates: objectsOf(objectOf(raw.delegates)['delegates']).map((delegate) => ({
      address: textOf(delegate['delegateEmail']) ?? '',
      verified: delegate['verificationStatus'] === 'accepted',
    })),
    untold: [
      ...(filters.length > 0 ? [WORDS] : []),
      ...(labels && asKeywords === undefined ? [LABELS] : []),
      ...(pictures ? [PICTURES] : []),
      SPAM,
    ],
    raw,
  }
}

/** System labels are named in capitals; those of a person are not. */
const isUserLabel = (id: string): boolean => !/^[A-Z][A-Z_]*$/.test(id)

function sizeTest(criteria: Json): RuleTest | undefined {
  const size = numberOf(criteria['size'])
  if (size === undefined || size <= 0) return undefined
  if (criteria['sizeComparison'] === 'larger') return { is: 'size', atLeast: size + 1 }
  if (criteria['sizeComparison'] === 'smaller') return { is: 'size', atMost: Math.max(0, size - 1) }
  return undefined
}

const KNOWN_CRITERIA = new Set([
  'from',
  'to',
  'subject',
  'query',
  'negatedQuery',
  'hasAttachment',
  'excludeChats',
  'size',
  'sizeComparison',
])

/**
 * Gmail's form for filters makes `-{a b}` of "Doesn't have: a b", and the API speaks of a query that must not match, which is less. One of the words is
 * enough here: the filter then leaves alone what it may have caught, and never the other way round.
 */
const eachAlone = (test: RuleTest | undefined): RuleTest | undefined => (test?.is === 'all' ? { is: 'any', of: test.of } : test)

/** One filter. Filters have no names, so that they are called after what they look for. */
export function filterRule(filter: Json, at: number, asKeywords?: LabelNames): MailRule {
  const criteria = objectOf(filter['criteria'])
  const negated = eachAlone(gmailQuery(textOf(criteria['negatedQuery']) ?? ''))
  const tests = [
    gmailQuery(textOf(criteria['from']) ?? '', 'from'),
    gmailQuery(textOf(criteria['to']) ?? '', 'to'),
    gmailQuery(textOf(criteria['subject']) ?? '', 'subject'),
    gmailQuery(textOf(criteria['query']) ?? ''),
    criteria['hasAttachment'] === true ? ({ is: 'sort', sort: 'with-attachment' } as const) : undefined,
    sizeTest(criteria),
    ...Object.keys(criteria)
      .filter((name) => !KNOWN_CRITERIA.has(name))
      .map((name): RuleTest => ({ is: 'unsayable', says: `it asks for “${name}”, which this version of Offramp does not know` })),
  ].filter((test) => test !== undefined)
  return {
    name: nameOf(criteria, at),
    enabled: true,
    // A filter without criteria is not made by Gmail; should it come, it must not catch everything.
    when: tests.length === 0 && negated === undefined ? { is: 'unsayable', says: 'it has no conditions' } : { is: 'all', of: tests },
    ...(negated === undefined ? {} : { unless: negated }),
    actions: filterActions(objectOf(filter['action']), asKeywords),
    stop: false,
  }
}

function nameOf(criteria: Json, at: number): string {
  const parts = ['from', 'to', 'subject', 'query'].flatMap((name) => {
    const text = textOf(criteria[name])
    return text === undefined ? [] : [`${name === 'query' ? '' : `${name}: `}${text}`]
  })
  return `Filter ${at + 1}${parts.length === 0 ? '' : ` (${parts.join(', ').slice(0, 80)})`}`
}

const says = (sentence: string): RuleAction => ({ do: 'unsayable', says: sentence })

function filterActions(action: Json, asKeywords: LabelNames | undefined): readonly RuleAction[] {
  const added = textsOf(action['addLabelIds'])
  const removed = textsOf(action['removeLabelIds'])
  const forward = textOf(action['forward'])
  return [
    ...(removed.includes('UNREAD') ? [{ do: 'mark', as: 'read' } as const] : []),
    ...(added.includes('STARRED') ? [{ do: 'mark', as: 'flagged' } as const] : []),
    ...filing(added, removed.includes('INBOX'), asKeywords),
    ...(forward === undefined ? [] : [{ do: 'forward', how: 'redirect', to: [forward] } as const]),
    ...unknownActions(action, added, removed),
  ]
}

/** Trash and spam win over labels, as they do in Gmail. Out of the inbox without a label is archived. */
function filing(added: readonly string[], leaves: boolean, asKeywords: LabelNames | undefined): readonly RuleAction[] {
  for (const [label, role] of [
    ['TRASH', 'trash'],
    ['SPAM', 'junk'],
  ] as const)
    if (added.includes(label)) return [{ do: 'file', folder: { role }, copy: false }]
  const labels = added.filter(isUserLabel)
  const archived: readonly RuleAction[] = leaves ? [{ do: 'file', folder: { role: 'archive' }, copy: false }] : []
  if (labels.length === 0) return archived
  if (asKeywords !== undefined) return [{ do: 'categorize', names: labels.map((id) => asKeywords.get(id) ?? id) }, ...archived]
  return labels.map((id) => ({ do: 'file', folder: { id }, copy: !leaves }))
}

const SAID = new Set(['STARRED', 'TRASH', 'SPAM', 'INBOX', 'UNREAD'])

function unknownActions(action: Json, added: readonly string[], removed: readonly string[]): readonly RuleAction[] {
  const others = Object.keys(action).filter((name) => !['addLabelIds', 'removeLabelIds', 'forward'].includes(name))
  return [
    ...added
      .filter((id) => !isUserLabel(id) && !SAID.has(id))
      .map((id) => says(`it marks as ${labelWord(id)}, for which mail servers have no place`)),
    ...removed.flatMap((id): readonly RuleAction[] => {
      if (id === 'INBOX' || id === 'UNREAD') return []
      if (id === 'SPAM') return [says('it keeps messages out of spam, which has to be set in the new server’s spam filter')]
      return [
        says(`it takes away ${isUserLabel(id) ? 'a label' : labelWord(id)}, which a message does not have yet when it arrives elsewhere`),
      ]
    }),
    ...others.map((name) => says(`it does “${name}”, which this version of Offramp does not know`)),
  ]
}

const labelWord = (id: string): string =>
  `“${id
    .replace(/^CATEGORY_/, 'category ')
    .toLowerCase()
    .replaceAll('_', ' ')}”`

/** Undefined where nothing has ever been set. Times are texts of milliseconds. */
function automaticReply(vacation: Json): AutomaticReply | undefined {
  const [text, html, subject] = [
    textOf(vacation['responseBodyPlainText']),
    textOf(vacation['responseBodyHtml']),
    textOf(vacation['responseSubject']),
  ]
  const enabled = vacation['enableAutoReply'] === true
  if (!enabled && text === undefined && html === undefined) return undefined
  const reply = { ...(text === undefined ? {} : { text }), ...(html === undefined ? {} : { html }) }
  const contacts = vacation['restrictToContacts'] === true
  const domain = vacation['restrictToDomain'] === true
  const [start, end] = [numberOf(vacation['startTime']), numberOf(vacation['endTime'])]
  return {
    enabled,
    ...(start === undefined || start <= 0 ? {} : { start }),
    ...(end === undefined || end <= 0 ? {} : { end }),
    ...(subject === undefined ? {} : { subject }),
    internal: reply,
    external: reply,
    externalAudience: domain ? 'none' : contacts ? 'contacts' : 'all',
    ...(contacts ? { contactsOnly: true } : {}),
    everyDays: REPLY_DAYS,
  }
}

const THEN: Readonly<Record<string, MailForwarding['ownCopy']>> = {
  leaveInInbox: 'keep',
  archive: 'archive',
  trash: 'trash',
  markRead: 'read',
}

function forwardingOf(setting: Json): MailForwarding | undefined {
  const address = textOf(setting['emailAddress'])
  if (address === undefined) return undefined
  const ownCopy = THEN[textOf(setting['disposition']) ?? ''] ?? 'keep'
  return { enabled: setting['enabled'] === true, to: [address], ownCopy }
}

function identityOf(sendAs: Json): MailIdentity {
  const [name, replyTo, html] = [textOf(sendAs['displayName']), textOf(sendAs['replyToAddress']), textOf(sendAs['signature'])]
  const status = textOf(sendAs['verificationStatus'])
  return {
    address: textOf(sendAs['sendAsEmail']) ?? '',
    ...(name === undefined ? {} : { name }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(html === undefined ? {} : { signature: { html } }),
    ...(sendAs['isPrimary'] === true ? { primary: true } : {}),
    // The primary address says nothing of it: it needs no proof.
    ...(status === undefined ? {} : { verified: status === 'accepted' }),
  }
}

import type { MailRule, MessageSort, RuleAction, RuleTest } from '@offramp/core'
import { isObject, type Json, numberOf, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'

// https://learn.microsoft.com/graph/api/resources/messagerule and messagerulepredicates, v1.0, all properties.

type Read = (value: unknown) => RuleTest | undefined

const anyOf = (of: readonly RuleTest[]): RuleTest => ({ is: 'any', of })
const unsayable = (says: string): RuleTest => ({ is: 'unsayable', says })

/** Strings of which one is enough. Absent and empty lists ask for nothing. */
const words =
  (make: (words: readonly string[]) => RuleTest): Read =>
  (value) => {
    const given = textsOf(value)
    return given.length === 0 ? undefined : make(given)
  }

/** `false` asks for nothing, as an absent one does. */
const flag =
  (test: RuleTest): Read =>
  (value) =>
    value === true ? test : undefined

const sort = (name: MessageSort): Read => flag({ is: 'sort', sort: name })

const contains =
  (...fields: readonly string[]) =>
  (given: readonly string[]): RuleTest => ({ is: 'header', fields, how: 'contains', words: given })

const body = (given: readonly string[]): RuleTest => ({ is: 'body', words: given })

const addressesOf = (value: unknown): readonly string[] =>
  objectsOf(value).map((each) => textOf(objectOf(each['emailAddress'])['address']) ?? textOf(objectOf(each['emailAddress'])['name']) ?? '')

const people =
  (...fields: readonly ('from' | 'to' | 'cc')[]): Read =>
  (value) => {
    const given = addressesOf(value)
    return given.length === 0 ? undefined : { is: 'address', fields, words: given }
  }

/** A word that stands somewhere in the headers. One that names its field can be looked for there; Sieve cannot look through all fields. */
function headerWord(word: string): RuleTest {
  const [, field, value = ''] = /^\s*([A-Za-z][\w-]*):\s*(.*)$/s.exec(word) ?? []
  if (field === undefined)
    return unsayable(`it looks for “${word.slice(0, 60)}” in all header fields, and Sieve can look only into fields that it names`)
  return { is: 'header', fields: [field], how: value.trim() === '' ? 'exists' : 'begins', words: value.trim() === '' ? [] : [value.trim()] }
}

const oneOf =
  (table: Readonly<Record<string, RuleTest>>, what: string): Read =>
  (value) => {
    const name = textOf(value)
    if (name === undefined) return undefined
    return Object.hasOwn(table, name) ? table[name] : unsayable(`it asks for ${what} “${name.slice(0, 40)}”`)
  }

const sorts = (prefix: 'importance' | 'sensitivity', names: readonly string[]): Readonly<Record<string, RuleTest>> =>
  Object.fromEntries(names.map((name) => [name, { is: 'sort', sort: `${prefix}-${name}` } as RuleTest]))

/** Kilobytes. */
function sizeRange(value: unknown): RuleTest | undefined {
  if (!isObject(value)) return undefined
  const [least, most] = [numberOf(value['minimumSize']) ?? 0, numberOf(value['maximumSize']) ?? 0]
  if (least <= 0 && most <= 0) return undefined
  return { is: 'size', ...(least > 0 ? { atLeast: least * 1024 } : {}), ...(most > 0 ? { atMost: most * 1024 } : {}) }
}

const PREDICATES: Readonly<Record<string, Read>> = {
  bodyContains: words(body),
  bodyOrSubjectContains: words((given) => anyOf([contains('subject')(given), body(given)])),
  categories: words(() => unsayable('it asks for categories, which a message does not have yet when it arrives elsewhere')),
  fromAddresses: people('from'),
  hasAttachments: sort('with-attachment'),
  headerContains: words((given) => anyOf(given.map(headerWord))),
  importance: oneOf(sorts('importance', ['low', 'normal', 'high']), 'the importance'),
  isApprovalRequest: flag(unsayable('it asks whether a message is a request for approval, which only Exchange knows')),
  isAutomaticForward: flag(unsayable('it asks whether a message was forwarded automatically, which messages do not say in one way')),
  isAutomaticReply: sort('automatic-reply'),
  isEncrypted: sort('encrypted'),
  isMeetingRequest: sort('meeting-request'),
  isMeetingResponse: sort('meeting-response'),
  isNonDeliveryReport: sort('non-delivery-report'),
  isPermissionControlled: sort('rights-managed'),
  isReadReceipt: sort('read-receipt'),
  isSigned: sort('signed'),
  isVoicemail: flag(unsayable('it asks whether a message is a voice mail, which only Exchange knows')),
  messageActionFlag: (value) =>
    textOf(value) === undefined ? undefined : unsayable('it asks for a flag for follow-up, which does not travel with a message'),
  notSentToMe: flag({ is: 'not', of: { is: 'to-me', how: 'to' } }),
  recipientContains: words(contains('to', 'cc')),
  senderContains: words(contains('from')),
  sensitivity: oneOf(sorts('sensitivity', ['normal', 'personal', 'private', 'confidential']), 'the sensitivity'),
  sentCcMe: flag({ is: 'to-me', how: 'cc' }),
  sentOnlyToMe: flag({ is: 'to-me', how: 'only' }),
  sentToAddresses: people('to', 'cc'),
  sentToMe: flag({ is: 'to-me', how: 'to' }),
  sentToOrCcMe: flag({ is: 'to-me', how: 'to-or-cc' }),
  subjectContains: words(contains('subject')),
  withinSizeRange: sizeRange,
}

const isSet = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)

const properties = (of: Json): readonly (readonly [string, unknown])[] =>
  Object.entries(of).filter(([name, value]) => !name.includes('@odata') && isSet(value))

/** Every predicate that is set. One that Graph has learnt since this was written is not passed over in silence. */
const predicates = (value: unknown): readonly RuleTest[] =>
  properties(objectOf(value)).flatMap(([name, given]) => {
    const read = Object.hasOwn(PREDICATES, name) ? PREDICATES[name] : undefined
    const test = read === undefined ? unsayable(`it asks for “${name}”, which this version of Offramp does not know`) : read(given)
    return test === undefined ? [] : [test]
  })

const folder = (id: string, copy: boolean): RuleAction => ({ do: 'file', folder: { id }, copy })

const forward =
  (how: 'redirect' | 'forward' | 'attachment') =>
  (value: unknown): readonly RuleAction[] => [{ do: 'forward', how, to: addressesOf(value) }]

const ACTIONS: Readonly<Record<string, (value: unknown) => readonly RuleAction[]>> = {
  assignCategories: (value) => [{ do: 'categorize', names: textsOf(value) }],
  copyToFolder: (value) => [folder(textOf(value) ?? '', true)],
  delete: () => [{ do: 'file', folder: { role: 'trash' }, copy: false }],
  forwardAsAttachmentTo: forward('attachment'),
  forwardTo: forward('forward'),
  markAsRead: () => [{ do: 'mark', as: 'read' }],
  markImportance: (value) =>
    textOf(value) === undefined ? [] : [{ do: 'unsayable', says: 'it changes the importance, for which mail servers have no place' }],
  moveToFolder: (value) => [folder(textOf(value) ?? '', false)],
  permanentDelete: () => [{ do: 'discard' }],
  redirectTo: forward('redirect'),
  stopProcessingRules: () => [],
}

const actions = (value: unknown): readonly RuleAction[] =>
  properties(objectOf(value)).flatMap(([name, given]): readonly RuleAction[] => {
    const read = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    return read === undefined ? [{ do: 'unsayable', says: `it does “${name}”, which this version of Offramp does not know` }] : read(given)
  })

/** One rule of an inbox. Conditions must all hold; a single exception is enough to leave a message alone. */
export function mailRule(rule: Json): MailRule {
  const [when, unless] = [predicates(rule['conditions']), predicates(rule['exceptions'])]
  const does = actions(rule['actions'])
  return {
    name: textOf(rule['displayName']) ?? '',
    // One with an error is not carried out by Exchange either.
    enabled: rule['isEnabled'] === true && rule['hasError'] !== true,
    ...(when.length === 0 ? {} : { when: { is: 'all', of: when } }),
    ...(unless.length === 0 ? {} : { unless: { is: 'any', of: unless } }),
    actions: does,
    stop: objectOf(rule['actions'])['stopProcessingRules'] === true,
  }
}

/** In the order in which Exchange applies them, whatever the order of the answer. */
export const mailRules = (rules: readonly Json[]): readonly MailRule[] =>
  rules.toSorted((left, right) => (numberOf(left['sequence']) ?? 0) - (numberOf(right['sequence']) ?? 0)).map(mailRule)

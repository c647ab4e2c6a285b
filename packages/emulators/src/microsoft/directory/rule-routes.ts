import type { MessageRule } from '@microsoft/microsoft-graph-types'
import type { Reply } from '../../serve/reply.ts'
import type { MailAccount } from '../mail/find.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { wellKnownOf } from '../mail/names.ts'
import { collection, pageOf } from '../odata/page.ts'
import type { RuleSeed } from '../options.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, itemNotFound, noRoute, unknownProperty } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'

/** Properties of a rule, its predicates and its actions in v1.0, with what their values are. */
const RULE = ['id', 'displayName', 'sequence', 'isEnabled', 'hasError', 'isReadOnly', 'conditions', 'exceptions', 'actions']
const TEXTS = [
  'bodyContains',
  'bodyOrSubjectContains',
  'categories',
  'headerContains',
  'recipientContains',
  'senderContains',
  'subjectContains',
]
const PEOPLE = ['fromAddresses', 'sentToAddresses', 'forwardTo', 'forwardAsAttachmentTo', 'redirectTo']
const FLAGS = [
  'hasAttachments',
  'isApprovalRequest',
  'isAutomaticForward',
  'isAutomaticReply',
  'isEncrypted',
  'isMeetingRequest',
  'isMeetingResponse',
  'isNonDeliveryReport',
  'isPermissionControlled',
  'isReadReceipt',
  'isSigned',
  'isVoicemail',
  'notSentToMe',
  'sentCcMe',
  'sentOnlyToMe',
  'sentToMe',
  'sentToOrCcMe',
]
const PREDICATES = [
  ...TEXTS,
  ...FLAGS,
  'fromAddresses',
  'sentToAddresses',
  'importance',
  'messageActionFlag',
  'sensitivity',
  'withinSizeRange',
]
const ACTIONS = [
  'assignCategories',
  'copyToFolder',
  'delete',
  'forwardAsAttachmentTo',
  'forwardTo',
  'markAsRead',
  'markImportance',
  'moveToFolder',
  'permanentDelete',
  'redirectTo',
  'stopProcessingRules',
]

const isRecipient = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(Object(Reflect.get(value, 'emailAddress')), 'address') === 'string'

function isOfType(name: string, value: unknown): boolean {
  if (FLAGS.includes(name)) return typeof value === 'boolean'
  if (TEXTS.includes(name) || name === 'assignCategories') return Array.isArray(value) && value.every((each) => typeof each === 'string')
  if (PEOPLE.includes(name)) return Array.isArray(value) && value.every(isRecipient)
  return true
}

function checkPart(what: string, part: object | undefined, known: readonly string[]): void {
  for (const [name, value] of Object.entries(part ?? {})) {
    if (!known.includes(name)) throw new Error(`A seeded rule has ${what} that Graph does not know: ${name}`)
    if (!isOfType(name, value)) throw new Error(`A seeded rule has a value for ${name} that Graph would not give.`)
  }
}

/** The default: one rule that can be carried over, one that cannot. */
const USUAL: readonly RuleSeed[] = [
  {
    id: 'AQAAANr-1',
    displayName: 'Invoices',
    conditions: { subjectContains: ['invoice'] },
    actions: { moveToFolder: ['Archive'], stopProcessingRules: true },
  },
  { id: 'AQAAANr-2', displayName: 'Voice mail', conditions: { isVoicemail: true }, actions: { markAsRead: true } },
]

/** A folder's id by names from the root down; the well-known ones go by their English names. One that is not there has an id all the same. */
function folderId(mailbox: Mailbox, path: readonly string[]): string {
  const root = mailbox.wellKnown('msgfolderroot')
  let folder = root
  path.forEach((name, depth) => {
    const known = depth === 0 ? mailbox.wellKnown(wellKnownOf(name) ?? '') : undefined
    folder = folder === undefined ? undefined : (known ?? mailbox.children(folder).find((each) => each.name === name))
  })
  return folder === undefined ? mailbox.ids.folder(999_999) : mailbox.ids.folder(folder.serial)
}

/** Throws for a rule that Graph would not have. Asked when a tenant starts. */
export function checkRule(seed: RuleSeed): void {
  for (const name of Object.keys(seed))
    if (!RULE.includes(name)) throw new Error(`A seeded rule has a property that Graph does not know: ${name}`)
  checkPart('a condition', seed.conditions, PREDICATES)
  checkPart('an exception', seed.exceptions, PREDICATES)
  checkPart('an action', seed.actions, ACTIONS)
}

function ruleJson(seed: RuleSeed, at: number, mailbox: Mailbox): MessageRule {
  const { moveToFolder, copyToFolder, ...rest } = seed.actions ?? {}
  return {
    id: seed.id ?? `AQAAANr-${at + 1}`,
    displayName: seed.displayName,
    sequence: seed.sequence ?? at + 1,
    isEnabled: seed.isEnabled ?? true,
    hasError: seed.hasError ?? false,
    isReadOnly: seed.isReadOnly ?? false,
    ...(seed.conditions === undefined ? {} : { conditions: seed.conditions }),
    ...(seed.exceptions === undefined ? {} : { exceptions: seed.exceptions }),
    actions: {
      ...rest,
      ...(moveToFolder === undefined ? {} : { moveToFolder: folderId(mailbox, moveToFolder) }),
      ...(copyToFolder === undefined ? {} : { copyToFolder: folderId(mailbox, copyToFolder) }),
    },
  }
}

const PAGE = { usual: 100, most: 1000 }

/** `GET /users/{u}/mailFolders/inbox/messageRules`, and one of them by its id. */
export function messageRules(asked: Asked, { account, mailbox }: MailAccount): Reply {
  const rules = (account.seed.rules ?? USUAL).map((seed, at) => ruleJson(seed, at, mailbox))
  const [, user = '', , , , id, more] = asked.parts
  if (more !== undefined) throw noRoute(more)
  const context = `users('${user}')/mailFolders('inbox')/messageRules`
  if (id !== undefined) {
    const rule = rules.find((each) => each.id === id)
    if (!rule) throw itemNotFound()
    return jsonReply({ '@odata.context': `${asked.root}/$metadata#${context}/$entity`, ...rule })
  }
  const { query } = asked
  if (query.expand.length > 0 || query.search !== undefined)
    throw badRequest('The query is not supported for messageRule.', 'ErrorInvalidRequest')
  for (const name of query.select ?? []) if (!RULE.includes(name)) throw unknownProperty(name, 'messageRule')
  const { items, nextLink } = pageOf(rules, asked, PAGE)
  const value = items.map((rule) => Object.fromEntries(Object.entries(rule).filter(([name]) => query.select?.includes(name) ?? true)))
  return jsonReply(collection(context, asked, { value, count: rules.length, nextLink }))
}

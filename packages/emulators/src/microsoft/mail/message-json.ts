import type { Message as GraphMessage, Recipient, SingleValueLegacyExtendedProperty } from '@microsoft/microsoft-graph-types'
import { hash32 } from '../../generate/random.ts'
import type { MailFacts } from '../../mail/body.ts'
import { warmFacts, warmPreview } from '../../mail/warm.ts'
import { unknownProperty } from '../serve/errors.ts'
import type { IdSpace } from './ids.ts'
import type { Mailbox } from './mailbox.ts'
import { headersOf, previewOf, textOf } from './message-text.ts'
import type { Message } from './state.ts'

/** A message as one request sees it; what costs work is done when first asked for. */
export interface MessageView {
  readonly mailbox: Mailbox
  readonly message: Message
  readonly ids: IdSpace
  facts(): MailFacts
}

export function viewOf(mailbox: Mailbox, message: Message, ids: IdSpace): MessageView {
  let facts: MailFacts | undefined
  return {
    mailbox,
    message,
    ids,
    facts: () => {
      facts ??= warmFacts(message.body)
      return facts
    },
  }
}

/** Outlook's times have whole seconds. */
export const graphTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const recipient = (person: { readonly name: string; readonly address: string }): Recipient => ({
  emailAddress: { name: person.name === '' ? person.address : person.name, address: person.address },
})

export const changeKeyOf = (message: Message): string => Buffer.from(`CQAAAB${message.serial}.${message.change}.....`).toString('base64')

type Wanted = Omit<GraphMessage, 'attachments' | 'extensions' | 'multiValueExtendedProperties' | 'singleValueExtendedProperties'>
type Properties = { readonly [Name in keyof Required<Wanted>]: (view: MessageView) => Wanted[Name] }

const idOf = ({ mailbox, message, ids }: MessageView): string => mailbox.ids.message(message, ids)

const PROPERTIES: Properties = {
  id: idOf,
  createdDateTime: ({ message }) => graphTime(message.createdAt),
  lastModifiedDateTime: ({ message }) => graphTime(message.modifiedAt),
  changeKey: ({ message }) => changeKeyOf(message),
  categories: ({ message }) => [...message.marks.categories],
  receivedDateTime: ({ message }) => graphTime(message.receivedAt),
  sentDateTime: ({ message, facts }) => graphTime(facts().sentAt ?? message.receivedAt),
  hasAttachments: ({ facts }) => facts().hasAttachments,
  internetMessageId: ({ facts }) => facts().messageId ?? null,
  subject: ({ facts }) => facts().subject,
  bodyPreview: (view) => warmPreview(view.message.body, previewOf),
  importance: ({ message }) => message.marks.importance,
  parentFolderId: ({ mailbox, message }) => mailbox.ids.folder(message.folder.serial),
  conversationId: ({ facts }) =>
    Buffer.from(`AAQk${hash32(facts().conversation)}${hash32(facts().conversation, 2)}======`).toString('base64url'),
  conversationIndex: ({ message, facts }) => Buffer.from(`\u0001${hash32(facts().conversation)}.${message.serial}`).toString('base64'),
  isDeliveryReceiptRequested: ({ message }) => (message.draft ? null : false),
  isReadReceiptRequested: () => false,
  isRead: ({ message }) => message.marks.read,
  isDraft: ({ message }) => message.draft,
  webLink: (view) => `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(idOf(view))}&exvsurl=1&viewmodel=ReadMessageItem`,
  inferenceClassification: () => 'focused',
  body: (view) => textOf(view.message.body),
  uniqueBody: (view) => textOf(view.message.body),
  sender: ({ facts }) => (facts().from ? recipient(facts().from ?? { name: '', address: '' }) : null),
  from: ({ facts }) => (facts().from ? recipient(facts().from ?? { name: '', address: '' }) : null),
  toRecipients: ({ facts }) => facts().to.map(recipient),
  ccRecipients: ({ facts }) => facts().cc.map(recipient),
  bccRecipients: ({ facts }) => facts().bcc.map(recipient),
  replyTo: ({ facts }) => facts().replyTo.map(recipient),
  flag: ({ message }) => ({ flagStatus: message.marks.flag }),
  internetMessageHeaders: ({ message }) => headersOf(message.body),
}

const NOT_BY_DEFAULT = new Set(['uniqueBody', 'internetMessageHeaders'])
const ALWAYS: readonly string[] = Object.keys(PROPERTIES).filter((name) => !NOT_BY_DEFAULT.has(name))
/** What Mail.ReadBasic.All does not show. */
export const BODY_PROPERTIES: ReadonlySet<string> = new Set(['body', 'bodyPreview', 'uniqueBody'])

const isProperty = (name: string): name is keyof Properties => Object.hasOwn(PROPERTIES, name)

/** The properties that `$select` asks for. Throws the real 400 for one that messages do not have. */
export function selectedProperties(select: readonly string[] | undefined): readonly string[] {
  if (select === undefined || select.includes('*')) return ALWAYS
  for (const name of select) if (!isProperty(name)) throw unknownProperty(name, 'message')
  return select.includes('id') ? select : ['id', ...select]
}

/** One property's value, for filters and orders; undefined where messages do not have it. */
export const propertyOf = (view: MessageView, name: string): unknown => (isProperty(name) ? PROPERTIES[name](view) : undefined)

const odataType = (facts: () => MailFacts): string =>
  facts().meeting ? '#microsoft.graph.eventMessageRequest' : '#microsoft.graph.message'

export interface Shape {
  readonly properties: readonly string[]
  /** Extended properties to expand, as the request spells them. */
  readonly extended: readonly string[]
  /** Delta values always say their type; plain lists only where it is not the collection's. */
  readonly typed: boolean
}

/** A message in JSON. */
export function messageJson(view: MessageView, shape: Shape): Record<string, unknown> {
  const { message, facts } = view
  const json: Record<string, unknown> = {}
  const onlyId = shape.properties.length === 1
  if (shape.typed) json['@odata.type'] = onlyId ? '#microsoft.graph.message' : odataType(facts)
  else if (!onlyId && facts().meeting) json['@odata.type'] = odataType(facts)
  json['@odata.etag'] = `W/"${changeKeyOf(message)}"`
  for (const name of shape.properties) if (isProperty(name)) json[name] = PROPERTIES[name](view)
  const extended = extendedOf(view, shape.extended)
  if (extended.length > 0) json['singleValueExtendedProperties'] = extended
  return json
}

function extendedValue({ message, facts }: MessageView, id: string): string | undefined {
  switch (id) {
    case 'integer 0xe08':
    case 'long 0xe08':
      return String(facts().storeSize)
    case 'integer 0x1081':
      return message.marks.verb === 0 ? undefined : String(message.marks.verb)
    case 'integer 0xe07':
      return String((message.marks.read ? 1 : 0) | (message.draft ? 8 : 0) | (facts().hasAttachments ? 16 : 0))
    case 'string 0x1a':
      return facts().meeting === 'request' ? 'IPM.Schedule.Meeting.Request' : facts().meeting ? 'IPM.Schedule.Meeting.Canceled' : 'IPM.Note'
    case 'string 0x1035':
      return facts().messageId
    case 'systemtime 0xe06':
      return graphTime(message.receivedAt)
    default:
      return undefined
  }
}

/** `Integer 0x0E08` comes back as `Integer 0xe08`: lower case, no leading zero. */
export function normalPropertyId(id: string): string {
  const tag = /^(\w+) 0x0*([0-9a-f]+)$/i.exec(id)
  return tag ? `${tag[1]} 0x${(tag[2] ?? '').toLowerCase()}` : id
}

function extendedOf(view: MessageView, asked: readonly string[]): SingleValueLegacyExtendedProperty[] {
  return asked.flatMap((each) => {
    const id = normalPropertyId(each)
    const value = extendedValue(view, id.toLowerCase())
    return value === undefined ? [] : [{ id, value }]
  })
}

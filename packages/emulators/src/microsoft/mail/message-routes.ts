import { isRewrittenBody, writeBody } from '../../mail/body.ts'
import { warmBytes } from '../../mail/warm.ts'
import type { Reply } from '../../serve/reply.ts'
import { matches, readPath } from '../odata/matches.ts'
import { collection, pageOf, selectSuffix } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError, notSupported, unknownProperty } from '../serve/errors.ts'
import { bytesReply, jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { attachmentsOf } from './attachments.ts'
import { extendedIds, findMessage, type MailAccount } from './find.ts'
import { foundBy } from './folder-json.ts'
import { messageJson, propertyOf, type Shape, selectedProperties, viewOf } from './message-json.ts'
import { byReceived, newestFirst } from './order.ts'
import { poisonError } from './poison.ts'
import type { Folder, Message } from './state.ts'

const PAGE = { usual: 10, most: 1000 }

/** What a request wants to see of each message. Checks `$select` and `$expand`. */
export function shapeOf(asked: Asked, typed: boolean): Shape & { readonly attachments: boolean } {
  const { query } = asked
  for (const { path } of query.expand) {
    if (path !== 'attachments' && path !== 'singleValueExtendedProperties') throw unknownProperty(path, 'message')
  }
  return {
    properties: selectedProperties(query.select),
    extended: extendedIds(query.expand),
    typed,
    attachments: query.expand.some((each) => each.path === 'attachments'),
  }
}

/** One poisoned item fails its whole page, unless nothing but ids is asked for (microsoft-graph-docs issue 2913). */
export function checkPage(messages: Iterable<Message>, shape: Shape): void {
  if (shape.properties.length === 1 && shape.extended.length === 0) return
  for (const message of messages) {
    if (message.poison === 'page') throw new GraphError(500, 'InternalServerError', 'Error while processing response.')
  }
}

function ordered(messages: readonly Message[], asked: Asked, account: MailAccount): readonly Message[] {
  const { orderby } = asked.query
  const only = orderby[0]
  if (only === undefined || (orderby.length === 1 && only.path === 'receivedDateTime' && only.descending)) return messages
  const keyed = messages.map((message) => {
    const view = viewOf(account.mailbox, message, asked.prefer.ids)
    return { message, keys: orderby.map(({ path }) => read(view, path)) }
  })
  keyed.sort((left, right) => {
    for (const [at, { descending }] of orderby.entries()) {
      const [one, other] = [String(left.keys[at] ?? ''), String(right.keys[at] ?? '')]
      if (one !== other) return (one < other ? -1 : 1) * (descending ? -1 : 1)
    }
    return left.message.serial - right.message.serial
  })
  return keyed.map(({ message }) => message)
}

function read(view: ReturnType<typeof viewOf>, path: string): unknown {
  const [first = '', ...rest] = path.split('/')
  const value = propertyOf(view, first)
  if (value === undefined) throw unknownProperty(first, 'message')
  return rest.length === 0 ? value : readPath(value, rest.join('/'))
}

/** `GET .../messages`, of one folder or of the whole mailbox. */
export function listMessages(asked: Asked, account: MailAccount, folder: Folder | undefined): Reply {
  const { mailbox } = account
  const { query, prefer } = asked
  if (query.search !== undefined) throw badRequest('$search is not supported by this tenant.', 'SearchWithUnsupportedQuery')
  const shape = shapeOf(asked, false)
  const everything = () => (folder?.search ? [...foundBy(mailbox)] : [...mailbox.messages.values()]).sort(byReceived)
  const all = folder && !folder.search ? newestFirst(folder) : everything()
  const { filter } = query
  const passing =
    filter === undefined ? all : all.filter((message) => matches(filter, (path) => read(viewOf(mailbox, message, prefer.ids), path)))
  const page = pageOf(ordered(passing, asked, account), asked, PAGE)
  checkPage(page.items, shape)
  const where = folder ? `/mailFolders('${encodeURIComponent(asked.parts[3] ?? '')}')` : ''
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')${where}/messages${selectSuffix(asked)}`, asked, {
      value: page.items.map((message) => oneMessage(asked, account, message, shape)),
      count: passing.length,
      nextLink: page.nextLink,
    }),
  )
}

function oneMessage(asked: Asked, { mailbox }: MailAccount, message: Message, shape: ReturnType<typeof shapeOf>): Record<string, unknown> {
  const json = messageJson(viewOf(mailbox, message, asked.prefer.ids), shape)
  if (shape.attachments) json['attachments'] = attachmentsOf(message).map((each) => each.json({ content: true, item: false }))
  return json
}

/** `GET /users/{u}/messages/{id}`. */
export function getMessage(asked: Asked, account: MailAccount, id: string): Reply {
  const { message } = findMessage(account.mailbox, id)
  const shape = shapeOf(asked, false)
  checkPage([message], shape)
  const context = `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/messages${selectSuffix(asked)}/$entity`
  return jsonReply({ '@odata.context': context, ...oneMessage(asked, account, message, shape) })
}

const sizeOf = (message: Message): number => writeBody(message.body).reduce((sum, piece) => sum + piece.length, 0)

/** `GET .../messages/$count`: a bare number. */
export function countMessages(asked: Asked, { mailbox }: MailAccount, folder: Folder): Reply {
  const { filter } = asked.query
  const all = folder.search ? foundBy(mailbox) : newestFirst(folder)
  const passing =
    filter === undefined ? all : all.filter((message) => matches(filter, (path) => read(viewOf(mailbox, message, asked.prefer.ids), path)))
  return bytesReply([Buffer.from(String(passing.length))], 'text/plain')
}

/** `GET /users/{u}/messages/{id}/$value`: the MIME, as `text/plain` without a charset, written anew each time. */
export function getValue(state: TenantState, account: MailAccount, id: string): Reply {
  const { message } = findMessage(account.mailbox, id)
  state.counting.fetches += 1
  if (message.fetches === 0) state.counting.fetched += 1
  message.fetches += 1
  const error = message.poison && poisonError(message.poison)
  if (error) throw error
  const { mimeLimitBytes: limit } = state.quirks
  if (limit > 0 && sizeOf(message) > limit) throw poisonError('transport') ?? notSupported()
  const rewritten = state.quirks.regenerateMime && message.fetches > 1 && isRewrittenBody(message.body)
  if (rewritten) return bytesReply(writeBody(message.body, message.fetches - 1), 'text/plain')
  return bytesReply(state.warm ? warmBytes(message) : writeBody(message.body), 'text/plain')
}

import type { Reply } from '../../serve/reply.ts'
import { readPath } from '../odata/matches.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, notSupported } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { MailAccount } from './find.ts'
import type { IdSpace } from './ids.ts'

const MOST = 1_000
const SPACES: Readonly<Record<string, IdSpace>> = { restId: 'default', restImmutableEntryId: 'immutable' }

function bodyOf(asked: Asked): unknown {
  try {
    return JSON.parse(asked.body.toString())
  } catch {
    throw badRequest('Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.')
  }
}

/** `POST /users/{u}/translateExchangeIds`, between default and immutable ids. */
export function translateIds(asked: Asked, { mailbox }: MailAccount): Reply {
  if (asked.method !== 'POST') throw notSupported()
  const body = bodyOf(asked)
  const inputIds = readPath(body, 'inputIds')
  const [from, to] = [SPACES[String(readPath(body, 'sourceIdType'))], SPACES[String(readPath(body, 'targetIdType'))]]
  if (!Array.isArray(inputIds) || from === undefined || to === undefined)
    throw badRequest('The id types or ids of the request are invalid.', 'ErrorInvalidArgument')
  if (inputIds.length > MOST)
    throw badRequest(`Too many ids were given: ${inputIds.length}; at most ${MOST} are allowed.`, 'ErrorInvalidArgument')
  const value = inputIds.map((sourceId: unknown) => {
    const read = typeof sourceId === 'string' ? mailbox.ids.readMessage(sourceId) : undefined
    const message = read?.space === from ? mailbox.messages.get(read.facts.serial) : undefined
    if (!message) return { sourceId, errorDetails: { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' } }
    return { sourceId, targetId: mailbox.ids.message(message, to) }
  })
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#Collection(microsoft.graph.convertIdResult)`, value })
}

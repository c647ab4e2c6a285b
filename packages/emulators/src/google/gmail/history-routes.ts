import type { Asked, Shown } from '../serve/asked.ts'
import { invalidArgument, notFound } from '../serve/errors.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import type { Change, HistoryRecord } from './state.ts'

const TYPES: Readonly<Record<string, Change['what']>> = {
  messageAdded: 'messagesAdded',
  messageDeleted: 'messagesDeleted',
  labelAdded: 'labelsAdded',
  labelRemoved: 'labelsRemoved',
}

/** `history.list`: what has changed since a number, oldest first. */
export function listHistory(asked: Asked): Shown {
  const { history } = asked.account.mailbox
  const most = sizeOf(asked, 100, 500)
  const state = pageOf(asked)
  const text = asked.query.get('startHistoryId')
  if (text === null) throw invalidArgument('Missing required parameter: startHistoryId')
  if (!/^\d{1,20}$/.test(text)) throw invalidArgument(`Invalid value at 'start_history_id' (TYPE_UINT64), "${text}"`)
  const [from = text] = state?.at ?? []
  const records = history.after(BigInt(from))
  if (!records) throw tooOld(asked, text)
  const page = state?.page ?? 0
  const room = page > 0 && page % 4 === 3 ? Math.ceil(most * 0.6) : most
  const wanted = wantedOf(asked)
  const shown: object[] = []
  let last: HistoryRecord | undefined
  let more = false
  for (const record of records) {
    more = shown.length >= room
    if (more) break
    last = record
    const changes = record.changes.filter(wanted)
    if (changes.length > 0) shown.push(recordJson(record.id, changes))
  }
  return {
    json: {
      ...(shown.length > 0 && { history: shown }),
      ...(more && { nextPageToken: tokenOf(asked, page + 1, [String(last?.id ?? from)]) }),
      // On each page the newest of all: only that of the last page is where the client stands then.
      historyId: String(history.now),
    },
  }
}

/** Whoever asks again from the same number has not understood that it is gone for ever. */
function tooOld(asked: Asked, start: string): Error {
  const { habits, violations } = asked.state
  const key = `history ${asked.account.address} ${start}`
  if (habits.has(key)) violations.note(`history.list again from a number that was too old, in ${asked.account.address}`)
  habits.set(key, 1)
  return notFound()
}

function wantedOf(asked: Asked): (change: Change) => boolean {
  const types = asked.query.getAll('historyTypes').map((name) => {
    const type = TYPES[name]
    if (!type) throw invalidArgument(`Invalid value at 'history_types' (type.googleapis.com/gmail.api.HistoryType), "${name}"`)
    return type
  })
  const label = asked.query.get('labelId')
  return ({ what, labels, changed }) =>
    (types.length === 0 || types.includes(what)) && (label === null || labels.includes(label) || changed.includes(label))
}

/** Messages "typically only have id and threadId": every other record says no labels, and no labels said is not no labels. */
function recordJson(id: bigint, changes: readonly Change[]): object {
  const full = id % 2n === 0n
  const messageJson = (change: Change) => ({
    id: change.id,
    threadId: change.threadId,
    ...(full && change.labels.length > 0 && { labelIds: change.labels }),
  })
  const json: Record<string, unknown> = {
    id: String(id),
    messages: changes.map((change) => ({ id: change.id, threadId: change.threadId })),
  }
  for (const what of Object.values(TYPES)) {
    const own = changes.filter((change) => change.what === what)
    if (own.length === 0) continue
    json[what] = own.map((change) => ({
      message: messageJson(change),
      ...(change.changed.length > 0 && { labelIds: change.changed }),
    }))
  }
  return json
}

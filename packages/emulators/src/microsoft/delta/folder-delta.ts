import type { Reply } from '../../serve/reply.ts'
import type { MailAccount } from '../mail/find.ts'
import { folderJson, selectedFolderProperties } from '../mail/folder-json.ts'
import { linkPath } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { GraphError, quotaExceeded } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'

const DEFAULT_PAGE = 10

/** A folder delta's token: since which change, up to which, after which folder; and the properties. */
interface FolderState {
  readonly since: number
  readonly upTo: number
  readonly after: number
  readonly select: readonly string[] | undefined
}

const seal = (state: FolderState): string =>
  Buffer.from(JSON.stringify([state.since, state.upTo, state.after, state.select ?? null])).toString('base64url')

function open(token: string): FolderState {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (Array.isArray(parsed) && parsed.slice(0, 3).every((each) => typeof each === 'number')) {
      const [since, upTo, after, select] = parsed
      return { since, upTo, after, select: Array.isArray(select) ? select : undefined }
    }
  } catch {
    // Falls through to the answer for a token that is none.
  }
  throw new GraphError(410, 'SyncStateInvalid', 'The sync state is invalid.')
}

/** `GET /users/{u}/mailFolders/delta`: the whole tree, flat, hidden folders included. */
export function folderDelta(asked: Asked, { account, mailbox }: MailAccount): Reply {
  if (account.overQuota) throw quotaExceeded()
  const token = asked.query.skiptoken ?? asked.query.deltatoken
  const state = token === undefined ? { since: 0, upTo: mailbox.seq, after: 0, select: asked.query.select } : open(token)
  const upTo = asked.query.deltatoken === undefined ? state.upTo : mailbox.seq
  const limit = asked.prefer.maxPageSize ?? DEFAULT_PAGE
  const properties = selectedFolderProperties(state.select)
  const changed = [...mailbox.folders.values()]
    .filter((folder) => folder.parent !== undefined && folder.changedAt > state.since && folder.serial > state.after)
    .sort((left, right) => left.serial - right.serial)
  const shown = changed.slice(0, limit)
  const last = shown.length === changed.length
  const gone = last && state.since > 0 ? [...mailbox.goneFolders].filter(([, at]) => at > state.since).map(([serial]) => serial) : []
  const value = [
    ...shown.map((folder) => folderJson(mailbox, folder, { properties, extended: [] })),
    ...gone.map((serial) => ({
      '@odata.type': '#microsoft.graph.mailFolder',
      id: mailbox.ids.folder(serial),
      '@removed': { reason: 'deleted' },
    })),
  ]
  const next = last
    ? { since: upTo, upTo, after: 0, select: state.select }
    : { since: state.since, upTo, after: shown.at(-1)?.serial ?? 0, select: state.select }
  const path = linkPath({ ...asked, path: `/users('${encodeURIComponent(asked.parts[1] ?? '')}')/mailFolders/delta` })
  const link = last
    ? { '@odata.deltaLink': `${path}?$deltatoken=${seal(next)}` }
    : { '@odata.nextLink': `${path}?$skiptoken=${seal(next)}` }
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#Collection(mailFolder)`, ...link, value })
}

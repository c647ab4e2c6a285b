import { type Call, type Cursor, Fault, type Listing, type Log } from '@offramp/core'
import { type Json, objectsOf } from '@offramp/wire'
import { type GraphClient, linkOf } from './client.ts'
import { decodePosition, encodePosition, type Mode, type Position } from './outlook-cursor.ts'

/** What a page of a folder, calendar or list holds, before it becomes refs. */
export interface RawPage {
  readonly values: readonly Json[]
  /** The values are ids (and versions) only: everything else has to be asked for one by one. */
  readonly bare: boolean
  /** Place in the listing of an item that Graph can not even name. */
  readonly unlistable?: number
  readonly cursor: Cursor
  readonly last: boolean
}

export interface PageReader {
  readonly mailbox: GraphClient
  readonly log: Log
  /** How a listing is walked for the first time. `list`: it knows no changes, and later walks are by ids alone. */
  readonly begins: 'delta' | 'list'
  /** Most items in one page. */
  readonly most: number
  /** Path and query of a listing's first page in a mode, encoded. */
  pathOf(listing: Listing, mode: Mode): string
}

/** Pages shrink by this factor when they fail as a whole, and grow back twofold. */
const SHRINK = 8

/** In this order. What a mode cannot list, the next may: fewer properties, and no sync state. */
const NEXT_MODE: Readonly<Record<Mode, Mode | undefined>> = { delta: 'ids', ids: 'list-ids', list: 'list-ids', 'list-ids': undefined }

/** What Graph cannot read, a page or an item: not a connection that failed, and nothing that passes by waiting. */
export const isUnreadable = (thrown: unknown): thrown is Fault =>
  thrown instanceof Fault &&
  thrown.reach === 'call' &&
  !thrown.connection &&
  /^(graph-page-failed|http-50[024]|graph-transport-broke)$/.test(thrown.code)

/**
 * The page after `after`. One item that Graph cannot read fails its whole page with 500 (microsoft-graph-docs#2913): such a page is
 * asked for in smaller ones, then by ids alone, until the item is alone.
 */
export async function readPage(
  reader: PageReader,
  listing: Listing,
  at: { after: Cursor | undefined; limit: number; call: Call },
): Promise<RawPage> {
  const limit = Math.max(1, Math.min(at.limit, reader.most))
  const start = decodePosition(at.after, reader.begins)
  try {
    return await readFrom(reader, listing, { start, limit, call: at.call })
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    if (thrown.code === 'graph-over-quota' && start.mode !== 'list' && start.mode !== 'list-ids') {
      reader.log.warn({ code: thrown.code }, 'The mailbox is full: its folders are listed without changes.')
      return readFrom(reader, listing, { start: { mode: 'list' }, limit, call: at.call })
    }
    // A folder that vanished has nothing more to say. Its items, if they are still anywhere, are listed where they are.
    if (thrown.code === 'graph-folder-gone') return { values: [], bare: true, cursor: at.after ?? encodePosition(start), last: true }
    if (thrown.code === 'graph-bad-request' && start.link !== undefined) {
      throw new Fault({
        reach: 'listing',
        code: 'graph-cursor-refused',
        message: `Microsoft refuses the stored cursor of a folder in ${reader.mailbox.about}.`,
      })
    }
    throw thrown
  }
}

interface From {
  readonly start: Position
  readonly limit: number
  readonly call: Call
}

async function readFrom(reader: PageReader, listing: Listing, { start, limit, call }: From): Promise<RawPage> {
  let size = Math.min(limit, start.size ?? limit)
  let first: Fault | undefined
  for (;;) {
    try {
      return await ask(reader, listing, { position: { ...start, size }, limit, call, careful: first !== undefined })
    } catch (thrown) {
      if (!isUnreadable(thrown)) throw thrown
      first ??= thrown
      if (size === 1) break
      size = Math.max(1, Math.floor(size / SHRINK))
      reader.log.info({ code: thrown.code, size }, 'A page failed as a whole and is asked for in smaller ones.')
    }
  }
  return aroundPoison(reader, listing, { start, limit, call, first })
}

/** Alone on its page, and still failing: another way of listing, or a step over it, if what comes after it can be listed. */
async function aroundPoison(reader: PageReader, listing: Listing, from: From & { first: Fault }): Promise<RawPage> {
  const mode = NEXT_MODE[from.start.mode]
  if (mode !== undefined) {
    reader.log.warn({ code: from.first.code, mode }, 'An item makes its page fail; the folder is listed by ids.')
    try {
      return await readFrom(reader, listing, { ...from, start: { mode } })
    } catch (thrown) {
      // Whatever stops the detour, the first failure says more; a wait is still a wait.
      throw isUnreadable(thrown) ? from.first : thrown
    }
  }
  const skipped = skipOf(reader, listing, from.start)
  if (skipped === undefined) throw from.first
  const beyond = { mode: from.start.mode, link: withSkip(skipped.link, skipped.at + 1), size: 1 }
  // The neighbour decides: where it fails as well, the service is ill and not the item.
  const neighbour = await ask(reader, listing, { position: beyond, limit: from.limit, call: from.call, careful: true }).catch(
    (thrown: unknown) => {
      throw isUnreadable(thrown) ? from.first : thrown
    },
  )
  reader.log.warn({ code: from.first.code }, 'An item cannot even be named by Microsoft; it is passed over and reported.')
  return { ...neighbour, unlistable: skipped.at }
}

async function ask(
  reader: PageReader,
  listing: Listing,
  on: { position: Position & { size: number }; limit: number; call: Call; careful: boolean },
): Promise<RawPage> {
  const { mode, link, size } = on.position
  const bare = mode === 'ids' || mode === 'list-ids'
  const answer = await reader.mailbox.json(
    {
      path: link ?? reader.pathOf(listing, mode),
      asks: 'page',
      // Never $top: on Outlook's delta it bounds the whole listing (microsoft-graph-docs#2232). And on every page: links do not hold it.
      prefer: [`odata.maxpagesize=${size}`],
      ...(on.careful ? { tries: 2 } : {}),
    },
    on.call,
  )
  const next = linkOf(answer, '@odata.nextLink')
  const delta = linkOf(answer, '@odata.deltaLink')
  const values = objectsOf(answer['value'])
  const grown = size * 2 >= on.limit ? {} : { size: size * 2 }
  if (next !== undefined) return { values, bare, cursor: encodePosition({ mode, link: next, ...grown }), last: false }
  if (delta !== undefined) return { values, bare, cursor: encodePosition({ mode, link: delta }), last: true }
  if (mode === 'list' || mode === 'list-ids')
    return { values, bare, cursor: encodePosition({ mode: reader.begins === 'delta' ? 'delta' : 'list-ids' }), last: true }
  throw new Fault({
    reach: 'call',
    code: 'graph-no-link',
    message: `A page of ${reader.mailbox.about} ended without a link to go on from.`,
  })
}

/** Where a plain listing stands, if its link says so openly. */
function skipOf(
  reader: PageReader,
  listing: Listing,
  { mode, link }: Position,
): { readonly at: number; readonly link: string } | undefined {
  if (link === undefined) return { at: 0, link: `/v1.0${reader.pathOf(listing, mode)}` }
  const at = /[?&](?:\$|%24)skip=(\d+)/i.exec(link)?.[1]
  return at === undefined ? undefined : { at: Number(at), link }
}

function withSkip(link: string, at: number): string {
  const bare = link.replace(/([?&])(?:\$|%24)skip=\d+&?/i, '$1').replace(/[?&]$/, '')
  return `${bare}${bare.includes('?') ? '&' : '?'}$skip=${at}`
}

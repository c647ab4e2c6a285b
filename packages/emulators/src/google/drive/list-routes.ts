import { hash32 } from '../../generate/random.ts'
import type { Asked, Shown } from '../serve/asked.ts'
import { pageOf, tokenOf } from '../serve/pages.ts'
import { isMember } from './access.ts'
import { driveNotFound, invalidValue, notMember } from './errors.ts'
import type { DriveFile } from './file.ts'
import { fileJson, wantedIn } from './file-json.ts'
import { type Matches, parseQuery, type Queried } from './query.ts'
import { callerOf, isShown, supportsAllDrives } from './who.ts'

/** `pageSize` of a list. */
export function pageSizeOf(asked: Asked, usual: number, most: number): number {
  const text = asked.query.get('pageSize')
  if (text === null) {
    asked.state.violations.note(`${asked.method} without pageSize: pages of ${usual} where ${most} cost the same`)
    return usual
  }
  const size = Number(text)
  if (!/^\d+$/.test(text) || size < 1 || size > most)
    throw invalidValue(`Invalid value '${text}'. Values must be within the range: [1, ${most}]`)
  return size
}

/** `nextPageToken` that is not asked for ends a listing after its first page, without an error (facts 2.4). */
export function checkMask(asked: Asked, name = 'nextPageToken'): void {
  const fields = asked.query.get('fields')
  if (fields !== null && fields !== '*' && !fields.includes(name))
    asked.state.violations.note(`${asked.method}: ${name} is not among the fields, so that the listing ends early`)
}

function corpusOf(asked: Asked): string | undefined {
  const corpora = asked.query.get('corpora') ?? 'user'
  const driveId = asked.query.get('driveId') ?? undefined
  if (!['user', 'drive', 'domain', 'allDrives'].includes(corpora)) throw invalidValue()
  if ((corpora === 'drive') !== (driveId !== undefined))
    throw invalidValue('The driveId parameter must be specified if and only if corpora is set to drive.')
  const whole = asked.query.get('includeItemsFromAllDrives') === 'true' && supportsAllDrives(asked)
  if (driveId !== undefined && !whole)
    throw invalidValue('The includeItemsFromAllDrives and supportsAllDrives parameters must be set to true for a shared drive.')
  if (!whole) asked.state.violations.note('files.list without supportsAllDrives and includeItemsFromAllDrives: items are missing unsaid')
  const drive = driveId === undefined ? undefined : asked.state.drive.store.drives.get(driveId)
  if (driveId === undefined) return undefined
  if (drive === undefined) throw driveNotFound(driveId)
  if (!isMember(drive.permissions, callerOf(asked))) throw notMember()
  return driveId
}

function queried(asked: Asked, file: DriveFile): Queried {
  const { store } = asked.state.drive
  const me = asked.account.address
  return {
    name: file.name,
    mimeType: file.mimeType,
    get trashed() {
      return store.isTrashed(file)
    },
    starred: file.starred ?? false,
    sharedWithMe: file.owner !== me && file.driveId === undefined && file.permissions.some(({ type }) => type !== 'anyone'),
    modifiedAt: file.modifiedAt,
    createdAt: file.createdAt,
    isIn: (parent) => file.parents.includes(parent === 'root' ? store.rootOf(me) : parent),
    isOwnedBy: (who) => file.owner === (who === 'me' ? me : who.toLowerCase()),
  }
}

/** What one page of a listing holds, and where the next begins. */
function pageFrom(asked: Asked, { matches, driveId, size }: { matches: Matches; driveId: string | undefined; size: number }) {
  const { drive, quirks } = asked.state
  const state = pageOf(asked)
  const [rank = -1, id = '', generation = drive.store.generation] = state?.at ?? []
  // "Several hours" (facts 2.2); a test says when they are over.
  if (generation !== drive.store.generation) throw invalidValue('Invalid Value')
  const page = (state?.page ?? 0) + 1
  if (quirks.emptyPageEvery > 0 && page % quirks.emptyPageEvery === 0)
    return { files: [], next: tokenOf(asked, page, [rank, id, generation]) }
  const files: DriveFile[] = []
  const all = drive.store.ordered()
  const most = quirks.pageItems > 0 ? Math.min(size, quirks.pageItems) : size
  for (let at = firstBehind(all, Number(rank), String(id)); at < all.length; at++) {
    const file = all[at]
    if (file === undefined || drive.store.isRoot(file.id) || file.driveId !== driveId) continue
    if (!matches(queried(asked, file))) continue
    if (driveId === undefined && !isShown(asked, file)) continue
    if (files.length === most) {
      const last = files.at(-1)
      return { files, next: tokenOf(asked, page, [hash32('rank', last?.id ?? ''), last?.id ?? '', generation]) }
    }
    files.push(file)
  }
  return { files, next: undefined }
}

function firstBehind(all: readonly DriveFile[], rank: number, id: string): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const file = all[middle]
    const own = hash32('rank', file?.id ?? '')
    if (own < rank || (own === rank && (file?.id ?? '') <= id)) low = middle + 1
    else high = middle
  }
  return low
}

export function listFiles(asked: Asked): Shown {
  checkMask(asked)
  checkMask(asked, 'incompleteSearch')
  const driveId = corpusOf(asked)
  const { drive } = asked.state
  const q = asked.query.get('q') ?? ''
  const matches = q.trim() === '' ? () => true : parseQuery(q)
  const size = pageSizeOf(asked, 100, 1_000)
  const { files, next } = pageFrom(asked, { matches, driveId, size })
  const incompleteSearch = asked.query.get('corpora') === 'allDrives' || drive.incomplete > 0
  if (drive.incomplete > 0) drive.incomplete -= 1
  const wanted = wantedIn(asked, ['files'])
  return {
    json: {
      kind: 'drive#fileList',
      incompleteSearch,
      // What was not searched is simply not there.
      files: (incompleteSearch ? files.slice(0, files.length >> 1) : files).map((file) => fileJson(asked, file, wanted)),
      ...(next !== undefined && { nextPageToken: next }),
    },
  }
}

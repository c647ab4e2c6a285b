import type { Asked, Shown } from '../serve/asked.ts'
import { isMember } from './access.ts'
import { driveNotFound, invalidValue } from './errors.ts'
import { fileJson, wantedIn } from './file-json.ts'
import { checkMask, pageSizeOf } from './list-routes.ts'
import type { LoggedChange } from './store.ts'
import { callerOf, isShown, supportsAllDrives } from './who.ts'

function logOf(asked: Asked): string {
  const driveId = asked.query.get('driveId') ?? ''
  const drive = asked.state.drive.store.drives.get(driveId)
  if (driveId === '') return ''
  if (!supportsAllDrives(asked)) throw invalidValue('The supportsAllDrives parameter must be set to true for a shared drive.')
  if (drive === undefined || !isMember(drive.permissions, callerOf(asked))) throw driveNotFound(driveId)
  return driveId
}

const seal = (asked: Asked, at: number, driveId: string): string =>
  asked.state.drive.tokens.seal({ at, driveId, address: asked.account.address })

export function startPageToken(asked: Asked): Shown {
  const driveId = logOf(asked)
  return { json: { kind: 'drive#startPageToken', startPageToken: seal(asked, asked.state.drive.store.log.length, driveId) } }
}

/** Where a token stands; what is no token, or too old, or another's, is refused. */
function placeOf(asked: Asked, driveId: string): number {
  const token = asked.query.get('pageToken') ?? ''
  const state = asked.state.drive.tokens.open(token)
  if (
    state === undefined ||
    state.driveId !== driveId ||
    state.address !== asked.account.address ||
    state.at < asked.state.drive.store.horizon
  )
    throw invalidValue(`Invalid Value: pageToken ${token.slice(0, 8)}`)
  return state.at
}

/** Only of what the caller has, or may have had: that something is gone is told to everybody whom it may concern. */
function changeJson(asked: Asked, change: LoggedChange): object | undefined {
  const { store } = asked.state.drive
  const time = new Date(change.at).toISOString()
  const all = asked.query.get('includeItemsFromAllDrives') === 'true'
  if (change.fileId === undefined) {
    const drive = store.drives.get(change.driveId ?? '')
    const member = drive !== undefined && isMember(drive.permissions, callerOf(asked))
    const { driveId = '' } = change
    const json = { kind: 'drive#drive', id: driveId, name: drive?.name ?? '' }
    return { kind: 'drive#change', changeType: 'drive', type: 'drive', time, removed: !member, driveId, ...(member && { drive: json }) }
  }
  const { fileId } = change
  const file = store.files.get(fileId)
  const inDrive = asked.query.get('driveId') !== null
  if (change.driveId !== undefined && !inDrive && !all) return undefined
  const shown = file !== undefined && (inDrive || isShown(asked, file))
  const common = { kind: 'drive#change', changeType: 'file', type: 'file', time, fileId, removed: !shown }
  return shown && file !== undefined ? { ...common, file: fileJson(asked, file, wantedIn(asked, ['changes', 'file'])) } : common
}

/** Changes soon after each other come as one. */
const LOOKS_AHEAD = 50

export function listChanges(asked: Asked): Shown {
  checkMask(asked)
  checkMask(asked, 'newStartPageToken')
  const driveId = logOf(asked)
  const from = placeOf(asked, driveId)
  const size = pageSizeOf(asked, 100, 1_000)
  const { log } = asked.state.drive.store
  if (!supportsAllDrives(asked)) asked.state.violations.note('changes.list without supportsAllDrives')
  if (asked.query.get('includeRemoved') === 'false') asked.state.violations.note('changes.list without what was removed')
  const changes: object[] = []
  let at = from
  for (; at < log.length && changes.length < size; at++) {
    const change = log[at]
    if (change === undefined || (driveId !== '' && change.driveId !== driveId)) continue
    // A later word on the same file makes this one superfluous.
    const later = log.slice(at + 1, at + LOOKS_AHEAD)
    if (later.some((each) => each.fileId === change.fileId && each.driveId === change.driveId)) continue
    const json = changeJson(asked, change)
    if (json !== undefined) changes.push(json)
  }
  const more = at < log.length
  return {
    json: {
      kind: 'drive#changeList',
      changes,
      ...(more ? { nextPageToken: seal(asked, at, driveId) } : { newStartPageToken: seal(asked, at, driveId) }),
    },
  }
}

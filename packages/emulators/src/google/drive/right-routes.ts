import type { Asked, Shown } from '../serve/asked.ts'
import { pageOf, tokenOf } from '../serve/pages.ts'
import { holdingsOf, isMember } from './access.ts'
import { hashesOf } from './content.ts'
import * as errors from './errors.ts'
import { type DriveFile, isBlob, type PermissionJson } from './file.ts'
import { ownerJson } from './file-json.ts'
import { isMedia } from './file-routes.ts'
import { checkMask, pageSizeOf } from './list-routes.ts'
import { mediaReply } from './media.ts'
import { exportFormats } from './native/formats.ts'
import { callerOf, fileOf, sharedDriveOf } from './who.ts'

/** A part of a list, from where its token stands. */
function part<T>(asked: Asked, all: readonly T[], size: number): { readonly some: readonly T[]; readonly next: object } {
  const state = pageOf(asked)
  const from = Number(state?.at[0] ?? 0)
  const more = from + size < all.length
  const next = more ? { nextPageToken: tokenOf(asked, (state?.page ?? 0) + 1, [from + size]) } : {}
  return { some: all.slice(from, from + size), next }
}

const asAdmin = (asked: Asked): boolean => asked.query.get('useDomainAdminAccess') === 'true'

export function listDrives(asked: Asked): Shown {
  checkMask(asked)
  if (asAdmin(asked) && !asked.account.admin) throw errors.noDomainAdmin()
  const size = pageSizeOf(asked, 10, 100)
  const { drives } = asked.state.drive.store
  const mine = [...drives.values()].filter(({ permissions }) => asAdmin(asked) || isMember(permissions, callerOf(asked)))
  const { some, next } = part(asked, mine, size)
  return { json: { kind: 'drive#driveList', drives: some.map(driveJson), ...next } }
}

const driveJson = ({ id, name, createdAt }: ReturnType<typeof sharedDriveOf>) => ({
  kind: 'drive#drive',
  id,
  name,
  createdTime: new Date(createdAt).toISOString(),
  hidden: false,
  capabilities: { canListChildren: true, canDownload: true },
})

export const getDrive = (asked: Asked): Shown => ({ json: driveJson(sharedDriveOf(asked, asked.names['drive'] ?? '')) })

/** Where a right of a shared drive comes from (facts 8.5). */
const detailed = (permission: PermissionJson, from: string | undefined, drive: boolean): PermissionJson => ({
  ...permission,
  ...(drive && {
    permissionDetails: [
      {
        permissionType: from === undefined ? 'file' : 'member',
        role: permission.role ?? '',
        inherited: from !== undefined,
        ...(from !== undefined && { inheritedFrom: from }),
      },
    ],
  }),
})

export function listPermissions(asked: Asked): Shown {
  checkMask(asked)
  const id = asked.names['file'] ?? ''
  const size = pageSizeOf(asked, 100, 100)
  // An administrator's word opens the drive itself, and nothing in it.
  const all = asAdmin(asked)
    ? sharedDriveOf(asked, id).permissions.map((permission) => detailed(permission, undefined, true))
    : permissionsOf(asked)
  const { some, next } = part(asked, all, size)
  return { json: { kind: 'drive#permissionList', permissions: some.map((each) => ({ ...each, kind: 'drive#permission' })), ...next } }
}

function permissionsOf(asked: Asked): readonly PermissionJson[] {
  const { file, role } = fileOf(asked)
  if (!['owner', 'organizer', 'fileOrganizer', 'writer'].includes(role)) throw errors.insufficientFilePermissions()
  const held = holdingsOf(asked.state.drive.store, file).map(({ permission, from }) =>
    detailed(permission, from, file.driveId !== undefined),
  )
  return file.owner === undefined ? held : [ownerJson(file.owner), ...held]
}

const revisionJson = (file: DriveFile, { id, content, modifiedAt, keepForever }: DriveFile['revisions'][number]) => ({
  kind: 'drive#revision',
  id,
  mimeType: file.mimeType,
  modifiedTime: new Date(modifiedAt).toISOString(),
  keepForever,
  published: false,
  size: String(content.size),
  md5Checksum: hashesOf(content).md5,
  originalFilename: file.name,
})

export function listRevisions(asked: Asked): Shown {
  checkMask(asked)
  const { file } = fileOf(asked, { blind: true })
  const { some, next } = part(asked, file.revisions, pageSizeOf(asked, 200, 1_000))
  return { json: { kind: 'drive#revisionList', revisions: some.map((each) => revisionJson(file, each)), ...next } }
}

export function getRevision(asked: Asked): Shown {
  const { file } = fileOf(asked, { blind: true })
  const revision = file.revisions.find(({ id }) => id === asked.names['revision'])
  if (revision === undefined) throw errors.fileNotFound(asked.names['revision'] ?? '')
  if (!isMedia(asked.query)) return { json: revisionJson(file, revision) }
  if (!isBlob(file)) throw errors.onlyBinary()
  const isGiven = revision.keepForever || revision === file.revisions.at(-1) || asked.state.quirks.revisions === 'all'
  if (!isGiven) throw errors.restrictedRevision()
  return { json: {}, reply: mediaReply(asked, revision.content, file.mimeType) }
}

export function getAbout(asked: Asked): Shown {
  if (!asked.query.has('fields')) throw errors.requiredFields()
  const { store } = asked.state.drive
  let bytes = 0
  for (const { owner, revisions } of store.files.values()) if (owner === asked.account.address) bytes += revisions.at(-1)?.content.size ?? 0
  return {
    json: {
      kind: 'drive#about',
      user: { kind: 'drive#user', emailAddress: asked.account.address, displayName: asked.account.name, me: true },
      storageQuota: { limit: String(30 * 2 ** 40), usage: String(bytes), usageInDrive: String(bytes), usageInDriveTrash: '0' },
      exportFormats: exportFormats(),
      maxUploadSize: '5497558138880',
    },
  }
}

import { type FileOrFolder, pathOf, storeOf } from '../../files/node.ts'
import { type FileShare, isExpired, type ShareKind } from '../../files/share.ts'
import { look, mountsOf, type Seen } from '../../files/view.ts'
import type { CloudState } from '../../serve/state.ts'
import type { CloudUser } from '../../users/user.ts'
import { isSince } from '../../version.ts'
import { OcsError } from '../reply.ts'

export const TYPES: Readonly<Record<ShareKind, number>> = { user: 0, group: 1, link: 3, mail: 4 }

type Eyes = { readonly state: CloudState; readonly viewer: CloudUser }

/** What stands at a path of a request, as the one who asks sees it. */
export function seenAtPath(eyes: Eyes, path: string | undefined): Seen {
  if (path === undefined || path === '') throw new OcsError(404, 'Please specify a file or folder path')
  const seen = look(
    eyes,
    path.split('/').filter((segment) => segment !== ''),
  )
  if (!seen) throw new OcsError(404, 'Wrong path, file/folder does not exist')
  return seen
}

/** Where a viewer has a node, as a path; empty where they have it nowhere. */
function pathFor(eyes: Eyes, node: FileOrFolder): string {
  if (storeOf(node) === eyes.viewer.files) return `/${pathOf(node).join('/')}`
  for (const mount of mountsOf(eyes).values()) {
    const names: string[] = []
    for (let at: FileOrFolder | undefined = node; at; at = at.parent) {
      if (at === mount.node) return `/${[mount.name, ...names].join('/')}`
      names.unshift(at.name)
    }
  }
  return ''
}

/** A share as OCS shows it. Numbers of shares are texts. */
export function shareData(eyes: Eyes, share: FileShare): object {
  const { state, viewer } = eyes
  const { node } = share
  const nameOf = (id: string): string => state.users.get(id)?.displayName ?? id
  const owner = share.owner ?? share.by
  return {
    id: share.id,
    share_type: TYPES[share.kind],
    uid_owner: share.by,
    displayname_owner: nameOf(share.by),
    permissions: share.permissions,
    can_edit: share.by === viewer.id || owner === viewer.id,
    can_delete: true,
    stime: share.made,
    parent: null,
    expiration: share.expires === undefined ? null : `${share.expires} 00:00:00`,
    token: share.token ?? null,
    uid_file_owner: owner,
    note: share.note,
    label: share.label,
    displayname_file_owner: nameOf(owner),
    path: pathFor(eyes, node),
    item_type: node.kind,
    mimetype: node.kind === 'folder' ? 'httpd/unix-directory' : node.type,
    storage_id: `home::${owner}`,
    storage: 1,
    item_source: node.id,
    file_source: node.id,
    file_parent: node.parent?.id ?? 0,
    file_target: `/${share.targets.get(viewer.id) ?? node.name}`,
    ...recipient(state, share),
    mail_send: 1,
    hide_download: share.hideDownload ? 1 : 0,
    attributes: share.attributes === '' ? null : share.attributes,
  }
}

function recipient(state: CloudState, { kind, to, password, token }: FileShare): object {
  if (kind === 'user')
    return { share_with: to, share_with_displayname: state.users.get(to)?.displayName ?? to, share_with_displayname_unique: to }
  if (kind === 'group') return { share_with: to, share_with_displayname: state.groups.get(to) ?? to }
  // A link's recipient is its password, hidden; a mail's is the address.
  const hidden = password === undefined ? null : 'redacted'
  const url = `${state.origin.url}index.php/s/${token ?? ''}`
  if (kind === 'link')
    return { share_with: hidden, share_with_displayname: '(Shared link)', password: hidden, send_password_by_talk: false, url }
  return {
    share_with: to,
    share_with_displayname: to,
    password: hidden,
    send_password_by_talk: false,
    ...(isSince(state.version, '32') ? {} : { url }),
  }
}

/** A share that the viewer has made, or that is of their files; 404 for all others. */
export function ownShare({ state, viewer }: Eyes, id: string): FileShare {
  const share = state.shares.get(id.replace(/^ocMailShare:|^ocinternal:/, ''))
  const isTheirs = share && (share.by === viewer.id || share.owner === viewer.id)
  if (!share || !isTheirs || !storeOf(share.node) || isExpired(share, state.now()))
    throw new OcsError(404, 'Wrong share ID, share does not exist')
  return share
}

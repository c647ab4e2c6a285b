import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { type FileOrFolder, storeOf } from './node.ts'
import { ALL, CREATE, DELETE, type FileShare, isExpired, mayDownload, READ } from './share.ts'
import { aclPermissions } from './team.ts'
import { type Mount, mountsOf } from './view.ts'

/** Somebody who can get at a file, and what they may do: the truth that a test of sharing compares. */
export interface Reach {
  readonly kind: 'user' | 'link' | 'mail'
  /** User, mail address, or token of a link. */
  readonly who: string
  /** 1 read, 2 update, 4 create, 8 delete, 16 share. */
  readonly permissions: number
  /** `own`, `team folder Sales`, `share 17` ... */
  readonly via: readonly string[]
  readonly password: boolean
  readonly expires?: string
  readonly download: boolean
}

function isWithin(node: FileOrFolder, above: FileOrFolder): boolean {
  for (let at: FileOrFolder | undefined = node; at; at = at.parent) if (at === above) return true
  return false
}

/** What may be done by way of one mount. What an access list hides further up is no matter: who knows the path gets there. */
const through = (user: CloudUser, { permissions, team }: Mount, node: FileOrFolder): number =>
  team ? permissions & aclPermissions(team, node, user) : permissions

const forNode = (node: FileOrFolder, permissions: number): number => (node.kind === 'file' ? permissions & ~CREATE : permissions)

/** All that a user may do with something, by whichever way; 0 where they do not see it. */
export function permissionsOn(state: CloudState, user: CloudUser, node: FileOrFolder): Pick<Reach, 'permissions' | 'via' | 'download'> {
  if (storeOf(node) === user.files) return { permissions: forNode(node, ALL), via: ['own'], download: true }
  let permissions = 0
  let download = false
  const via: string[] = []
  for (const mount of mountsOf({ state, viewer: user }).values()) {
    if (!isWithin(node, mount.node)) continue
    const given = forNode(node, through(user, mount, node))
    if ((given & READ) === 0) continue
    permissions |= given
    via.push(...(mount.team ? [`team folder ${mount.team.mountPoint}`] : mount.shares.map(({ id }) => `share ${id}`)))
    download ||= mount.team !== undefined || mount.shares.some(mayDownload)
  }
  return { permissions, via, download }
}

function byAddress(share: FileShare, node: FileOrFolder): Reach {
  const { kind, id, to, token = '', expires, password } = share
  const permissions = node.kind === 'file' ? share.permissions & ~(CREATE | DELETE) : share.permissions
  return {
    kind: kind === 'mail' ? 'mail' : 'link',
    who: kind === 'mail' ? to : token,
    permissions,
    via: [`share ${id}`],
    password: password !== undefined,
    ...(expires !== undefined && { expires }),
    download: mayDownload(share),
  }
}

/** Everybody who can get at it: users first, then links and mail shares. */
export function reachOf(state: CloudState, node: FileOrFolder): readonly Reach[] {
  const people = [...state.users.values()].flatMap((user): readonly Reach[] => {
    const { permissions, via, download } = permissionsOn(state, user, node)
    return permissions === 0 ? [] : [{ kind: 'user', who: user.id, permissions, via, password: false, download }]
  })
  const outside = [...state.shares.values()].filter(
    (share) =>
      (share.kind === 'link' || share.kind === 'mail') &&
      storeOf(share.node) &&
      !isExpired(share, state.now()) &&
      isWithin(node, share.node),
  )
  return [...people, ...outside.map((share) => byAddress(share, node))]
}

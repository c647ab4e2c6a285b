import { hash32, randomFrom } from '../../../generate/random.ts'
import { type FileShare, SHARE, type ShareKind } from '../../files/share.ts'
import type { Seen } from '../../files/view.ts'
import { OcsError } from '../reply.ts'
import type { OcsCall } from '../route.ts'
import { mailAbout } from './mail.ts'
import { enforcedExpiry, expiryIn, passwordIn, permissionsFor } from './rules.ts'
import { seenAtPath, shareData } from './show.ts'

const KINDS: ReadonlyMap<number, ShareKind> = new Map([
  [0, 'user'],
  [1, 'group'],
  [3, 'link'],
  [4, 'mail'],
])

/** `POST shares`. What is shared to the same user or group already is answered with that share, and mailed about again (facts 4.8). */
export function createShare(call: OcsCall): object {
  const { state, given, viewer } = call
  const seen = seenAtPath(call, given.text('path'))
  const kind = KINDS.get(given.number('shareType') ?? -1)
  if (!kind) throw new OcsError(400, 'Unknown share type')
  if (seen.segments.length === 0) throw new OcsError(403, "You can't share your root folder")
  if ((seen.permissions & SHARE) === 0) throw new OcsError(404, `You are not allowed to share ${seen.segments.at(-1)}`)
  const to = recipientOf(call, kind, given.text('shareWith') ?? '')
  const permissions = permissionsFor(kind, seen, given)
  const isOutside = kind === 'link' || kind === 'mail'
  const wish = expiryIn(state, given.text('expireDate'))
  const expires = isOutside ? enforcedExpiry(state, wish) : wish
  const password = isOutside ? passwordIn(state, given.text('password')) : undefined
  const sendMail = given.flag('sendMail') ?? true
  const before = existing(call, { kind, seen, to })
  if (before) {
    if (kind === 'mail')
      throw new OcsError(403, `Sharing ${seen.segments.at(-1)} failed, because this item is already shared with the account ${to}`)
    mailAbout(state, before, sendMail)
    return shareData(call, before)
  }
  const share = made(call, { kind, seen, to, permissions, expires, password })
  state.shares.set(share.id, share)
  mailAbout(state, share, sendMail)
  return shareData({ state, viewer }, share)
}

interface Wish {
  readonly kind: ShareKind
  readonly seen: Seen
  readonly to: string
  readonly permissions: number
  readonly expires: string | undefined
  readonly password: string | undefined
}

function made({ state, viewer, given }: OcsCall, wish: Wish): FileShare {
  const id = String(state.nextId())
  const token = wish.kind === 'link' || wish.kind === 'mail' ? tokenFor(state.seed, id) : undefined
  return {
    id,
    kind: wish.kind,
    node: wish.seen.node,
    by: viewer.id,
    owner: wish.seen.store.owner,
    to: wish.to,
    permissions: wish.permissions,
    expires: wish.expires,
    password: wish.password,
    note: given.text('note') ?? '',
    label: given.text('label') ?? '',
    token,
    hideDownload: given.flag('hideDownload') ?? false,
    attributes: given.text('attributes') ?? '',
    made: Math.floor(state.now() / 1000),
    targets: new Map(),
  }
}

const tokenFor = (seed: number, id: string): string =>
  randomFrom(seed, hash32('share', id))
    .bytes(24)
    .toString('base64')
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(0, 15)

const existing = ({ state }: OcsCall, { kind, seen, to }: Pick<Wish, 'kind' | 'seen' | 'to'>): FileShare | undefined =>
  kind === 'link' ? undefined : [...state.shares.values()].find((each) => each.kind === kind && each.node === seen.node && each.to === to)

function recipientOf({ state, viewer }: OcsCall, kind: ShareKind, to: string): string {
  switch (kind) {
    case 'user': {
      if (!state.users.has(to)) throw new OcsError(404, 'Please specify a valid account to share with')
      if (to === viewer.id) throw new OcsError(403, 'Cannot share with yourself')
      return to
    }
    case 'group':
      if (!state.groups.has(to)) throw new OcsError(404, 'Please specify a valid group')
      return to
    case 'link':
      if (state.settings.links === 'no') throw new OcsError(404, 'Public link sharing is disabled by the administrator')
      return ''
    default:
      if (state.settings.mail === 'no') throw new OcsError(403, 'Sharing by mail failed, because the server cannot send mail')
      if (!/^[^@\s]+@[^@\s]+$/.test(to)) throw new OcsError(404, 'Please specify a valid email address')
      return to.toLowerCase()
  }
}

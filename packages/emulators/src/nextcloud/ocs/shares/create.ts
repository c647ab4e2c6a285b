import { hash32, randomFrom } from '../../../generate/random.ts'
import { type FileShare, SHARE, type ShareKind } from '../../files/share.ts'
import type { Seen } from '../../files/view.ts'
import { DavError } from '../../serve/errors.ts'
import { userNamed } from '../../users/user.ts'
import { isSince } from '../../version.ts'
import { OcsError } from '../reply.ts'
import type { OcsCall } from '../route.ts'
import { limitByGroups } from './groups.ts'
import { mailAbout } from './mail.ts'
import { newExpiry, passwordIn, permissionsFor } from './rules.ts'
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
  // Nextcloud 32.0.1: an empty page, without a word of when.
  if (!state.rates.take(`share ${viewer.id}`, state.limits.sharesPerTenMinutes, { now: state.now(), part: 1 / 6 }))
    throw new DavError(429, '')
  const seen = seenAtPath(call, given.text('path'))
  const kind = KINDS.get(given.number('shareType') ?? -1)
  if (!kind) throw new OcsError(400, 'Unknown share type')
  if (seen.segments.length === 0) throw new OcsError(403, "You can't share your root folder")
  if ((seen.permissions & SHARE) === 0) throw new OcsError(404, `You are not allowed to share ${seen.segments.at(-1)}`)
  const to = recipientOf(call, kind, given.text('shareWith') ?? '')
  limitByGroups(call, kind, to)
  const permissions = permissionsFor(kind, seen, given)
  const isOutside = kind === 'link' || kind === 'mail'
  const expires = newExpiry(state, { kind, text: given.text('expireDate') })
  const password = isOutside ? passwordIn(state, given.text('password')) : undefined
  const sendMail = given.flag('sendMail') ?? true
  const before = existing(call, { kind, seen, to })
  if (before) {
    if (kind === 'mail')
      throw new OcsError(
        403,
        isSince(state.version, '32')
          ? 'Failed to create share.'
          : `Sharing ${seen.segments.at(-1)} failed, because this item is already shared with the account ${to}`,
      )
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
    // Asked for when a share is made, it is passed over (Nextcloud 32.0.1): only a change sets it.
    hideDownload: false,
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

/** Words are in the language of who asks, unless they ask for another. */
const WORDS: Readonly<Record<string, string>> = {
  'Please specify a valid account to share with': 'Bitte ein gültiges Konto angeben, mit dem geteilt werden soll',
  'Please specify a valid group': 'Bitte eine gültige Gruppe angeben',
}

const told = (given: OcsCall['given'], { language }: OcsCall['viewer'], words: string): string =>
  (given.text('forceLanguage') ?? language).startsWith('de') ? (WORDS[words] ?? words) : words

function recipientOf({ state, viewer, given }: OcsCall, kind: ShareKind, to: string): string {
  switch (kind) {
    case 'user': {
      if (!userNamed(state.users, to)) throw new OcsError(404, told(given, viewer, 'Please specify a valid account to share with'))
      // Names of users are compared without their case, and stored as they were written: it then is nobody's.
      if (!state.users.has(to)) state.violations.note(`a share to "${to}", who is written otherwise: nobody sees it`)
      if (to === viewer.id) throw new OcsError(403, 'Cannot share with yourself')
      return to
    }
    case 'group':
      if (!state.groups.has(to)) throw new OcsError(404, told(given, viewer, 'Please specify a valid group'))
      return to
    case 'link':
      if (state.settings.links === 'no') throw new OcsError(404, 'Public link sharing is disabled by the administrator')
      return ''
    default:
      // Nobody need be able to send a mail that is not sent.
      if (state.settings.mail === 'no' && (!isSince(state.version, '32') || given.flag('sendMail') !== false))
        throw new OcsError(403, 'Sharing by mail failed, because the server cannot send mail')
      if (!/^[^@\s]+@[^@\s]+$/.test(to)) throw new OcsError(404, 'Please specify a valid email address')
      return to.toLowerCase()
  }
}

import { type Call, Fault, type Grant, type Granted } from '@offramp/core'
import { type DavRefusal, isRefusal } from '../faults.ts'
import { type FilesDesk, fileHref, folderHref } from './desk.ts'
import { askOcs, factsOf, wordsOf } from './ocs.ts'
import { cannotGive, changeShare, SHARES } from './share-call.ts'
import { endsEarly, lastDayOf, withoutEnd } from './share-end.ts'
import { sharedId } from './shared-id.ts'
import { type Standing, statAt } from './stat.ts'

/** Bits of a share's rights. */
const [READ, UPDATE, CREATE, DELETE, RESHARE] = [1, 2, 4, 8, 16]

const TYPES = { user: 0, group: 1, link: 3, mail: 4 } as const

/** From this version on a share can forbid its people to download. */
const NO_DOWNLOAD_SINCE = 25

/** From this version on, who may look at something is given its bytes all the same, unless the admin has said otherwise (`ViewOnlyPlugin`). */
const VIEW_GIVES_SINCE = 32

const GIVES_BYTES =
  'Downloading is not offered there, and the server gives the bytes all the same to who asks for them with a program. For accounts and groups an admin can forbid that: occ config:app:set core shareapi_allow_view_without_download --type=boolean --value=false.'

/** What is asked of the server. */
interface Wish {
  readonly path: string
  readonly type: number
  readonly to: string
  readonly permissions: number
  /** When the grant is over, milliseconds since the epoch. */
  readonly end: number | undefined
  /** Day after which the share is: `2027-01-31`. */
  readonly expires: string | undefined
  readonly password: string | undefined
  readonly noDownload: boolean
  readonly label: string
}

interface Stands {
  readonly id: string
  readonly permissions: number
  readonly expires: string | undefined
  readonly address: string | undefined
  readonly noDownload: boolean
  /** It is not even offered. */
  readonly isHidden: boolean
  readonly hasPassword: boolean
}

/** Nobody who may read can be kept from remarking there, and nobody can be let remark only: reading is what both have in common. */
function permissionsOf({ access, noDelete }: Grant, isFolder: boolean): number {
  if (access !== 'write') return READ
  return isFolder ? READ | UPDATE | CREATE | (noDelete === true ? 0 : DELETE) : READ | UPDATE
}

async function wishOf(
  desk: FilesDesk,
  { grant, standing }: { readonly grant: Grant; readonly standing: Standing },
  call: Call,
): Promise<Wish> {
  const { to, place, locator } = grant
  const noDownload = grant.noDownload === true
  if (noDownload && to.kind !== 'link' && (desk.server.version[0] ?? NO_DOWNLOAD_SINCE) < NO_DOWNLOAD_SINCE)
    throw cannotGive(desk, 'dav-share-download', 'this version cannot keep its people from downloading')
  return {
    path: locator === undefined ? place : `${place === '/' ? '' : place}/${locator}`,
    type: TYPES[to.kind],
    to: to.kind === 'link' ? '' : to.kind === 'mail' ? to.address : to.kind === 'user' ? await sharedId(desk, to.id, call) : to.id,
    permissions: permissionsOf(grant, standing.isFolder),
    end: grant.expires,
    expires: lastDayOf(desk, { grant: grant.expires, isByAddress: isByAddress(TYPES[to.kind]) }),
    password: grant.password,
    noDownload,
    label: to.kind === 'link' ? (to.label ?? 'Offramp') : '',
  }
}

/** Gives a right, once, and never more of it than was asked; mails nobody. What stands wider already stays. */
export async function grant(desk: FilesDesk, asked: Grant, call: Call): Promise<Granted> {
  const { place, locator } = asked
  const standing = await statAt(desk, locator === undefined ? folderHref(desk, place) : fileHref(desk, place, locator), call)
  if (standing === undefined) throw gone(desk)
  const wish = await wishOf(desk, { grant: asked, standing }, call)
  try {
    const before = await standingShare(desk, wish, call)
    const { early, ...granted } = before === undefined ? await create(desk, wish, call) : await widen(desk, wish, before, call)
    const says = [wish.noDownload && givesBytes(desk, wish) ? GIVES_BYTES : '', early ?? ''].filter(Boolean)
    return says.length === 0 ? granted : { ...granted, says: says.join(' ') }
  } catch (thrown) {
    if (!isRefusal(thrown) || thrown.said.status >= 500) throw thrown
    throw refused(desk, wish, thrown)
  }
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Of a mail share Nextcloud 32 tells no address, which is made as that of a link. */
function addressOf({ client, server }: FilesDesk, share: Readonly<Record<string, unknown>>): string | undefined {
  const token = textIn(share['token'])
  return textIn(share['url']) ?? (token === undefined ? undefined : client.urlOf(`${server.webRoot}/index.php/s/${token}`))
}

function standsOf(desk: FilesDesk, share: Readonly<Record<string, unknown>>): Stands {
  return {
    id: String(share['id'] ?? ''),
    permissions: Number(share['permissions'] ?? 0),
    expires: textIn(share['expiration'])?.slice(0, 10),
    address: addressOf(desk, share),
    isHidden: Number(share['hide_download'] ?? 0) === 1,
    noDownload: Number(share['hide_download'] ?? 0) === 1 || /"download"[^}]*(false|:0)/.test(String(share['attributes'] ?? '')),
    hasPassword: textIn(share['password']) !== undefined,
  }
}

/** The share of this very file or folder to this very one; of links the one that bears our label. */
async function standingShare(desk: FilesDesk, { path, type, to, label }: Wish, call: Call): Promise<Stands | undefined> {
  const all = await askOcs(desk.client, desk.server.webRoot, { method: 'GET', path: SHARES, asks: 'share', fields: { path } }, call)
  const same = (Array.isArray(all) ? all : [])
    .map(factsOf)
    .filter((share) => Number(share['share_type']) === type)
    .find((share) =>
      type === TYPES.link ? share['label'] === label : String(share['share_with'] ?? '').toLowerCase() === to.toLowerCase(),
    )
  return same && standsOf(desk, same)
}

/** What came of it; `early`, for the operator: it is over before the grant is. */
type Outcome = Granted & { readonly early: string | undefined }

async function create(desk: FilesDesk, wish: Wish, call: Call): Promise<Outcome> {
  const fields = {
    path: wish.path,
    shareType: String(wish.type),
    permissions: String(wish.permissions),
    sendMail: 'false',
    ...(wish.to === '' ? {} : { shareWith: wish.to }),
    // Without a word of it the server would give the end that it gives by itself.
    expireDate: wish.expires ?? '',
    ...(wish.password === undefined ? {} : { password: wish.password }),
    ...(wish.label === '' ? {} : { label: wish.label }),
    ...noDownloadOf(wish),
  }
  const { client, server } = desk
  const answer = factsOf(await askOcs(client, server.webRoot, { method: 'POST', path: SHARES, asks: 'new-share', fields }, call))
  const made = await hidden(desk, wish, await endless(desk, wish, standsOf(desk, answer), call), call)
  if (!isNoMore(made, wish)) {
    await remove(desk, made, call)
    throw cannotGive(desk, 'dav-share-wider', 'it would have given more than was granted, so the share was taken back')
  }
  return {
    state: 'shared',
    early: endsEarly(wish.end, made.expires, 'made'),
    ...(made.address === undefined ? {} : { address: made.address }),
  }
}

async function endless(desk: FilesDesk, wish: Wish, made: Stands, call: Call): Promise<Stands> {
  if (wish.expires !== undefined || made.expires === undefined) return made
  const now = await withoutEnd(desk, { id: made.id, isByAddress: isByAddress(wish.type) }, call)
  return now === undefined ? made : standsOf(desk, now)
}

const noDownloadOf = ({ noDownload }: Wish): Readonly<Record<string, string>> =>
  noDownload ? { attributes: JSON.stringify([{ scope: 'permissions', key: 'download', value: false }]) } : {}

/** Links are never held to it: an address below `public.php/dav` gives what it shows (Nextcloud 32.0.1). */
const givesBytes = ({ server }: FilesDesk, wish: Wish): boolean => isByAddress(wish.type) || (server.version[0] ?? 0) >= VIEW_GIVES_SINCE

const isByAddress = (type: number): boolean => type === TYPES.link || type === TYPES.mail

/** Whoever has the address is not even offered to download: that is no right of a new share, which would pass it over, but a change of one. */
async function hidden(desk: FilesDesk, wish: Wish, made: Stands, call: Call): Promise<Stands> {
  if (!wish.noDownload || made.isHidden || !isByAddress(wish.type)) return made
  return standsOf(desk, await changeShare(desk, { id: made.id, fields: { hideDownload: 'true' } }, call))
}

/** A link is always said to be shareable on, which is what links are. */
function isNoMore(made: Stands, wish: Wish): boolean {
  const allowed = wish.permissions | (isByAddress(wish.type) ? RESHARE : 0)
  const ends = wish.expires === undefined || (made.expires !== undefined && made.expires <= wish.expires)
  return (made.permissions & ~allowed) === 0 && ends && (!wish.noDownload || made.noDownload)
}

/**
 * It stands already. Where it gives less, it gets what is missing, unless what it has without (an end, a password, a bar to downloading) would make
 * that more than was granted.
 */
async function widen(desk: FilesDesk, wish: Wish, before: Stands, call: Call): Promise<Outcome> {
  const known = {
    early: endsEarly(wish.end, before.expires, 'stood'),
    ...(before.address === undefined ? {} : { address: before.address }),
  }
  // Perhaps its maker was stopped before it was hidden: its address is handed to nobody.
  const isWider = isByAddress(wish.type) && wish.noDownload && !before.noDownload
  if ((wish.permissions & ~before.permissions) === 0 && !isWider) return { state: 'already', ...known }
  const ends = wish.expires === undefined || (before.expires !== undefined && before.expires <= wish.expires)
  const isAsNarrow = ends && (!wish.noDownload || before.noDownload) && (wish.password === undefined || before.hasPassword)
  if (!isAsNarrow)
    throw cannotGive(
      desk,
      'dav-share-stands',
      'another share to the same stands there, which could not be given this right without giving more',
    )
  await changeShare(desk, { id: before.id, fields: { permissions: String(before.permissions | wish.permissions) } }, call)
  return { state: 'shared', ...known }
}

const remove = (desk: FilesDesk, { id }: Stands, call: Call): Promise<unknown> =>
  askOcs(desk.client, desk.server.webRoot, { method: 'DELETE', path: `${SHARES}/${id}`, asks: 'share' }, call)

/** What it says since 32 in place of what an administrator has set: sharing within one's own groups alone, or not by this account's groups. */
const UNTOLD = /failed to create share/i

const PERHAPS =
  'in which words it also refuses what is limited by groups (administration settings, Sharing: only within own groups, or groups that may not share)'

/** Who is not there is the account's trouble; everything else this right's. */
function refused(desk: FilesDesk, { type, to }: Wish, refusal: DavRefusal): Fault {
  const isNobody =
    refusal.said.status === 404 && (type === TYPES.user || type === TYPES.group) && /valid (account|user|group)/i.test(refusal.said.words)
  const hint = UNTOLD.test(refusal.said.words) ? ` ${PERHAPS}` : ''
  if (!isNobody) return cannotGive(desk, 'dav-share-refused', `the server refuses it: ${wordsOf(refusal)}${hint}`)
  return new Fault({
    reach: 'account',
    code: 'dav-no-such-account',
    message: `${desk.server.says} has no ${type === TYPES.user ? 'account' : 'group'} ${to} to share with, or does not let it be shared with.`,
    remedy: 'Make it first, and check the settings of sharing; then ask again.',
  })
}

const gone = ({ client }: FilesDesk): Fault =>
  new Fault({
    reach: 'item',
    reason: 'gone',
    code: 'dav-gone',
    message: `What was to be shared is no longer on ${client.host} (${client.account}).`,
  })

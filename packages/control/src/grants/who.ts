import type { Grant, Share } from '@offramp/core'

/** Who is who at the destination, and what the operator asked for. */
export interface People {
  /** A login at the destination, or why there is none. Undefined: nobody of the table. */
  user(address: string): { readonly id: string } | { readonly why: string } | undefined
  /** A group there, by address or name. */
  group(name: string): string | undefined
  /** The group that is everybody in the organisation. */
  readonly everybody?: string
  /** Whose account the files are in. */
  readonly owner: string
  /** Links for organisation and public, with passwords. */
  readonly links: boolean
  /** Mail shares, with passwords. */
  readonly outsiders: boolean
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** `who`: the same for all grants of one person, group or link. `owner`: nothing is to be given. */
export type Meant =
  | { readonly who: string; readonly to: Grant['to']; readonly secret: boolean }
  | { readonly why: string }
  | { readonly owner: true }

const ASK = {
  link: 'Anybody who has the address may enter. On request (--links) it becomes a link with a password and an end.',
  organisation:
    'Everybody in the organisation who has the address may enter. On request (--links) it becomes a link with a password and an end; or name the group that is everybody (`groups`, "organisation").',
  outsider: 'This is somebody outside the organisation. On request (--outsiders) it becomes a share by mail address, with a password.',
  group: 'The project says of no group of the destination that it is this one (`groups`).',
  nobody: 'This account is not in the table, so nobody knows who it is at the destination.',
  unnamed: 'The source does not say who this is; the account may have been deleted.',
} as const

function userMeant({ to }: Share, people: People): Meant {
  const address = to.address ?? ''
  const found = address === '' ? undefined : people.user(address)
  if (found !== undefined && 'why' in found) return found
  if (found?.id === people.owner) return { owner: true }
  if (found !== undefined) return { who: `user ${found.id}`, to: { kind: 'user', id: found.id }, secret: false }
  if (address === '') return { why: ASK.unnamed }
  if (to.outside === undefined) return { why: ASK.nobody }
  if (!people.outsiders) return { why: ASK.outsider }
  const mail = address.toLowerCase()
  return { who: `mail ${mail}`, to: { kind: 'mail', address: mail }, secret: true }
}

function groupMeant({ to }: Share, people: People): Meant {
  const id =
    (to.address === undefined ? undefined : people.group(to.address)) ?? (to.name === undefined ? undefined : people.group(to.name))
  return id === undefined ? { why: ASK.group } : { who: `group ${id}`, to: { kind: 'group', id }, secret: false }
}

/** Who is meant by a grant. A link is nobody else's: who has the address of one has not been given that of another. */
export function meantBy(share: Share, index: number, people: People): Meant {
  const { to, expires, findable } = share
  if (expires !== undefined && expires <= people.now) return { why: 'It has expired.' }
  if (to.kind === 'user') return userMeant(share, people)
  if (to.kind === 'group') return groupMeant(share, people)
  if (to.kind === 'organisation' && findable && people.everybody !== undefined)
    return { who: `group ${people.everybody}`, to: { kind: 'group', id: people.everybody }, secret: false }
  if (people.links) return { who: `link ${index}`, to: { kind: 'link' }, secret: true }
  return { why: to.kind === 'public' ? ASK.link : ASK.organisation }
}

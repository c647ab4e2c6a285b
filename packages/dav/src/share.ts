import { type Access, type Call, type Collection, Fault } from '@offramp/core'
import type { Desk } from './desk.ts'
import { lookAt } from './discover.ts'
import { isRefusal } from './faults.ts'
import { hrefIn } from './multistatus.ts'
import { child } from './read-xml.ts'
import { writeXml } from './write-xml.ts'

type Given = 'read' | 'write'

/** What the server calls the account that logs in so: logins may be mail addresses, and written in any case (seen with Nextcloud 32.0.1). */
async function nameOf(desk: Desk, login: string, call: Call): Promise<string> {
  const users = desk.home.principal.replace(/[^/]+\/?$/, '')
  try {
    const found = await lookAt(desk.client, `${users}${encoded(login)}/`, ['D:principal-URL'], call)
    const href = found && hrefIn(found, 'D:principal-URL')
    return decodeURIComponent(href?.replace(/\/$/, '').split('/').at(-1) || login)
  } catch (thrown) {
    if (isRefusal(thrown, 403)) return login
    if (isRefusal(thrown, 404)) throw nobody(desk, login)
    throw thrown
  }
}

const encoded = (account: string): string => encodeURIComponent(account).replaceAll('%40', '@')

/** Whom it is shared with already, by the last part of their principal, in lower case. */
async function sharees(desk: Desk, path: string, call: Call): Promise<ReadonlyMap<string, Given>> {
  const invite = (await lookAt(desk.client, path, ['O:invite'], call))?.props.get('O:invite')
  const found = new Map<string, Given>()
  for (const user of invite?.children.filter(({ name }) => name === 'O:user') ?? []) {
    const href = child(user, 'D:href')?.text.trim() ?? ''
    const writes = child(child(user, 'O:access'), 'O:read-write') !== undefined
    found.set(decodeURIComponent(href.split('/').at(-1) ?? '').toLowerCase(), writes ? 'write' : 'read')
  }
  return found
}

/**
 * Nextcloud's own sharing of calendars and address books. It mails nobody by itself; the Activity app may tell people who have asked for mails about
 * calendars. Nextcloud answers 200 for accounts that it does not have, so what came of it is looked at.
 */
export async function share(
  desk: Desk,
  wish: { collection: Collection; to: string; access: Access },
  call: Call,
): Promise<'shared' | 'already'> {
  const { collection, to, access } = wish
  if (access === 'free-busy') throw freeBusy(desk)
  const given: Given = access === 'read' ? 'read' : 'write'
  const { path } = await desk.places.standing(collection, call)
  const name = await nameOf(desk, to, call)
  const stands = (await sharees(desk, path, call)).get(name.toLowerCase())
  if (stands === 'write' || stands === given) return 'already'
  const set = { 'D:href': `principal:principals/users/${encoded(name)}`, ...(given === 'write' ? { 'O:read-write': '' } : {}) }
  const headers = { 'content-type': 'application/xml; charset=utf-8' }
  try {
    await desk.client.send({ method: 'POST', href: path, body: writeXml('O:share', { 'O:set': set }), headers, asks: 'share' }, call)
  } catch (thrown) {
    if (isRefusal(thrown, 400, 404)) throw nobody(desk, to)
    throw thrown
  }
  if (!(await sharees(desk, path, call)).has(name.toLowerCase())) throw nobody(desk, to)
  return 'shared'
}

const freeBusy = ({ server }: Desk): Fault =>
  new Fault({
    reach: 'item',
    reason: 'refused-by-destination',
    code: 'dav-no-free-busy-share',
    message: `${server.says} cannot share a calendar so that only free and busy are seen; to show more than was granted would be wrong.`,
  })

const nobody = ({ server }: Desk, to: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-no-such-account',
    message: `${server.says} has no account ${to} to share with, or does not let it be shared with.`,
    remedy: 'Make the account first, and check the settings of sharing; then ask again.',
  })

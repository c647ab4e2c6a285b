import { type Account, type Call, Fault } from '@offramp/core'
import { isObject, type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { linkOf } from './client.ts'
import type { Drives } from './drive-client.ts'

const SELECT = 'id,name,displayName,webUrl,isPersonalSite,siteCollection'

/** Roles with which sites can be listed, and with which one can be read whose address is known. */
const LISTS = /^Sites\.(Read|ReadWrite|Manage|FullControl)\.All$/

export const listsSites = (roles: readonly string[]): boolean => roles.some((role) => LISTS.test(role))

/**
 * Team sites of the tenant; each is mapped by itself. OneDrives are sites as well, and moved with their owners: they are left out here, and never looked for
 * one by one, which SharePoint punishes.
 */
export async function* readSites(drives: Drives, call: Call): AsyncGenerator<Account> {
  const client = drives.of('the sites of the tenant')
  let path: string | undefined = `/sites/getAllSites?$select=${SELECT}`
  const seen = new Set<string>()
  while (path !== undefined) {
    const page: Json = await client.json({ path, asks: 'sites', units: 2 }, call)
    for (const site of objectsOf(page['value'])) {
      const account = siteOf(site)
      if (account === undefined || isPersonal(site, account.name) || seen.has(account.id)) continue
      seen.add(account.id)
      yield account
    }
    path = linkOf(page, '@odata.nextLink')
  }
}

const isPersonal = (site: Json, webUrl: string): boolean =>
  site['isPersonalSite'] === true || /-my\.sharepoint\.[a-z.]+(\/|$)/i.test(webUrl)

function siteOf(site: Json): Account | undefined {
  const [id, webUrl] = [textOf(site['id']), textOf(site['webUrl'])]
  if (id === undefined || webUrl === undefined) return undefined
  const displayName = textOf(site['displayName']) ?? textOf(site['name'])
  const archived = isObject(objectOf(site['siteCollection'])['archivalDetails'])
  return {
    id,
    name: webUrl,
    kind: 'site',
    aliases: [],
    ...(displayName === undefined ? {} : { displayName }),
    ...(archived ? { unavailable: 'The site is in Microsoft 365 Archive; bring it back before it is moved.' } : {}),
  }
}

/** Whether a name is one of a site: its web address, or its id (host and two GUIDs). */
export const isSiteName = (name: string): boolean => /^https:\/\//i.test(name) || /^[^,\s@]+(,[0-9a-f-]{36}){2}$/i.test(name)

/** By web address or id. Undefined where the tenant has no such site. */
export async function readSite(drives: Drives, name: string, call: Call): Promise<Account | undefined> {
  const url = URL.parse(name)
  const which = url === null || url.protocol !== 'https:' ? name : `${url.host}${pathOf(url)}`
  try {
    return siteOf(await drives.of(`the site ${name}`).json({ path: `/sites/${which}?$select=${SELECT}`, asks: 'sites' }, call))
  } catch (thrown) {
    if (thrown instanceof Fault && ['graph-folder-gone', 'graph-no-such-user', 'graph-bad-request', 'http-404'].includes(thrown.code)) {
      return undefined
    }
    throw thrown
  }
}

/** `:/sites/marketing`; nothing for the root site of a host. */
const pathOf = ({ pathname }: URL): string => {
  const path = pathname.replace(/\/+$/, '')
  return path === '' ? '' : `:${path}`
}

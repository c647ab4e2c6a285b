import type { Asked } from '../serve/asked.ts'
import { noRoute } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import type { Site } from './files-state.ts'
import { driveJson, type FilesRoute, notThere, route, siteLocked } from './routes.ts'

/** `/sites/getAllSites`, `/sites?search=`, `/sites/{id}`, `/sites/{host}:/sites/{name}`, and their drives. */
export function siteRoute(state: TenantState, asked: Asked): FilesRoute | undefined {
  const [, second = ''] = asked.parts
  if (second === '' || second === 'getAllSites') return listRoute(state, asked, second === '')
  const byPath = second.endsWith(':')
  const named = byPath ? asked.parts.slice(2) : []
  const end = named.findIndex((part) => part.endsWith(':'))
  const path = (end < 0 ? named : named.slice(0, end + 1)).join('/').replace(/:$/, '')
  const site = byPath
    ? state.files.sites.find((each) => each.webUrl.toLowerCase() === `https://${second.slice(0, -1)}/${encodePath(path)}`.toLowerCase())
    : state.files.sites.find((each) => each.id === second)
  const what = byPath ? (end < 0 ? undefined : named[end + 1]) : asked.parts[2]
  const about = { need: 'sites', units: 1, owner: site?.webUrl.toLowerCase() } as const
  const here = (): Site => {
    if (site === undefined) throw notThere()
    return site
  }
  const open = (): Site => {
    if (here().locked) throw siteLocked()
    return here()
  }
  if (what === undefined) return route('site', about, () => jsonReply(siteJson(here())))
  if (what === 'drive') return route('drive', about, () => jsonReply(driveJson(firstOf(open()))))
  if (what !== 'drives') throw noRoute(what)
  return route('drives', { ...about, units: 2 }, () => {
    const showsSystem = asked.query.select?.includes('system') === true
    return jsonReply({
      value: open()
        .drives.filter((drive) => showsSystem || !drive.system)
        .map(driveJson),
    })
  })
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

function firstOf(site: Site) {
  const [first] = site.drives
  if (first === undefined) throw notThere()
  return first
}

function listRoute(state: TenantState, asked: Asked, search: boolean): FilesRoute {
  return route(search ? 'site-search' : 'all-sites', { need: 'all-sites', units: 2, owner: undefined }, () => {
    const personal = state.accounts.flatMap((account) => {
      const drive = state.files.personal.get(account.id)
      if (drive === undefined) return []
      const webUrl = drive.webUrl.replace(/\/Documents$/, '')
      return [
        {
          id: `${state.files.host.replace('.', '-my.')},${account.id},${account.id}`,
          webUrl,
          displayName: account.seed.displayName ?? account.address,
          isPersonalSite: true,
        },
      ]
    })
    const all = [...personal, ...state.files.sites.map(siteJson)]
    const { top = 100, skiptoken } = asked.query
    const from = Number(skiptoken ?? 0)
    const next = `${asked.root}${asked.path}?$top=${top}&$skiptoken=${from + top}`
    return jsonReply({ ...(from + top < all.length ? { '@odata.nextLink': next } : {}), value: all.slice(from, from + top) })
  })
}

const siteJson = (site: Site) => ({
  id: site.id,
  name: site.seed.name,
  displayName: site.seed.displayName ?? site.seed.name,
  webUrl: site.webUrl,
  isPersonalSite: false,
  siteCollection: { hostname: site.id.split(',')[0] },
})

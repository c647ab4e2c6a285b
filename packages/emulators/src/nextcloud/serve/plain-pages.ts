import type { Reply } from '../../serve/reply.ts'
import type { Head } from './answer.ts'
import type { CloudState } from './state.ts'

const json = (value: object): Reply => ({ status: 200, body: [Buffer.from(JSON.stringify(value))], type: 'application/json' })

const NOT_FOUND = '<!DOCTYPE html>\n<html lang="en"><head><title>Nextcloud</title></head><body><h2>Page not found</h2></body></html>\n'

/** OCS, and the one app that has an interface of its own. */
export const isApi = (path: string): boolean => path.startsWith('/ocs/') || /^(\/index\.php)?\/apps\/groupfolders\//.test(path)

/** What needs no password: the status, the well-known addresses, and the way in for people. */
export function plainPage(state: CloudState, { path }: Pick<Head, 'path'>): Reply | undefined {
  const text = state.version.join('.')
  switch (path) {
    case '/status.php':
      return json({
        installed: true,
        maintenance: state.settings.maintenance,
        needsDbUpgrade: false,
        version: `${text}.1`,
        versionstring: text,
        edition: '',
        productname: 'Nextcloud',
        extendedSupport: false,
      })
    case '/.well-known/caldav':
    case '/.well-known/carddav':
      if (state.wellKnown === 'redirect') return { status: 301, headers: { location: '/remote.php/dav/' }, body: [], type: 'text/html' }
      return { status: 404, body: [Buffer.from(NOT_FOUND)], type: 'text/html; charset=UTF-8' }
    default:
      if (path.startsWith('/remote.php') || isApi(path)) return undefined
      return { status: 404, body: [Buffer.from(NOT_FOUND)], type: 'text/html; charset=UTF-8' }
  }
}

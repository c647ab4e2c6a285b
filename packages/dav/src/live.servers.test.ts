import { destinationSuite } from '@offramp/conformance'
import { describe } from 'vitest'
import { type DavKind, openDavLab, uncountable } from '../../../test/servers/dav-lab.ts'
import { type RawDav, rawDav } from '../../../test/servers/raw-dav.ts'

const { OFFRAMP_DAV_URL: url, OFFRAMP_DAV_USER: account = '', OFFRAMP_DAV_PASSWORD: pass = '', OFFRAMP_DAV_SINK: sink } = process.env

/** What Offramp makes is called so, and nothing else is. */
const OURS = /-[0-9a-f]{12}(-\d)?\/$/

async function clean(raw: RawDav, home: string): Promise<void> {
  for (const { path } of await raw.collections(home))
    if (OURS.test(path)) await raw.send('DELETE', path, { headers: { 'x-nc-caldav-no-trashbin': '1' } })
}

/** Set where a UID may stand in one calendar of an account only: Cyrus. */
const oneUid = process.env['OFFRAMP_DAV_ONE_UID'] !== undefined

const SECOND = 'find: the same content, in any searched place, and nothing else'

/** A live server, by its address. On a Nextcloud raise the limits of docs/caldav-destinations.md first: each case makes calendars. */
describe.skipIf(url === undefined)('a live server (OFFRAMP_DAV_URL, OFFRAMP_DAV_USER, OFFRAMP_DAV_PASSWORD)', () => {
  for (const kind of ['event', 'task', 'contact'] as const satisfies readonly DavKind[])
    destinationSuite({
      name: `${kind}s at ${url ?? 'no server'}`,
      timeoutMs: 300_000,
      waive: { ...(oneUid && kind !== 'contact' ? { [SECOND]: 'the server takes a UID once in an account' } : {}) },
      open: async () => {
        const where = url ?? ''
        const raw = rawDav({ url: where, user: account, pass })
        const home = await raw.home(kind === 'contact' ? 'carddav' : 'caldav')
        await clean(raw, home)
        const settings = sink === undefined ? {} : { settings: { silence: { sink } } }
        // Answers can only be lost on the way where nobody has locked them up.
        const isOpen = new URL(where).protocol === 'http:'
        const refusable = kind === 'event' && home.includes('/remote.php/dav/') ? { refusable: uncountable } : {}
        const lab = { kind, url: where, account, pass, home, clean: () => clean(raw, home), ...refusable, ...settings }
        return openDavLab(isOpen ? lab : { ...lab, live: true })
      },
    })
})

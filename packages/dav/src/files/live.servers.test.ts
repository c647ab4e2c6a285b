import { destinationSuite } from '@offramp/conformance'
import { describe } from 'vitest'
import { openFilesLab } from '../../../../test/servers/files-lab.ts'
import { httpShelf } from '../../../../test/servers/http-shelf.ts'

const {
  OFFRAMP_WEBDAV_URL: url,
  OFFRAMP_WEBDAV_ROOT: root,
  OFFRAMP_WEBDAV_USER: account = '',
  OFFRAMP_WEBDAV_PASSWORD: pass = '',
} = process.env

/**
 * A live server, by its address, in an account that holds nothing else: `OFFRAMP_WEBDAV_URL` as a project would have it, `OFFRAMP_WEBDAV_ROOT` the
 * address of the account's own folder where that is another (Nextcloud: `https://host/remote.php/dav/files/<login>/`). Each case empties the account's
 * folder `Offramp suite`, and writes nowhere else.
 */
describe.skipIf(url === undefined)('a live server (OFFRAMP_WEBDAV_URL, OFFRAMP_WEBDAV_USER, OFFRAMP_WEBDAV_PASSWORD)', () => {
  destinationSuite({
    name: `files at ${url ?? 'no server'}`,
    timeoutMs: 300_000,
    open: async () => {
      const shelf = httpShelf({ url: root ?? url ?? '', user: account, pass, below: 'Offramp suite' })
      await shelf.empty()
      return openFilesLab({
        url: url ?? '',
        account,
        pass,
        shelf,
        live: true,
        settings: { root: 'Offramp suite' },
        clean: () => shelf.empty(),
      })
    },
  })
})

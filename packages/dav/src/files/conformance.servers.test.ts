import { destinationSuite } from '@offramp/conformance'
import { afterAll, describe } from 'vitest'
import { type ApacheDav, haveApache, startApache } from '../../../../test/servers/apache.ts'
import { asRcloneServes, diskShelf } from '../../../../test/servers/disk-shelf.ts'
import { openFilesLab } from '../../../../test/servers/files-lab.ts'
import { haveRclone, type RcloneWebdav, startRcloneWebdav } from '../../../../test/servers/rclone-webdav.ts'

describe.skipIf(!haveApache())('Apache', () => {
  let server: Promise<ApacheDav> | undefined
  let used = 0
  afterAll(async () => (await server)?.stop())
  for (const kind of ['basic', 'digest'] as const)
    destinationSuite({
      name: `Apache mod_dav, ${kind}`,
      open: async () => {
        server ??= startApache()
        const { url, root, account } = await server
        const name = `${kind}${used++}`
        await account(name)
        const auth = { kind: kind === 'basic' ? ('password' as const) : ('digest' as const), secret: async () => 'secret' }
        const shelf = diskShelf(`${root}/${name}`)
        return openFilesLab({ url: `${url}${kind}/${name}/`, account: name, pass: 'secret', auth, shelf })
      },
    })
})

describe.skipIf(!haveRclone())('rclone', () => {
  let server: Promise<RcloneWebdav> | undefined
  let used = 0
  afterAll(async () => (await server)?.stop())
  destinationSuite({
    name: 'rclone serve webdav',
    open: async () => {
      server ??= startRcloneWebdav()
      const { url, root, account } = await server
      const name = `case${used++}`
      await account(name)
      const shelf = diskShelf(`${root}/${name}`, asRcloneServes)
      return openFilesLab({ url: `${url}${name}/`, account: 'anna', pass: 'secret', shelf, lastStep: 'MOVE /' })
    },
  })
})

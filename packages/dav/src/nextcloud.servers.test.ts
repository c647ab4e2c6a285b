import { destinationSuite } from '@offramp/conformance'
import { type EmulatedNextcloud, startNextcloud } from '@offramp/emulators'
import { afterAll, describe, expect, test } from 'vitest'
import type { DavKind } from '../../../test/servers/dav-lab.ts'
import { openNextcloudLab } from '../../../test/servers/nextcloud-lab.ts'

const KINDS: readonly DavKind[] = ['event', 'task', 'contact']

/** One server for all cases, a fresh account for each. */
const ACCOUNTS = Array.from({ length: 400 }, (_, n) => `case${n}`)

for (const version of ['24.0.5', '34.0.0'])
  describe(`Nextcloud ${version}`, () => {
    let server: Promise<EmulatedNextcloud> | undefined
    let used = 0
    const users = ACCOUNTS.map((id) => ({ id, email: `${id}@cloud.example` }))
    const start = (): Promise<EmulatedNextcloud> => startNextcloud({ seed: 1, users, version, scheme: 'http' })
    afterAll(async () => (await server)?.stop())
    for (const kind of KINDS)
      destinationSuite({
        name: `Nextcloud ${version}, ${kind}s`,
        open: async () => {
          server ??= start()
          return openNextcloudLab({ cloud: await server, kind, account: ACCOUNTS[used++] ?? '' })
        },
      })
    test('nobody was mailed, nothing was written for others, and the client behaved', async () => {
      const cloud = await server
      expect(await cloud?.mails()).toEqual([])
      expect((await cloud?.writes())?.filter(({ by, user, home }) => by === 'scheduling' || user !== home)).toEqual([])
      expect(await cloud?.violations()).toEqual([])
    })
  })

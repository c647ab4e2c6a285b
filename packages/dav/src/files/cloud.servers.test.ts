import { destinationSuite } from '@offramp/conformance'
import { type EmulatedNextcloud, startNextcloud } from '@offramp/emulators'
import { afterAll, describe, expect, test } from 'vitest'
import { openCloudFilesLab } from '../../../../test/servers/cloud-files-lab.ts'

/** One server for all cases, a fresh account for each. */
const ACCOUNTS = Array.from({ length: 110 }, (_, n) => `case${n}`)

const CLOUDS = [
  { version: '24.0.5', quirks: {} },
  { version: '34.0.0', quirks: { chunking: 'v2' } },
] as const

for (const { version, quirks } of CLOUDS)
  describe(`Nextcloud ${version}`, () => {
    let server: Promise<EmulatedNextcloud> | undefined
    let used = 0
    const users = [...ACCOUNTS, 'other'].map((id) => ({ id, email: `${id}@cloud.example` }))
    afterAll(async () => (await server)?.stop())
    destinationSuite({
      name: `Nextcloud ${version}, files`,
      open: async () => {
        server ??= startNextcloud({ seed: 1, users, version, scheme: 'http', quirks })
        return openCloudFilesLab({ cloud: await server, account: ACCOUNTS[used++] ?? '', other: 'other' })
      },
    })
    test('the client behaved, and nobody was mailed', async () => {
      const cloud = await server
      expect(await cloud?.violations()).toEqual([])
      expect(await cloud?.mails()).toEqual([])
    })
  })

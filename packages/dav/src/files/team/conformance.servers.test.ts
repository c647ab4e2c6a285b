import { destinationSuite } from '@offramp/conformance'
import { type EmulatedNextcloud, startNextcloud } from '@offramp/emulators'
import { afterAll, describe, expect, test } from 'vitest'
import { openTeamFilesLab, TEAM_WAIVED } from '../../../../../test/servers/team-files-lab.ts'

describe('a Team folder', () => {
  let server: Promise<EmulatedNextcloud> | undefined
  const users = [{ id: 'boss', admin: true }, { id: 'mover' }, { id: 'anna' }]
  afterAll(async () => (await server)?.stop())
  destinationSuite({
    name: 'Nextcloud 32.0.1, files in a Team folder that people are in',
    waive: TEAM_WAIVED,
    open: async () => {
      server ??= startNextcloud({ seed: 1, users, version: '32.0.1', scheme: 'http' })
      const cloud = await server
      const passOf = async (user: string): Promise<string> => (await cloud.user(user).credentials()).appPassword
      const admin = { login: 'boss', pass: await passOf('boss') }
      const root = new URL('/remote.php/dav/files/mover/', cloud.url).href
      return openTeamFilesLab({ url: cloud.url, root, account: 'mover', pass: await passOf('mover'), admin, member: 'anna', team: 'Suite' })
    },
  })
  test('the client behaved, nobody was mailed, and nobody has seen what came', async () => {
    const cloud = await server
    expect([await cloud?.violations(), await cloud?.mails()]).toEqual([[], []])
    expect((await cloud?.user('anna').files.seen())?.map(({ path }) => path).filter((path) => !path.includes('.offramp-'))).toEqual([
      'Suite',
    ])
  })
})

import type { Collection, Kind } from '@offramp/core'
import { startNextcloud } from '@offramp/emulators'
import { describe, expect, test } from 'vitest'
import { cyrusProblem, firstLogin, startCyrus } from '../../../test/servers/cyrus.ts'
import { calendar, davEndpoint, soon } from '../../../test/servers/dav-desk.ts'
import { haveRadicale, startRadicale } from '../../../test/servers/radicale.ts'
import { type RawDav, rawDav } from '../../../test/servers/raw-dav.ts'

interface Server {
  readonly url: string
  readonly stop: () => Promise<void>
}

const users = { anna: 'secret' }

async function cyrus(): Promise<Server> {
  const server = await startCyrus({ users, dav: {} })
  await firstLogin(server, 'anna')
  return { url: `http://127.0.0.1:${server.httpPort}/`, stop: server.stop }
}

async function nextcloud(): Promise<Server> {
  const server = await startNextcloud({ seed: 1, scheme: 'http', users: [{ id: 'anna', email: 'anna@cloud.example', password: 'secret' }] })
  return { url: server.url, stop: () => server.stop() }
}

const problem = cyrusProblem()

/** As a person's program renames a calendar. */
const rename = (raw: RawDav, path: string, name: string) =>
  raw.send('PROPPATCH', path, {
    headers: { 'content-type': 'application/xml' },
    body: `<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>${name}</d:displayname></d:prop></d:set></d:propertyupdate>`,
  })

describe.each([
  { name: 'Radicale', start: () => startRadicale({ users }), lacks: !haveRadicale() },
  { name: problem ?? 'Cyrus', start: cyrus, lacks: problem !== undefined },
  { name: 'Nextcloud (emulated)', start: nextcloud, lacks: false },
])('a collection that is renamed at the source, on $name', ({ start, lacks }) => {
  test.skipIf(lacks)('keeps its place and gets its new name, unless somebody has named it here', async () => {
    const server = await start()
    const endpoint = davEndpoint(server.url)
    try {
      const raw = rawDav({ url: server.url, user: 'anna', pass: 'secret' })
      for (const kind of ['event', 'contact'] satisfies Kind[]) {
        // Each time as another process, that knows what the server tells it and no more.
        const prepare = async (...all: Collection[]) => {
          const destination = await endpoint.connect('anna', kind, soon())
          const places: { id: string; name: string }[] = []
          for (const one of all) places.push(await destination.prepare(one, soon()))
          await destination.close?.()
          return places
        }
        const home = await raw.home(kind === 'event' ? 'caldav' : 'carddav')
        const names = async () => new Map((await raw.collections(home)).map(({ path, name }) => [path, name]))
        const as = (id: string, path: string): Collection => calendar(id, { path: [path] })
        const [one, two] = await prepare(as('1', 'Team'), as('2', 'Holidays'))
        if (one === undefined || two === undefined) throw new Error('nothing was made')
        const before = (await names()).size
        expect(await prepare(as('1', 'Crew & friends'), as('2', 'Holidays'))).toEqual([{ ...one, name: 'Crew & friends' }, two])
        expect((await names()).get(one.id)).toBe('Crew & friends')
        // Twice in a row, and with a name that is taken by its neighbour until that gives it up.
        await prepare(as('1', 'Holidays'), as('2', 'Team'))
        await prepare(as('1', 'Holidays'), as('2', 'Team'))
        expect([(await names()).get(one.id), (await names()).get(two.id)]).toEqual(['Holidays', 'Team'])
        await rename(raw, one.id, 'Mine')
        expect(await prepare(as('1', 'Everybody'), as('2', 'Team'))).toEqual([
          { ...one, name: 'Mine' },
          { ...two, name: 'Team' },
        ])
        expect((await names()).get(one.id)).toBe('Mine')
        expect((await names()).size).toBe(before)
      }
    } finally {
      await endpoint.close?.()
      await server.stop()
    }
  })
})

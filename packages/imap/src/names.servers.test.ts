import { specimen } from '@offramp/conformance'
import type { Collection, Destination, Place, Role } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import { cyrusProblem, startCyrus } from '../../../test/servers/cyrus.ts'
import { haveDovecot, startDovecot } from '../../../test/servers/dovecot.ts'
import { connectTo, endpointTo, folder, putAll, soon } from '../../../test/servers/imap-desk.ts'
import type { RawImap } from '../../../test/servers/raw-imap.ts'

interface Server {
  readonly imapPort: number
  raw(): Promise<RawImap>
  stop(): Promise<void>
}

interface Kind {
  readonly name: string
  readonly account: string
  readonly can: boolean
  start(): Promise<Server>
}

const dovecot = (layout: 'slash' | 'inbox-dot'): Kind => ({
  name: `Dovecot, ${layout}`,
  account: 'anna@example.test',
  can: haveDovecot(),
  start: () => startDovecot({ layout }),
})
const KINDS: readonly Kind[] = [
  dovecot('slash'),
  dovecot('inbox-dot'),
  { name: 'Cyrus', account: 'anna', can: cyrusProblem() === undefined, start: () => startCyrus() },
]

/** Every one must get a place of its own. */
const AWKWARD: readonly (readonly string[])[] = [
  ['Jim / John'],
  ['Jim', 'John'],
  ['Dr. Jones'],
  ['Dr', ' Jones'],
  ['Some Stuff...'],
  ['..'],
  ['.'],
  [' leading'],
  ['trailing '],
  ['a', 'b', ' '],
  ['R&D'],
  ['&-'],
  ['📁 Ablage'],
  ['März'],
  ['INBOX', 'sub'],
  ['inbox', 'sub', 'v1.2'],
  ['x'.repeat(300)],
  [`${'x'.repeat(300)}y`],
  ['é'.repeat(120)],
  ['日本語'.repeat(30), '中文'.repeat(30)],
  Array.from({ length: 30 }, (_, level) => `Level ${level}`),
  ['two\r\nlines'],
  ['nul\0'],
  ['tab\tand\u007fdelete'],
  ['~home'],
  ['~'],
  ['%', '*'],
  ['"quoted" \\ slashed'],
  ['#news'],
  ['Public.News'],
  ['{5}'],
  ['()', '[]'],
  ['a', ''],
  ['Outbox'],
  ['Drafts', 'drafts'],
  ['‛∅'],
]

/** Told apart by their ids only, or by less than servers and programs see. */
const TWINS: readonly Collection[] = [
  { id: 'nfd', path: ['Ma\u0308rz'] },
  { id: 'twin-1', path: ['Twin'] },
  { id: 'twin-2', path: ['Twin'] },
  { id: 'twin-3', path: ['TWIN'] },
  { id: 'own-inbox', path: ['inbox'] },
]

const ROLES: readonly (readonly [string, Role])[] = [
  ['Posteingang', 'inbox'],
  ['Gesendete Elemente', 'sent'],
  ['Entwürfe', 'drafts'],
  ['Gelöschte Elemente', 'trash'],
  ['Junk-E-Mail', 'junk'],
  ['Archiv', 'archive'],
]

const roleOf = ([name, role]: readonly [string, Role]): Collection => ({ id: `role:${role}`, path: [name], role })

const COLLECTIONS: readonly Collection[] = [...ROLES.map(roleOf), ...AWKWARD.map((path) => folder(...path)), ...TWINS]

async function prepareAll(destination: Destination, collections: readonly Collection[]): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  for (const collection of collections) places.set(collection.id, await destination.prepare(collection, soon()))
  return places
}

describe.each(KINDS)('$name', ({ start, account, can }) => {
  test.skipIf(!can)('every awkward name gets a place of its own, which takes mail and is found again by another process', async () => {
    const server = await start()
    const destination = await connectTo({ port: server.imapPort }, account)
    const places = await prepareAll(destination, COLLECTIONS)
    expect(new Set([...places.values()].map(({ name }) => name.toLowerCase())).size).toBe(COLLECTIONS.length)

    for (const [n, collection] of COLLECTIONS.entries()) {
      const place = places.get(collection.id)
      if (place !== undefined) await putAll(destination, place, [specimen('mail', collection, n)])
    }
    const raw = await server.raw()
    const listed = await raw.list()
    let messages = 0
    for (const name of listed) {
      const held = name.endsWith('/') ? [] : await raw.messages(name).catch(() => [])
      expect(held.length, name).toBeLessThanOrEqual(1)
      messages += held.length
    }
    expect(messages).toBe(COLLECTIONS.length)

    const other = await connectTo({ port: server.imapPort }, account)
    const again = await prepareAll(other, [...COLLECTIONS].reverse())
    for (const [id, place] of again) expect([id, place.id]).toEqual([id, places.get(id)?.id])
    await destination.close?.()
    await other.close?.()
    await server.stop()
  })

  test.skipIf(!can)('roles go to the server’s own special folders, sub-folders follow, and what is made is subscribed', async () => {
    const server = await start()
    const endpoint = endpointTo({ port: server.imapPort })
    const destination = await endpoint.connect(account, 'mail', soon())
    const raw = await server.raw()
    const special = new Map(
      [...(await raw.command('LIST "" "*"')).toString('latin1').matchAll(/^\* LIST \(([^)]*)\) "." "?([^"\r]*)"?\r$/gm)].map((row) => [
        row[2],
        row[1],
      ]),
    )
    const places = await prepareAll(destination, ROLES.map(roleOf))
    for (const role of ['sent', 'drafts', 'trash']) {
      expect(special.get(places.get(`role:${role}`)?.name)?.toLowerCase(), role).toContain(`\\${role}`)
    }
    expect(places.get('role:inbox')?.name).toBe('INBOX')
    const below = await destination.prepare(folder('Gesendete Elemente', '2019'), soon())
    expect(below.name.slice(0, -5)).toBe(places.get('role:sent')?.name)
    const subscribed = (await raw.command('LSUB "" "*"')).toString('latin1')
    expect(subscribed).toContain(below.name)
    expect(subscribed).toContain(places.get('role:archive')?.name)
    await endpoint.close?.()
    await server.stop()
  })
})

test.skipIf(!haveDovecot())(
  'collections that exchange their names exchange their places, also in a process that has seen them before',
  async () => {
    const server = await startDovecot()
    const endpoint = endpointTo({ port: server.imapPort })
    const connect = () => endpoint.connect('anna@example.test', 'mail', soon())
    const ids = async (...named: readonly (readonly [string, string])[]) => {
      const places = await prepareAll(
        await connect(),
        named.map(([id, name]) => ({ id, path: [name] })),
      )
      return named.map(([id]) => places.get(id)?.id)
    }
    const [one, two] = await ids(['1', 'One'], ['2', 'Two'])
    expect(await ids(['1', 'Two'], ['2', 'One'])).toEqual([two, one])
    const [third, moved] = await ids(['1', 'Three'], ['2', 'Two'])
    expect([third === one, third === two, moved]).toEqual([false, false, two])
    await endpoint.close?.()
    await server.stop()
  },
)

test.skipIf(!haveDovecot())('nothing is written into shared folders, whatever a folder is called', async () => {
  const server = await startDovecot({ layout: 'inbox-dot' })
  const destination = await connectTo({ port: server.imapPort }, 'anna@example.test')
  const place = await destination.prepare(folder('Public', 'News'), soon())
  expect(place.name).toBe('INBOX.Public.News')
  await putAll(destination, place, [specimen('mail', folder('Public', 'News'), 1)])
  expect(await (await server.raw()).messages('INBOX.Public.News')).toHaveLength(1)
  await server.stop()
})

test.skipIf(!haveDovecot())('where no folder is marked as special, it is known by its name in another language', async () => {
  const server = await startDovecot({ specialUse: false })
  const raw = await server.raw()
  await raw.command('CREATE "&AMk-l&AOk-ments envoy&AOk-s"')
  const destination = await connectTo({ port: server.imapPort }, 'anna@example.test')
  const sent = await destination.prepare({ id: 's', path: ['Sent Items'], role: 'sent' }, soon())
  expect(sent.name).toBe('Éléments envoyés')
  expect((await destination.prepare({ id: 'd', path: ['Drafts'], role: 'drafts' }, soon())).name).toBe('Drafts')
  await server.stop()
})

test.skipIf(cyrusProblem() !== undefined)('a special folder that Cyrus lacks is made as one', async () => {
  const server = await startCyrus()
  const destination = await connectTo({ port: server.imapPort }, 'anna')
  await destination.prepare({ id: 'a', path: ['Archiv'], role: 'archive' }, soon())
  expect((await (await server.raw()).command('LIST "" "Archive"')).toString('latin1').toLowerCase()).toContain('\\archive')
  await server.stop()
})

import { destinationSuite, type Seen } from '@offramp/conformance'
import { afterAll, describe } from 'vitest'
import { cyrusProblem, firstLogin, startCyrus } from '../../../test/servers/cyrus.ts'
import { backwards, type DavKind, openDavLab } from '../../../test/servers/dav-lab.ts'
import { haveRadicale, type Radicale, radicaleStore, startRadicale } from '../../../test/servers/radicale.ts'
import { startSmtpSink } from '../../../test/servers/smtp-sink.ts'

const KINDS: readonly DavKind[] = ['event', 'task', 'contact']

/** One server for all cases, a fresh account for each. */
const ACCOUNTS = Array.from({ length: 180 }, (_, n) => `case${n}`)
const logins = (count: number) => Object.fromEntries(ACCOUNTS.slice(0, count).map((name) => [name, 'secret']))

/** Radicale's own files. */
async function eyes(server: Radicale, account: string): Promise<readonly Seen[]> {
  return (await radicaleStore(server, account)).flatMap(({ props, objects }) =>
    [...objects].map(([locator, text]) => ({ place: props['D:displayname'] ?? '', locator, body: Buffer.from(text), traits: {} })),
  )
}

describe.skipIf(!haveRadicale())('Radicale', () => {
  let server: Promise<Radicale> | undefined
  let used = 0
  afterAll(async () => (await server)?.stop())
  for (const kind of KINDS)
    destinationSuite({
      name: `Radicale 3.1, ${kind}s`,
      open: async () => {
        server ??= startRadicale({ users: logins(180) })
        const running = await server
        const account = ACCOUNTS[used++] ?? ''
        return openDavLab({ kind, url: running.url, account, pass: 'secret', home: `/${account}/`, peek: () => eyes(running, account) })
      },
    })
})

const problem = cyrusProblem()

const SECOND = 'Cyrus 3.6 takes a UID only once in all calendars of an account (403 unique-scheduling-object-resource)'

const WAIVED: Readonly<Record<DavKind, Readonly<Record<string, string>>>> = {
  event: { 'find: the same content, in any searched place, and nothing else': SECOND },
  task: { 'find: the same content, in any searched place, and nothing else': SECOND },
  contact: {},
}

for (const scheduling of [true, false]) {
  describe.skipIf(problem !== undefined)(problem ?? `Cyrus, scheduling ${scheduling ? 'on' : 'off'}`, () => {
    const start = async () => {
      const sink = await startSmtpSink()
      const cyrus = await startCyrus({
        users: logins(scheduling ? 180 : 60),
        dav: scheduling ? { scheduling: { smtpPort: sink.port } } : {},
      })
      return { cyrus, sink }
    }
    let server: ReturnType<typeof start> | undefined
    let used = 0
    afterAll(async () => {
      const running = await server
      await running?.cyrus.stop()
      await running?.sink.close()
    })
    for (const kind of scheduling ? KINDS : KINDS.slice(0, 1))
      destinationSuite({
        name: `Cyrus 3.6, ${kind}s, scheduling ${scheduling ? 'on' : 'off'}`,
        waive: WAIVED[kind],
        open: async () => {
          server ??= start()
          const { cyrus } = await server
          const account = ACCOUNTS[used++] ?? ''
          await firstLogin(cyrus, account)
          const home = kind === 'contact' ? `/dav/addressbooks/user/${account}/` : `/dav/calendars/user/${account}/`
          const url = `http://127.0.0.1:${cyrus.httpPort}/`
          return openDavLab({ kind, url, account, pass: 'secret', home, ...(kind === 'event' ? { refusable: backwards } : {}) })
        },
      })
  })
}

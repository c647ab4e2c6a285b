import { destinationSuite } from '@offramp/conformance'
import type { Collection, Item } from '@offramp/core'
import { afterAll, describe } from 'vitest'
import { cyrusProblem, startCyrus } from '../../../test/servers/cyrus.ts'
import { haveDovecot, startDovecot } from '../../../test/servers/dovecot.ts'
import { headless, type LabServer, openImapLab, oversize } from '../../../test/servers/imap-lab.ts'

interface Running extends LabServer {
  stop(): Promise<void>
}

/** One server for all cases, a fresh account for each. */
const ACCOUNTS = Array.from({ length: 80 }, (_, n) => `case${n}`)
const users = Object.fromEntries(ACCOUNTS.map((name) => [name, 'secret']))

/** Registers the suite, and ends its server behind the last case. */
function suiteOn(name: string, start: () => Promise<Running>, refusable?: (home: Collection) => Item): void {
  let server: Promise<Running> | undefined
  let used = 0
  afterAll(async () => (await server)?.stop())
  destinationSuite({
    name,
    open: async () => {
      server ??= start()
      const account = ACCOUNTS[used++] ?? ''
      return openImapLab({ server: await server, account, pass: 'secret', stop: async () => {}, ...(refusable ? { refusable } : {}) })
    },
  })
}

describe.skipIf(!haveDovecot())('Dovecot, separator /', () =>
  suiteOn('Dovecot 2.3', () => startDovecot({ users, layout: 'slash', maxMailSize: '10M' }), oversize),
)

describe.skipIf(!haveDovecot())('Dovecot, all below INBOX.', () =>
  suiteOn('Dovecot 2.3', () => startDovecot({ users, layout: 'inbox-dot' })),
)

const problem = cyrusProblem()

describe.skipIf(problem !== undefined)(problem ?? 'Cyrus', () => suiteOn('Cyrus 3.6', () => startCyrus({ users }), headless))

import { LedgerStore, MemoryAccount, mailBytes, memoryLedger, memorySource, receivedAt } from '@offramp/conformance'
import { systemClock, type Trait, type Traits } from '@offramp/core'
import { turn, verify } from '@offramp/engine'
import { afterEach, describe, expect, test } from 'vitest'
import { haveDovecot, startDovecot } from '../servers/dovecot.ts'
import { openImapLab } from '../servers/imap-lab.ts'

const OFFERS: readonly Trait[] = ['read', 'flagged', 'answered', 'forwarded', 'draft', 'importance', 'receivedAt', 'keywords']
const LANE = 'anna-mail'
const LIMITS = { pageItems: 50, windowItems: 20, windowBytes: 2 ** 20, sliceMs: 60_000, putMs: 30_000 }
const call = { signal: new AbortController().signal }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function lab() {
  const server = await startDovecot({ users: { anna: 'secret' } })
  const imap = await openImapLab({ server, account: 'anna', pass: 'secret', stop: () => server.stop() })
  closing.push(() => imap.close())
  const account = new MemoryAccount()
  const source = memorySource(account, { offers: OFFERS })
  const ledger = memoryLedger(new LedgerStore(), { clock: systemClock })
  let count = 0
  return {
    imap,
    account,
    ledger,
    add(home: string, traits: Traits): string {
      const n = count++
      const facts = { body: mailBytes(n), naturalKey: `<specimen-${n}@example.org>` }
      return account.add(home, { ...facts, traits: { receivedAt: receivedAt(n), ...traits } })
    },
    /** One turn of a process of its own. */
    async pass(number: number) {
      const lease = await ledger.lease(LANE, 'test', 600_000)
      if (!lease) throw new Error('The lease is held.')
      const destination = await imap.again()
      const asked = { source, destination, ledger, lease, limits: LIMITS, clock: systemClock, pass: number, report: () => undefined }
      expect(await turn(asked, call)).toEqual({ state: 'done' })
      await lease.release()
    },
    check: async () =>
      verify({ source, destination: await imap.again(), ledger, lane: LANE, sample: 1, report: () => undefined }, undefined, call),
  }
}

/** What is easily lost or changed on its way through an IMAP keyword. */
const WORDS = [
  'Rot',
  'rot',
  'Gr\u00fcne Kategorie',
  'Ma\u0308rz',
  'a_b=c',
  'Junk',
  'NIL',
  '(urgent) 100%',
  '$Forwarded',
  '\\Seen',
  'Completed',
]

describe.skipIf(!haveDovecot())('on Dovecot', () => {
  test('right after a pass no flag and no category differs, whatever they are', async () => {
    const { account, add, pass, check } = await lab()
    const home = account.addCollection('Inbox')
    for (let bits = 0; bits < 32; bits++) {
      const has = (at: number): boolean => (bits & (1 << at)) !== 0
      const keywords = WORDS.filter((_, at) => (bits * 7 + at) % 3 === 0)
      add(home, { read: has(0), flagged: has(1), answered: has(2), forwarded: has(3), draft: has(4), keywords })
    }
    for (const word of WORDS) add(home, { keywords: [word] })
    add(home, {})
    await pass(1)
    const balance = await check()
    expect(balance.exceptions).toEqual([])
    expect(balance.collections).toMatchObject([{ source: 44, verified: 44, remainder: 0 }])
  })

  test('a category longer than the server takes is named by what it is called there', async () => {
    const { account, add, pass, check } = await lab()
    const home = account.addCollection('Inbox')
    add(home, { keywords: ['\u91cd\u8981\u306a\u304a\u5ba2\u69d8', 'Rot'] })
    await pass(1)
    const { exceptions } = await check()
    expect(exceptions.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The category or label "\u91cd\u8981\u306a\u304a\u5ba2\u69d8" is called "\u91cd\u8981.*" there/),
    ])
  })

  test('what somebody read there, and what the server had no room for, is named and still verified', async () => {
    const { imap, account, ledger, add, pass, check } = await lab()
    const home = account.addCollection('Inbox')
    const read = add(home, { read: false })
    add(home, { keywords: Array.from({ length: 30 }, (_, n) => `Category ${String(n).padStart(2, '0')}`) })
    await pass(1)
    const [entry] = await ledger.entries(LANE, [read])
    if (!entry?.receipt) throw new Error('It has not arrived.')
    await imap.person.flag(entry.receipt, { read: true })
    const { collections, exceptions } = await check()
    expect(collections).toMatchObject([{ source: 2, verified: 2, remainder: 0 }])
    expect(exceptions.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      expect.stringMatching(/^altered: At the source it is unread, and the copy is read/),
      expect.stringMatching(/^altered: The copy lacks the category or label "Category/),
    ])
  })

  test('folders whose names are one there stay two when only the second is left to walk', async () => {
    const { imap, account, ledger, add, pass, check } = await lab()
    const [first, second] = [account.addCollection('Reports'), account.addCollection('reports')]
    add(second, {})
    const lease = await ledger.lease(LANE, 'test', 600_000)
    await lease?.advance(first, 'end', 1)
    await lease?.rewind(first)
    await lease?.release()
    await pass(1)
    add(first, {})
    add(second, {})
    await pass(2)
    expect((await check()).collections).toMatchObject([{ verified: 1 }, { verified: 2 }])
    const places = (await imap.peek()).map(({ place }) => place).sort()
    expect(places).toEqual(['Reports', expect.stringMatching(/^reports \(.+\)$/), expect.stringMatching(/^reports \(.+\)$/)])
  })
})

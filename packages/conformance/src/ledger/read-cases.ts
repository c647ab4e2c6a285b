import { type Entry, entryKey, type Lease, type Ledger, type Receipt, type Tally, versionKey } from '@offramp/core'
import { expect } from 'vitest'
import { arrived, failed, heldCase, intent, LANE, type OpenLab, receipt, rejected } from './in-lab.ts'

const ids = (count: number, prefix = 'item'): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

async function all(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const out: Entry[] = []
  for await (const entry of entries) out.push(entry)
  return out
}

function count(entries: readonly Entry[]): Tally {
  const tally = { arrived: 0, rejected: 0, failed: 0, intended: 0, gone: 0, bytes: 0 }
  for (const entry of entries) {
    tally[entry.state]++
    tally.gone += entry.gone ? 1 : 0
    tally.bytes += entry.receipt?.size ?? 0
  }
  return tally
}

/** Repeatable and uneven. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % sides
  }
}

async function churn(lease: Lease, seed: number): Promise<void> {
  const roll = dice(seed)
  for (let step = 0; step < 60; step++) {
    const some = Array.from({ length: 1 + roll(30) }, () => `item-${roll(400)}`)
    const listing = `l${roll(3)}`
    const what = roll(4)
    if (what === 0) await lease.intend(some.map((id) => intent(id, { listing, version: `v${roll(9)}` })))
    else if (what === 1) await lease.removed(listing, some)
    else if (what === 2)
      await lease.settle(some.map((id) => arrived(id, '', { listing, receipt: receipt(String(roll(1e6)), { size: roll(1e6) }) })))
    else await lease.settle(some.map((id) => (roll(2) ? rejected(id, { listing }) : failed(id, { listing }))))
  }
}

/** Reads at another speed than the writer writes. */
async function scanWhileWriting(ledger: Ledger, write: (round: number) => Promise<void>): Promise<Map<string, number>> {
  const seen = new Map<string, number>()
  let round = 0
  for await (const entry of ledger.scan(LANE)) {
    seen.set(entry.key, (seen.get(entry.key) ?? 0) + 1)
    if (seen.size % 500 === 0 && round < 8) await write(round++)
  }
  return seen
}

export function ledgerReadCases(open: OpenLab): void {
  heldCase(open, 'entries come in the order of the ids that were asked', async ({ lease, ledger }) => {
    await lease.settle([arrived('a', '1'), arrived('b', '2')])
    const found = await ledger.entries(LANE, ['b', 'none', 'a', 'b'])
    expect(found.map((entry) => entry?.receipt?.locator)).toEqual(['2', undefined, '1', '2'])
    expect(await ledger.entries(LANE, [])).toEqual([])
  })

  heldCase(open, 'a lane that nobody has worked is empty', async ({ ledger }) => {
    expect(await ledger.entries('nobody-mail', ['x'])).toEqual([undefined])
    expect(await all(ledger.scan('nobody-mail'))).toEqual([])
    expect(await ledger.owners('nobody-mail', [receipt('1')])).toEqual([undefined])
    expect(await ledger.tally('nobody-mail')).toEqual(count([]))
  })

  heldCase(open, 'a scan names every entry of the wanted states once', async ({ lease, ledger }) => {
    await lease.settle([...ids(300).map((id, i) => arrived(id, String(i))), rejected('r'), failed('f')])
    await lease.intend([intent('i'), intent('item-0')])
    const names = async (states?: Parameters<Ledger['scan']>[1]) => (await all(ledger.scan(LANE, states))).map(({ key }) => key).sort()
    const keys = (of: readonly string[]) => of.map(entryKey).sort()
    expect(await names()).toEqual(keys([...ids(300), 'r', 'f', 'i']))
    expect(await names(['intended'])).toEqual(keys(['i', 'item-0']))
    expect(await names(['rejected', 'failed'])).toEqual(keys(['r', 'f']))
    expect(await names(['arrived'])).toEqual(keys(ids(300).slice(1)))
    expect(await names([])).toEqual([])
    const [found] = await all(ledger.scan(LANE, ['rejected']))
    expect(found).toEqual((await ledger.entries(LANE, ['r']))[0])
  })

  heldCase(open, 'a scan sees what is there throughout, however much is written meanwhile', async ({ lease, ledger }) => {
    const there = ids(4_000)
    await lease.settle(there.map((id, i) => arrived(id, String(i + 1))))
    const seen = await scanWhileWriting(ledger, async (round) => {
      await lease.settle(ids(1_500, `new-${round}`).map((id, i) => arrived(id, String(i))))
      await lease.intend(ids(50).map((id) => intent(id)))
    })
    expect(there.filter((id) => seen.get(entryKey(id)) !== 1)).toEqual([])
    expect(Math.max(...seen.values())).toBe(1)
  })

  heldCase(open, 'a batch of ten thousand is one call, and every entry of it stands', async ({ lease, ledger }) => {
    const many = ids(10_000)
    await lease.intend(many.map((id) => intent(id)))
    expect((await ledger.tally(LANE)).intended).toBe(10_000)
    await lease.settle(many.map((id, i) => arrived(id, String(i + 1))))
    expect(await ledger.tally(LANE)).toMatchObject({ arrived: 10_000, intended: 0, bytes: 10_000_000 })
    expect((await ledger.entries(LANE, many)).every((entry, i) => entry?.receipt?.locator === String(i + 1))).toBe(true)
  })

  for (const seed of [1, 2, 3]) {
    heldCase(open, `the tally says what a scan counts, after anything (seed ${seed})`, async ({ lease, ledger }) => {
      await churn(lease, seed)
      const entries = await all(ledger.scan(LANE))
      expect(await ledger.tally(LANE)).toEqual(count(entries))
      expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length)
    })
  }

  heldCase(open, 'a receipt leads to its owner, and only to its owner', async ({ lease, ledger }) => {
    const href = '/dav/anna/ä.ics'
    await lease.settle([...ids(500).map((id, i) => arrived(id, String(i + 1))), arrived('dav', '', { receipt: receipt(href) })])
    await lease.intend([intent('item-3', { version: 'v2' })])
    await lease.settle([failed('item-4'), arrived('item-5', '9999')])
    const asked = [receipt('1', { size: 1 }), receipt('4'), receipt('5'), receipt('6'), receipt('9999'), receipt(href)]
    const nobody = [receipt('1', { place: 'INBOX;8' }), receipt('501'), receipt('/dav/anna/'), receipt('', { place: 'nowhere' })]
    expect(await ledger.owners(LANE, [...asked, ...nobody])).toEqual([
      ...['item-0', 'item-3', 'item-4'].map(entryKey),
      undefined,
      ...['item-5', 'dav'].map(entryKey),
      ...nobody.map(() => undefined),
    ])
    expect(await ledger.owners(LANE, [])).toEqual([])
    // Two may have come by one place: each is told of the other.
    await lease.settle([arrived('late', '1')])
    const [first, late] = ['item-0', 'late'].map(entryKey)
    expect(await ledger.owners(LANE, [receipt('1'), receipt('4')], { but: first })).toEqual([late, entryKey('item-3')])
    expect(await ledger.owners(LANE, [receipt('1'), receipt('4')], { but: late })).toEqual([first, entryKey('item-3')])
    expect(await ledger.owners(LANE, [receipt('4')], { but: entryKey('item-3') })).toEqual([undefined])
  })

  heldCase(
    open,
    'who left something else in a place owns it no longer, where that is asked; who may just be writing there does',
    async ({ lease, ledger }) => {
      const at = receipt('/dav/a.txt', { size: 14, hash: '14852da3b885ba47' })
      const owner = async (now: Partial<Receipt>) => (await ledger.owners(LANE, [{ ...at, ...now }], { asLeft: true }))[0]
      await lease.settle([arrived('one', '', { receipt: at })])
      const one = entryKey('one')
      expect([await owner({}), await owner({ size: 509 }), await owner({ hash: '351d456c4dc42cef' })]).toEqual([one, undefined, undefined])
      expect(await ledger.owners(LANE, [{ ...at, size: 509 }])).toEqual([one])
      const { hash: _, ...unhashed } = at
      expect(await ledger.owners(LANE, [unhashed], { asLeft: true })).toEqual([one])
      await lease.settle([arrived('two', '', { receipt: { ...at, size: 509, hash: '351d456c4dc42cef' } })])
      expect([await owner({}), await owner({ size: 509, hash: '351d456c4dc42cef' })]).toEqual([one, entryKey('two')])
      await lease.intend([intent('one', { version: 'v2', place: at.place })])
      expect(await owner({ size: 77 })).toBe(one)
      await lease.intend([intent('one', { version: 'v3', place: 'elsewhere' })])
      expect([await owner({ size: 77 }), await owner({})]).toEqual([undefined, one])
    },
  )

  heldCase(open, 'a listing has its cursor and the last pass that walked it to its end', async ({ lease, ledger }) => {
    const listing = async () => (await ledger.books(LANE)).listings.get('inbox')
    expect(await listing()).toBeUndefined()
    await lease.advance('inbox', 'c1')
    expect(await listing()).toEqual({ cursor: 'c1', donePass: 0 })
    await lease.advance('inbox', 'delta', 1)
    expect(await listing()).toEqual({ cursor: 'delta', donePass: 1 })
    await lease.advance('inbox', 'delta-2')
    expect(await listing()).toEqual({ cursor: 'delta-2', donePass: 1 })
    await lease.settle([arrived('x', '1')])
    await lease.rewind('inbox')
    expect((await listing())?.cursor).toBeUndefined()
    expect((await ledger.entries(LANE, ['x']))[0]?.state).toBe('arrived')
  })

  heldCase(open, 'a listing may have any name, and its cursor any length', async ({ lease, ledger }) => {
    const names = ['', 'c', 'Ordner/ä', 'a\0b', '__proto__', '😀']
    for (const name of names) await lease.advance(name, `https://graph/${name}/${'x'.repeat(3_000)}`, 2)
    const { listings } = await ledger.books(LANE)
    expect([...listings.keys()].sort()).toEqual([...names].sort())
    for (const name of names) expect(listings.get(name)).toEqual({ cursor: `https://graph/${name}/${'x'.repeat(3_000)}`, donePass: 2 })
  })

  heldCase(open, 'floors only rise, as numbers and not as text', async ({ lease, ledger }) => {
    const floors = async () => Object.fromEntries((await ledger.books(LANE)).floors)
    await lease.raise([
      { place: 'a', since: '9' },
      { place: 'b', since: '100' },
    ])
    await lease.raise([
      { place: 'a', since: '10' },
      { place: 'b', since: '99' },
    ])
    expect(await floors()).toEqual({ a: '10', b: '100' })
    await lease.raise([])
    expect(await floors()).toEqual({ a: '10', b: '100' })
  })

  heldCase(open, 'of several doubts about a place the lowest mark holds, until the sweep has looked', async ({ lease, ledger }) => {
    const suspects = async () => Object.fromEntries((await ledger.books(LANE)).suspects)
    await lease.suspect([{ place: 'a', since: '10' }, { place: 'b' }, { place: 'c', since: '5' }, { place: 'd', since: 'etag-x' }])
    await lease.suspect([
      ...[{ place: 'a', since: '9' }, { place: 'b', since: '7' }, { place: 'c' }],
      ...[
        { place: 'd', since: 'etag-a' },
        { place: 'e', since: '4' },
      ],
    ])
    await lease.suspect([{ place: 'a', since: '11' }])
    expect(await suspects()).toEqual({ a: '9', b: '', c: '', d: 'etag-x', e: '4' })
    await lease.cleared(['a', 'c', 'never'])
    expect(await suspects()).toEqual({ b: '', d: 'etag-x', e: '4' })
    await lease.suspect([{ place: 'a', since: '20' }])
    expect((await suspects())['a']).toBe('20')
  })

  heldCase(open, 'versions are kept as their keys, whatever the source writes', async ({ lease, ledger }) => {
    const versions = ['', '"W/\\"CQAAABYAAAC\\""', 'ä', 'x'.repeat(2_000)]
    await lease.intend(versions.map((version, i) => intent(`v${i}`, { version })))
    const entries = await ledger.entries(LANE, ['v0', 'v1', 'v2', 'v3'])
    expect(entries.map((entry) => entry?.version)).toEqual(versions.map(versionKey))
  })
}

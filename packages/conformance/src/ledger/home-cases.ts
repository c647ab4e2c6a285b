import { expect } from 'vitest'
import { arrived, heldCase, intent, LANE, type OpenLab } from './in-lab.ts'

/** Where collections stand, what dates they have, and what follows where one has moved. */
export function ledgerHomeCases(open: OpenLab): void {
  heldCase(open, 'homes are remembered, and what a listing has left until it was walked to its end', async ({ lease, ledger }) => {
    const standing = async () => (await ledger.books(LANE)).listings.get('inbox')
    expect((await ledger.books(LANE)).homes).toEqual(new Map())
    await lease.house(
      [
        { collection: 'c1', place: '7:INBOX' },
        { collection: '', place: '' },
      ],
      [],
    )
    expect((await ledger.books(LANE)).homes).toEqual(
      new Map([
        ['c1', '7:INBOX'],
        ['', ''],
      ]),
    )
    await lease.advance('inbox', 'delta', 1)
    const left = ['7:INBOX', '7:a "quoted"\n\\name/ä']
    await lease.house([{ collection: 'c1', place: '8:INBOX' }], [{ listing: 'inbox', left }])
    expect((await ledger.books(LANE)).homes.get('c1')).toBe('8:INBOX')
    expect(await standing()).toEqual({ donePass: 1, left })
    await lease.advance('inbox', 'page-2')
    expect(await standing()).toEqual({ donePass: 1, left, cursor: 'page-2' })
    await lease.rewind('inbox')
    expect(await standing()).toEqual({ donePass: 1, left })
    await lease.house([], [{ listing: 'inbox', left: ['x'], cursor: 'again' }])
    expect(await standing()).toEqual({ donePass: 1, left: ['x'], cursor: 'again' })
    await lease.advance('inbox', 'delta', 2)
    expect(await standing()).toEqual({ donePass: 2, cursor: 'delta' })
    await lease.house([], [])
  })

  heldCase(open, 'one more whole walk is due until it begins, or the listing was walked to its end', async ({ lease, ledger }) => {
    const standing = async () => (await ledger.books(LANE)).listings.get('drive')
    await lease.advance('drive', 'page-2')
    await lease.house([], [{ listing: 'drive', left: ['a'], later: true }])
    expect(await standing()).toEqual({ donePass: 0, left: ['a'], cursor: 'page-2', due: true })
    await lease.advance('drive', 'page-3')
    expect(await standing()).toEqual({ donePass: 0, left: ['a'], cursor: 'page-3', due: true })
    await lease.rewind('drive')
    expect(await standing()).toEqual({ donePass: 0, left: ['a'], due: true })
    await lease.house([], [{ listing: 'drive', left: ['a', 'b'], later: true }])
    await lease.house([], [{ listing: 'drive', left: ['a', 'b'] }])
    expect(await standing()).toEqual({ donePass: 0, left: ['a', 'b'] })
    await lease.house([], [{ listing: 'drive', left: ['c'], later: true }])
    await lease.advance('drive', 'delta', 1)
    expect(await standing()).toEqual({ donePass: 1, cursor: 'delta' })
    await lease.house([], [{ listing: 'drive', left: ['d'], cursor: '>' }])
    expect(await standing()).toEqual({ donePass: 1, left: ['d'], cursor: '>' })
  })

  heldCase(
    open,
    'a place has yet to be given its date until it bears it, and again before it is written into',
    async ({ lease, ledger }) => {
      const undated = async () => Object.fromEntries((await ledger.books(LANE)).undated)
      const house = (...homes: Parameters<typeof lease.house>[0]) => lease.house(homes, [])
      await house({ collection: 'c1', place: 'a' }, { collection: 'c2', place: 'a/b', modifiedAt: 2_000 })
      expect(await undated()).toEqual({ c2: { place: 'a/b', modifiedAt: 2_000 } })
      await house({ collection: 'c1', place: 'a', modifiedAt: 0 }, { collection: 'c2', place: 'a/b', dated: true })
      expect(await undated()).toEqual({ c1: { place: 'a', modifiedAt: 0 } })
      // Named again as it was: nothing to do.
      await house({ collection: 'c2', place: 'a/b', modifiedAt: 2_000 }, { collection: 'c1', place: 'a', dated: true })
      expect(await undated()).toEqual({})
      await house({ collection: 'c2', place: 'a/b', dated: false })
      expect(await undated()).toEqual({ c2: { place: 'a/b', modifiedAt: 2_000 } })
      await house({ collection: 'c2', place: 'a/b', modifiedAt: 2_000, dated: true })
      // Another date, and then another place.
      await house({ collection: 'c2', place: 'a/b', modifiedAt: -3_000 })
      expect(await undated()).toEqual({ c2: { place: 'a/b', modifiedAt: -3_000 } })
      await house({ collection: 'c2', place: 'a/b', dated: true })
      await house({ collection: 'c2', place: 'z' })
      expect(await undated()).toEqual({ c2: { place: 'z', modifiedAt: -3_000 } })
      expect((await ledger.books(LANE)).homes).toEqual(
        new Map([
          ['c1', 'a'],
          ['c2', 'z'],
        ]),
      )
    },
  )

  heldCase(open, 'what is noted of places is what was said last, until neither is said', async ({ lease, ledger }) => {
    const notes = async () => [...(await ledger.books(LANE)).notes.values()].toSorted((a, b) => (a.place < b.place ? -1 : 1))
    expect(await notes()).toEqual([])
    const [one, two] = [
      { place: '/A "b"\n/ä', made: '42oc' },
      { place: 'n', left: '' },
    ]
    await lease.note([one, two])
    expect(await notes()).toEqual([one, two])
    await lease.note([{ ...one, left: 'It is shared, "so".' }, { place: 'n' }])
    expect(await notes()).toEqual([{ ...one, left: 'It is shared, "so".' }])
    await lease.note([one])
    expect(await notes()).toEqual([one])
    await lease.note([])
  })

  heldCase(open, 'a try that has got on does not count, and nothing else changes', async ({ lease, ledger }) => {
    const tries = async () => (await ledger.entries(LANE, ['x', 'done', 'none'])).map((entry) => entry?.tries)
    for (let n = 0; n < 5; n++) await lease.intend([intent('x')])
    await lease.settle([arrived('done', '1')])
    const [before] = await ledger.entries(LANE, ['x'])
    expect(await tries()).toEqual([5, 0, undefined])
    await lease.gained(['x', 'done', 'none'])
    expect(await ledger.entries(LANE, ['x'])).toEqual([{ ...before, tries: 4 }])
    expect(await tries()).toEqual([4, 0, undefined])
    for (let n = 0; n < 5; n++) await lease.gained(['x'])
    expect(await tries()).toEqual([1, 0, undefined])
    await lease.intend([intent('x')])
    expect(await tries()).toEqual([2, 0, undefined])
  })
}

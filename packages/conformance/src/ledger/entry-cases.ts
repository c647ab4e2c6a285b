import { entryKey, versionKey } from '@offramp/core'
import { expect } from 'vitest'
import { arrived, failed, heldCase, intent, LANE, type OpenLab, receipt, rejected } from './in-lab.ts'

export function ledgerEntryCases(open: OpenLab): void {
  heldCase(open, 'an intent is kept with everything that is needed to look for the copy', async ({ lease, ledger }) => {
    await lease.intend([intent('x')])
    expect(await ledger.entries(LANE, ['x'])).toEqual([
      {
        key: entryKey('x'),
        id: 'x',
        state: 'intended',
        listing: 'inbox',
        version: versionKey('v1'),
        tries: 1,
        place: 'INBOX;7',
        gone: false,
      },
    ])
    await lease.intend([intent('x', { listing: 'sent', version: 'v2', place: 'Sent;7' })])
    expect((await ledger.entries(LANE, ['x']))[0]).toMatchObject({ tries: 2, listing: 'sent', version: versionKey('v2'), place: 'Sent;7' })
  })

  heldCase(open, 'arriving keeps the proof and forgets id, tries and place', async ({ lease, ledger }) => {
    const proof = receipt('4711', { hash: '0123456789abcdef', memo: 'abcdefghijkl', size: 54_321 })
    await lease.intend([intent('x')])
    await lease.intend([intent('x')])
    await lease.settle([arrived('x', '', { version: 'v2', listing: 'sent', receipt: proof })])
    expect(await ledger.entries(LANE, ['x'])).toEqual([
      { key: entryKey('x'), state: 'arrived', listing: 'sent', version: versionKey('v2'), tries: 0, gone: false, receipt: proof },
    ])
  })

  heldCase(open, 'what was lost of an item is kept beside its proof, and goes when it arrives whole', async ({ lease, ledger }) => {
    const losses = ['An attachment was left out: the server takes 10 MB.', 'A guest has no address.']
    const of = async () => (await ledger.entries(LANE, ['x', 'y']))[0]
    await lease.intend([intent('x'), intent('y')])
    await lease.settle([arrived('x', '5', { losses, label: 'Budget' }), arrived('y', '6', { label: 'Whole' })])
    expect(await of()).toEqual({
      ...{ key: entryKey('x'), state: 'arrived', listing: 'inbox', version: versionKey('v1'), tries: 0, gone: false },
      ...{ receipt: receipt('5'), losses, label: 'Budget' },
    })
    expect((await ledger.entries(LANE, ['y']))[0]).not.toHaveProperty('label')
    const scanned = []
    for await (const entry of ledger.scan(LANE, ['arrived'])) scanned.push(entry.losses)
    expect(scanned.toSorted()).toEqual([losses, undefined])
    for await (const entry of ledger.scan(LANE, ['failed', 'rejected', 'intended'])) throw new Error(`${entry.key} has arrived.`)
    await lease.removed('inbox', ['x'])
    expect(await of()).toMatchObject({ gone: true, losses })
    await lease.intend([intent('x', { version: 'v2' })])
    expect(await of()).toMatchObject({ state: 'intended', receipt: receipt('5') })
    expect(await of()).not.toHaveProperty('losses')
    await lease.settle([arrived('x', '5', { losses, label: 'Budget' })])
    await lease.settle([arrived('x', '5')])
    expect(await of()).not.toHaveProperty('losses')
    expect(await ledger.tally(LANE)).toMatchObject({ arrived: 2, intended: 0, rejected: 0, failed: 0 })
  })

  heldCase(open, 'an exception is kept with its id and why, and a rejection with its reason', async ({ lease, ledger }) => {
    await lease.intend([intent('r'), intent('f'), intent('f')])
    await lease.settle([rejected('r', { label: 'Holiday' }), failed('f', { version: 'v3' })])
    expect(await ledger.entries(LANE, ['r', 'f'])).toEqual([
      {
        ...{ key: entryKey('r'), id: 'r', state: 'rejected', listing: 'inbox', version: versionKey('v1'), tries: 0, gone: false },
        ...{ reason: 'too-large', message: 'It has 40 MB and the server takes 25.', label: 'Holiday' },
      },
      {
        ...{ key: entryKey('f'), id: 'f', state: 'failed', listing: 'inbox', version: versionKey('v3'), tries: 2, gone: false },
        message: 'The server hung up three times.',
      },
    ])
  })

  heldCase(open, 'an earlier receipt is kept until another one proves more', async ({ lease, ledger }) => {
    const proof = receipt('5', { memo: 'x' })
    const of = async () => (await ledger.entries(LANE, ['x']))[0]?.receipt
    await lease.settle([arrived('x', '', { receipt: proof })])
    await lease.intend([intent('x', { version: 'v2', place: 'Sent;7' })])
    expect(await of()).toEqual(proof)
    await lease.settle([failed('x')])
    expect(await of()).toEqual(proof)
    await lease.intend([intent('x')])
    await lease.settle([rejected('x')])
    expect(await of()).toEqual(proof)
    await lease.intend([intent('x')])
    await lease.settle([arrived('x', '6')])
    expect(await of()).toEqual(receipt('6'))
  })

  heldCase(open, 'tries rise over a failure, and begin anew after arrival and rejection', async ({ lease, ledger }) => {
    const tries = async () => (await ledger.entries(LANE, ['x']))[0]?.tries
    await lease.intend([intent('x')])
    await lease.settle([failed('x')])
    await lease.intend([intent('x')])
    expect(await tries()).toBe(2)
    await lease.settle([rejected('x')])
    await lease.intend([intent('x')])
    expect(await tries()).toBe(1)
    await lease.settle([arrived('x', '1')])
    await lease.intend([intent('x')])
    expect(await tries()).toBe(1)
  })

  heldCase(open, 'an outcome needs no intent before it: a copy that was found is adopted', async ({ lease, ledger }) => {
    await lease.settle([arrived('a', '1'), rejected('b'), failed('c')])
    expect((await ledger.entries(LANE, ['a', 'b', 'c'])).map((entry) => entry?.state)).toEqual(['arrived', 'rejected', 'failed'])
    expect((await ledger.entries(LANE, ['c']))[0]?.tries).toBe(0)
  })

  heldCase(open, 'an item that left its listing is gone, and its copy stays', async ({ lease, ledger }) => {
    await lease.settle([arrived('x', '1'), rejected('y')])
    await lease.intend([intent('z')])
    await lease.removed('inbox', ['x', 'y', 'z', 'never-seen'])
    await lease.removed('inbox', ['x'])
    const entries = await ledger.entries(LANE, ['x', 'y', 'z', 'never-seen'])
    expect(entries.map((entry) => entry?.gone)).toEqual([true, true, true, undefined])
    expect(entries[0]?.receipt).toEqual(receipt('1'))
    expect(entries[2]?.state).toBe('intended')
    expect(await ledger.tally(LANE)).toMatchObject({ gone: 3, arrived: 1, rejected: 1, intended: 1 })
  })

  heldCase(open, 'an item that moved to another listing is not gone, whichever listing says so first', async ({ lease, ledger }) => {
    await lease.settle([arrived('x', '1'), arrived('y', '2')])
    await lease.settle([arrived('x', '3', { listing: 'sent' })])
    await lease.removed('inbox', ['x', 'y'])
    await lease.settle([arrived('y', '4', { listing: 'sent' })])
    expect((await ledger.entries(LANE, ['x', 'y'])).map((entry) => [entry?.gone, entry?.listing])).toEqual([
      [false, 'sent'],
      [false, 'sent'],
    ])
    expect((await ledger.tally(LANE)).gone).toBe(0)
  })

  heldCase(open, 'an intent brings back what was gone', async ({ lease, ledger }) => {
    await lease.settle([arrived('x', '1')])
    await lease.removed('inbox', ['x'])
    await lease.intend([intent('x')])
    expect((await ledger.entries(LANE, ['x']))[0]?.gone).toBe(false)
    expect((await ledger.tally(LANE)).gone).toBe(0)
  })

  heldCase(open, 'a first intent that is withdrawn was never there, and nothing else is forgotten', async ({ lease, ledger }) => {
    const before = await ledger.tally(LANE)
    const many = Array.from({ length: 300 }, (_, n) => `m${n}`)
    await lease.intend(many.map((id) => intent(id)))
    await lease.withdraw([...many, 'never-seen'])
    expect((await ledger.entries(LANE, many)).filter((entry) => entry !== undefined)).toEqual([])
    expect(await ledger.tally(LANE)).toEqual(before)
    await lease.settle([arrived('a', '1'), rejected('r'), failed('f'), arrived('over', '2')])
    await lease.intend([intent('twice'), intent('over')])
    await lease.intend([intent('twice')])
    await lease.withdraw(['a', 'r', 'f', 'over', 'twice'])
    const kept = await ledger.entries(LANE, ['a', 'r', 'f', 'over', 'twice'])
    expect(kept.map((entry) => entry?.state)).toEqual(['arrived', 'rejected', 'failed', 'intended', 'intended'])
    await lease.intend([intent('m7')])
    expect((await ledger.entries(LANE, ['m7']))[0]).toMatchObject({ state: 'intended', tries: 1, place: 'INBOX;7' })
  })

  heldCase(open, 'ids, names and locators may hold anything, and come back as they were', async ({ lease, ledger }) => {
    const ids = [
      '',
      ' ',
      'a\nb',
      'nul\0byte',
      '😀',
      'M\u00e4rz',
      'Ma\u0308rz',
      '/Files/ä b/%2F..',
      'x'.repeat(3_000),
      '__proto__',
      '7',
      'AAkA=',
      'aaka=',
    ]
    await lease.intend(ids.map((id, i) => intent(id, { listing: `l${i} ${id.slice(0, 100)}`, place: `p\0${id.slice(0, 100)};\n${i}` })))
    const entries = await ledger.entries(LANE, ids)
    expect(entries.map((entry) => entry?.id)).toEqual(ids)
    expect(entries.map((entry) => entry?.listing)).toEqual(ids.map((id, i) => `l${i} ${id.slice(0, 100)}`))
    expect(entries.map((entry) => entry?.place)).toEqual(ids.map((id, i) => `p\0${id.slice(0, 100)};\n${i}`))
    const locators = [
      '0',
      '1',
      '127',
      '128',
      '4294967295',
      '9007199254740991',
      '9007199254740993',
      '007',
      '',
      '-1',
      '1e3',
      ' 5',
      `/dav/ä/${'y'.repeat(900)}.eml`,
    ]
    await lease.settle(locators.map((locator, i) => arrived(ids[i] ?? '', '', { receipt: receipt(locator, { place: ids[i] ?? '' }) })))
    expect((await ledger.entries(LANE, ids)).map((entry) => entry?.receipt)).toEqual(
      locators.map((locator, i) => receipt(locator, { place: ids[i] ?? '' })),
    )
  })

  heldCase(open, 'a receipt comes back to the last byte', async ({ lease, ledger }) => {
    const receipts = [
      receipt('1', { size: 0 }),
      receipt('2', { size: 2 ** 40 + 1, hash: '00ff00ff00ff00ff' }),
      receipt('3', { memo: '' }),
      receipt('4', { memo: '\0\x01\x7f\x80\xff\n\r\t ":{' }),
      receipt('5', { memo: '\xe9', hash: 'ffffffffffffffff' }),
    ]
    await lease.settle(receipts.map((proof) => arrived(proof.locator, '', { receipt: proof })))
    expect((await ledger.entries(LANE, ['1', '2', '3', '4', '5'])).map((entry) => entry?.receipt)).toEqual(receipts)
  })

  heldCase(open, 'a long message is kept as far as a person reads it, a label too', async ({ lease, ledger }) => {
    const [message, label] = ['🙂 the server said: '.repeat(5_000), 'Ä'.repeat(5_000)]
    await lease.settle([failed('x', { message, label }), failed('y', { message: '', label: '' })])
    const [x, y] = await ledger.entries(LANE, ['x', 'y'])
    expect(x?.message?.slice(0, 300)).toBe(message.slice(0, 300))
    expect(x?.label?.slice(0, 100)).toBe(label.slice(0, 100))
    expect([y?.message, y?.label]).toEqual(['', ''])
  })
}

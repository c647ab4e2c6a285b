import { fastClock, LedgerStore, MemoryGate, memoryLedger } from '@offramp/conformance'
import { silentLog } from '@offramp/core'
import { startWorkspace } from '@offramp/emulators'
import { type LaneBalance, turn, verify } from '@offramp/engine'
import { afterEach, describe, expect, test } from 'vitest'
import { haveDovecot, startDovecot } from '../../../test/servers/dovecot.ts'
import { connectTo } from '../../../test/servers/imap-desk.ts'
import { googleSource } from './endpoint.ts'
import { ADMIN, ANNA, call, settingsFor, userOf } from './testing/workspace-lab.ts'

const LIMITS = { pageItems: 100, windowItems: 20, windowBytes: 16 * 2 ** 20, sliceMs: 600_000, putMs: 300_000 }
const LANE = 'anna-mail'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of open.splice(0).reverse()) await end()
})

describe.skipIf(!haveDovecot())('into a real Dovecot', () => {
  test.each(['folder', 'copies', 'archive'] as const)(
    'labels with names that no server takes, and a message with forty of them, arrive and balance: %s',
    async (labels) => {
      const clock = fastClock(50)
      const accounts = [
        { address: ADMIN, admin: true },
        { address: ANNA, messages: 60, oddLabels: true, awkward: 2, chats: 3 },
      ]
      const workspace = await startWorkspace({ seed: 5, accounts, now: clock.now, limits: { raceMs: 5_000 } })
      open.push(() => workspace.stop())
      const dovecot = await startDovecot()
      open.push(() => dovecot.stop())
      const endpoint = googleSource(
        { ...settingsFor(workspace), labels },
        { clock, log: silentLog, gate: new MemoryGate(clock, { patienceMs: 300_000, ticketMs: 3_600_000 }) },
      )
      open.push(async () => endpoint.close?.())
      const destination = await connectTo({ port: dovecot.imapPort }, 'anna@example.test')
      open.push(async () => destination.close?.())
      const owner = workspace.mailbox(ANNA)
      const names = Array.from({ length: 40 }, (_, n) => `Forty ${n}`)
      await owner.add(Buffer.from('Subject: forty\r\nMessage-ID: <forty@x>\r\n\r\nforty\r\n'), {
        labels: [...names, 'INBOX', 'STARRED'],
        internalDate: Date.UTC(2024, 4, 5),
      })
      const ledger = memoryLedger(new LedgerStore(), { clock })

      async function pass(number: number) {
        const lease = await ledger.lease(LANE, 'test', 3_600_000)
        if (!lease) throw new Error('no lease')
        try {
          const source = await endpoint.connect(userOf(ANNA), 'mail')
          const end = await turn({ source, destination, ledger, lease, pass: number, limits: LIMITS, clock, report: () => undefined }, call)
          expect(end).toEqual({ state: 'done' })
          return await verify({ source, destination, ledger, lane: LANE, sample: 1, report: () => undefined }, lease, call)
        } finally {
          await lease.release()
        }
      }

      // Maildir holds 26 keywords a folder, of 50 bytes; what does not fit is named, and nothing else is wrong.
      const isKeyword = (message: string) => labels !== 'copies' && /^(The copy lacks the|The) category or label/.test(message)
      const wrong = ({ exceptions }: LaneBalance) => exceptions.filter(({ kind, message }) => kind !== 'skipped' && !isKeyword(message))
      const reads = async () => {
        const { requests } = await workspace.stats()
        return (requests['messages.get'] ?? 0) + (requests['drafts.get'] ?? 0)
      }

      const first = await pass(1)
      expect(first.collections.filter(({ remainder }) => remainder !== 0)).toEqual([])
      expect(wrong(first)).toEqual([])
      expect(first.exceptions.filter(({ kind }) => kind === 'skipped').map(({ collection }) => collection)).toEqual(['Chats'])
      const verified = first.collections.reduce((sum, one) => sum + one.verified, 0)
      expect(first.hashed).toBe(verified)
      const message = (await owner.messages()).filter(({ labelIds }) => !labelIds.includes('CHAT'))
      if (labels === 'copies') expect(verified).toBeGreaterThan(message.length + 39)
      else expect(verified).toBe(message.length)
      const again = await reads()
      const second = await pass(2)
      expect(wrong(second)).toEqual([])
      // Only what is read back and compared.
      expect(await reads()).toBe(again + second.hashed)
      expect(await workspace.violations()).toEqual([])
    },
  )

  test('a copy that a person has deleted is gone, and the equal one under another label stays whose it is', async () => {
    const clock = fastClock(50)
    const accounts = [
      { address: ADMIN, admin: true },
      { address: ANNA, messages: 0 },
    ]
    const workspace = await startWorkspace({ seed: 5, accounts, now: clock.now, limits: { raceMs: 5_000 } })
    open.push(() => workspace.stop())
    const dovecot = await startDovecot()
    open.push(() => dovecot.stop())
    const gate = new MemoryGate(clock, { patienceMs: 300_000, ticketMs: 3_600_000 })
    const endpoint = googleSource({ ...settingsFor(workspace), labels: 'copies' }, { clock, log: silentLog, gate })
    open.push(async () => endpoint.close?.())
    const owner = workspace.mailbox(ANNA)
    const { id } = await owner.add(Buffer.from('Subject: x\r\nMessage-ID: <x@x>\r\n\r\nx\r\n'), {
      labels: ['A', 'B', 'INBOX'],
      internalDate: Date.UTC(2024, 4, 5),
    })
    const ledger = memoryLedger(new LedgerStore(), { clock })

    async function pass(number: number): Promise<LaneBalance> {
      const destination = await connectTo({ port: dovecot.imapPort }, 'anna@example.test')
      const lease = await ledger.lease(LANE, 'test', 3_600_000)
      if (!lease) throw new Error('no lease')
      try {
        const source = await endpoint.connect(userOf(ANNA), 'mail')
        const request = { source, destination, ledger, lease, pass: number, limits: LIMITS, clock, report: () => undefined }
        expect(await turn(request, call)).toEqual({ state: 'done' })
        return await verify({ source, destination, ledger, lane: LANE, sample: 1, report: () => undefined }, lease, call)
      } finally {
        await lease.release()
        await destination.close?.()
      }
    }
    await pass(1)
    const raw = await dovecot.raw('anna@example.test')
    open.push(async () => raw.close())
    for (const command of ['SELECT A', 'STORE 1 +FLAGS (\\Deleted)', 'EXPUNGE', 'CLOSE']) await raw.command(command)
    for (const [number, change] of [
      [2, { add: ['STARRED'] }] as const,
      [3, { remove: ['STARRED'] }] as const,
      [4, { add: ['STARRED'] }] as const,
    ]) {
      await owner.relabel(id, change)
      expect((await pass(number)).exceptions).toMatchObject([{ kind: 'missing', collection: 'A' }])
      expect([(await raw.messages('INBOX')).length, (await raw.messages('A')).length, (await raw.messages('B')).length]).toEqual([1, 0, 1])
    }
  })
})

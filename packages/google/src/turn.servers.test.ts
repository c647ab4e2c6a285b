import { createHash } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fastClock, LedgerStore, Mailbox, MemoryGate, memoryDestination, memoryLedger } from '@offramp/conformance'
import { silentLog } from '@offramp/core'
import { type EmulatedWorkspace, type GmailTruth, startWorkspace, type WorkspaceOptions } from '@offramp/emulators'
import { type TurnEnd, turn, verify } from '@offramp/engine'
import { afterEach, expect, test } from 'vitest'
import { googleSource } from './endpoint.ts'
import type { LabelPolicy } from './settings.ts'
import { ADMIN, ANNA, call, settingsFor, userOf } from './testing/workspace-lab.ts'

const LIMITS = { pageItems: 40, windowItems: 12, windowBytes: 8 * 2 ** 20, sliceMs: 60_000, putMs: 30_000 }
const LANE = 'anna-mail'

const open: { close?(): Promise<void>; stop?(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await (each.close?.() ?? each.stop?.())
})

/** The engine moves Anna's mail from an emulated domain into memory; `pass` runs one pass to its end. */
async function lab(
  labels: LabelPolicy,
  anna: Partial<WorkspaceOptions['accounts'][number]>,
  quirks: WorkspaceOptions['quirks'] = {},
  { limits = LIMITS, speed = 50 }: { readonly limits?: typeof LIMITS; readonly speed?: number } = {},
) {
  const clock = fastClock(speed)
  const workspace = await startWorkspace({
    seed: 11,
    accounts: [
      { address: ADMIN, admin: true },
      { ...anna, address: ANNA },
    ],
    now: clock.now,
    limits: { raceMs: 5_000 },
    quirks,
  })
  const endpoint = googleSource(
    { ...settingsFor(workspace), labels },
    { clock, log: silentLog, gate: new MemoryGate(clock, { patienceMs: 600_000, ticketMs: 3_600_000 }) },
  )
  open.push(workspace, endpoint)
  const mailbox = new Mailbox()
  const destination = memoryDestination(mailbox)
  const ledger = memoryLedger(new LedgerStore(), { clock })
  const ends: TurnEnd['state'][] = []

  async function leased<T>(work: (lease: NonNullable<Awaited<ReturnType<typeof ledger.lease>>>) => Promise<T>): Promise<T> {
    const lease = await ledger.lease(LANE, 'test', 3_600_000)
    if (!lease) throw new Error('no lease')
    try {
      return await work(lease)
    } finally {
      await lease.release()
    }
  }

  async function pass(number: number): Promise<void> {
    for (;;) {
      const source = await endpoint.connect(userOf(ANNA), 'mail')
      const end = await leased((lease) =>
        turn({ source, destination, ledger, lease, pass: number, limits, clock, report: () => undefined }, call),
      )
      await source.close?.()
      ends.push(end.state)
      if (end.state === 'done') return
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
  }
  const balance = async () => {
    const source = await endpoint.connect(userOf(ANNA), 'mail')
    return leased((lease) => verify({ source, destination, ledger, lane: LANE, sample: 0.1, report: () => undefined }, lease, call))
  }
  return { workspace, owner: workspace.mailbox(ANNA), mailbox, ledger, pass, ends, balance }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What stands at the destination: folder and hash. */
const copies = (mailbox: Mailbox): string[] =>
  mailbox
    .folders()
    .flatMap((folder) => [...folder.copies.values()].map((copy) => `${folder.path.join('/')} ${hashOf(copy.body)}`))
    .sort()

const SYSTEM: Readonly<Record<string, string>> = { INBOX: 'INBOX', SENT: 'Sent', DRAFT: 'Drafts', TRASH: 'Trash', SPAM: 'Spam' }

/** Where a message should stand: written down once more, from the page that operators read. */
function folders({ labelIds, labels }: GmailTruth, policy: LabelPolicy, age: (label: string) => number): string[] {
  if (labelIds.includes('CHAT')) return []
  const container = ['TRASH', 'SPAM', 'DRAFT'].find((id) => labelIds.includes(id))
  if (container) return [SYSTEM[container] ?? '']
  const system = ['INBOX', 'SENT'].filter((id) => labelIds.includes(id)).map((id) => SYSTEM[id] ?? '')
  if (policy === 'archive' || labels.length + system.length === 0) return ['Archive']
  if (policy === 'copies') return [...system, ...labels]
  const depth = (name: string) => name.split('/').length
  const [mine] = [...labels].sort((a, b) => depth(b) - depth(a) || b.length - a.length || age(a) - age(b))
  return [mine ?? (labelIds.includes('SENT') ? 'Sent' : 'INBOX')]
}

/** What should stand there. */
async function wanted(workspace: EmulatedWorkspace, policy: LabelPolicy): Promise<string[]> {
  const owner = workspace.mailbox(ANNA)
  const names = (await owner.labels()).map(({ name }) => name)
  const age = (label: string): number => names.indexOf(label)
  const all: string[] = []
  for (const message of await owner.messages()) {
    const hash = await owner.hash(message.id)
    all.push(...folders(message, policy, age).map((folder) => `${folder} ${hash}`))
  }
  return all.sort()
}

/** What of the one is not in the other, each copy counted. */
function missing(from: readonly string[], of: readonly string[]): string[] {
  const left = [...from]
  return of.filter((each) => {
    const at = left.indexOf(each)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

test.each(['folder', 'archive', 'copies'] as const)(
  'a mailbox is moved whole while its owner works and the network is bad: %s',
  async (policy) => {
    const { workspace, owner, mailbox, pass, ledger, balance } = await lab(policy, { messages: 250, awkward: 2, chats: 7 })
    await workspace.scenario({
      mailbox: ANNA,
      steps: [
        { every: 9, act: 'relabel', times: 12 },
        { every: 11, act: 'receive', times: 10 },
        { every: 13, act: 'read', times: 10 },
        { every: 15, act: 'star', times: 5 },
        { every: 17, act: 'archive', times: 10 },
        { every: 19, act: 'trash', times: 5 },
        { every: 23, act: 'delete', times: 5 },
        { every: 29, act: 'edit-draft', times: 5 },
      ],
    })
    await workspace.faults.add({ path: '/messages/', when: { probability: 0.03 }, effect: { kind: 'reset', afterBytes: 300 } })
    await workspace.faults.add({ path: '/messages/', when: { probability: 0.02 }, effect: { kind: 'truncate', bytes: 300 } })
    await workspace.faults.add({ when: { probability: 0.02 }, effect: { kind: 'status', status: 503, body: 'html' } })
    await pass(1)
    await workspace.faults.clear()
    await pass(2)
    await pass(3)
    const [there, truth] = [copies(mailbox), await wanted(workspace, policy)]
    expect(missing(there, truth)).toEqual([])
    expect(await ledger.tally(LANE)).toMatchObject({ failed: 0, rejected: 0, intended: 0 })
    const { collections, exceptions, goneSince } = await balance()
    // What has left the source since it was copied stays, and is counted.
    expect(missing(truth, there)).toHaveLength(goneSince)
    expect(new Set(there).size).toBe(there.length)
    expect(collections.filter(({ remainder }) => remainder !== 0)).toEqual([])
    expect(exceptions.filter(({ kind }) => kind !== 'skipped')).toEqual([])
    expect(collections.find(({ name }) => name === 'Chats')).toMatchObject({ source: 7, skipped: { 'not-offered': 7 } })
    expect((await owner.messages()).length).toBeGreaterThan(200)
    expect(await workspace.violations()).toEqual([])
  },
)

const gets = async (workspace: EmulatedWorkspace): Promise<number> => (await workspace.stats()).requests['messages.get'] ?? 0

test('a first pass reads each message once, and a quiet second pass none', async () => {
  const { workspace, owner, mailbox, pass, balance, ends } = await lab('folder', { messages: 300 }, { emptyPageEvery: 0, repeatEvery: 0 })
  await pass(1)
  const { length } = await owner.messages()
  expect(await gets(workspace)).toBe(length)
  // A page of ids is kept for a turn.
  expect((await workspace.stats()).requests['messages.list']).toBeLessThanOrEqual(ends.length)
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
  const { exceptions, hashed, goneSince } = await balance()
  expect([exceptions, goneSince]).toEqual([[], 0])
  expect(hashed).toBeGreaterThan(0)
  const before = await workspace.stats()
  await pass(2)
  const after = await workspace.stats()
  expect((after.units[ANNA] ?? 0) - (before.units[ANNA] ?? 0)).toBe(3)
  expect(after.http - before.http).toBe(1)
  const asked = Object.entries(after.requests).flatMap(([method, count]) => {
    const more = count - (before.requests[method] ?? 0)
    return more === 0 ? [] : [[method, more]]
  })
  expect(Object.fromEntries(asked)).toEqual({ batch: 1, 'labels.list': 1, 'history.list': 1 })
})

/** Files without a name that this process holds open. */
const spools = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const to = readlinkSync(`/proc/self/fd/${fd}`)
      return /offramp-[0-9a-f-]{36}/.test(to) ? [to] : []
    } catch {
      return []
    }
  })

const MB = 2 ** 20

test.each(['folder', 'copies'] as const)(
  'the bytes of every message are read once, from 1 kB to 40 MB, whatever fits on a page: %s',
  async (labels) => {
    const { workspace, owner, mailbox, pass, ledger, ends } = await lab(
      labels,
      {},
      { emptyPageEvery: 0, repeatEvery: 0 },
      // By the wall's own clock: on a faster one, a machine that is busy for a second makes large messages time out, and they are asked for again.
      { limits: { ...LIMITS, pageItems: 7, sliceMs: labels === 'copies' ? 3_600_000 : 100 }, speed: 1 },
    )
    const sizes = [...Array.from({ length: 25 }, () => 1_000), 100_000, 1 * MB, 7 * MB, 9 * MB, 20 * MB, 40 * MB, 5_000, 3 * MB]
    for (const [n, size] of sizes.entries()) {
      const head = `Subject: ${n}\r\nMessage-ID: <${n}@size>\r\n\r\n`
      await owner.add(Buffer.concat([Buffer.from(head), Buffer.alloc(size, `${n} and ${n} more\r\n`)]), {
        labels: ['INBOX', 'One', 'Two'].slice(n % 3),
      })
    }
    await pass(1)
    // Turns that end in the middle lose nothing of what was read, but for the copies of a message that had no room on the page.
    if (labels === 'folder') expect(ends.length).toBeGreaterThan(1)
    const truth = await owner.messages()
    expect(await owner.rawReads()).toEqual(Object.fromEntries(truth.map(({ id }) => [id, 1])))
    expect(await gets(workspace)).toBe(sizes.length)
    expect(copies(mailbox)).toEqual(await wanted(workspace, labels))
    expect(await ledger.tally(LANE)).toMatchObject({ failed: 0, rejected: 0, intended: 0 })
    expect(spools()).toEqual([])
    expect(readdirSync(tmpdir()).filter((name) => /^offramp-[0-9a-f]{8}-/.test(name))).toEqual([])
  },
)

test('what was read ahead and comes to its turn several pages later is kept until then', async () => {
  const quirks = { emptyPageEvery: 0, repeatEvery: 0 }
  const { owner, mailbox, pass, workspace } = await lab('copies', {}, quirks, { limits: { ...LIMITS, pageItems: 7 } })
  // The newest are listed first, and let it seem that the rest have one label as well.
  for (const n of [0, 1, 2, 3, 4, 5, 6]) {
    const labels = n < 5 ? ['INBOX', 'One', 'Two', 'Three', 'Four'] : ['INBOX']
    await owner.add(Buffer.from(`Subject: ${n}\r\nMessage-ID: <${n}@far>\r\n\r\n${n}`), { labels })
  }
  await pass(1)
  expect(Object.values(await owner.rawReads())).toEqual([1, 1, 1, 1, 1, 1, 1])
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'copies'))
})

test('a label that is renamed moves its folder, and only its messages are read again', async () => {
  const { workspace, owner, mailbox, pass, balance } = await lab('folder', {
    messages: [
      { labels: ['Clients/Old', 'INBOX'], count: 12 },
      { labels: ['Other'], count: 60 },
      { labels: ['INBOX'], count: 60 },
    ],
  })
  await pass(1)
  const before = await gets(workspace)
  await owner.renameLabel('Clients/Old', 'Clients/New')
  await pass(2)
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
  expect((await gets(workspace)) - before).toBe(12)
  await owner.deleteLabel('Other')
  await pass(3)
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
  const { exceptions, goneSince } = await balance()
  expect([exceptions, goneSince]).toEqual([[], 0])
  expect(await workspace.violations()).toEqual([])
})

test('labels that exchange their names, or take over one that is given up, have their messages exchanged as well', async () => {
  const { workspace, owner, mailbox, pass, balance } = await lab('folder', {
    messages: [
      { labels: ['One'], count: 5 },
      { labels: ['Two'], count: 7 },
    ],
  })
  const exchanged = async (number: number, ...names: readonly (readonly [string, string])[]): Promise<void> => {
    for (const [from, to] of names) await owner.renameLabel(from, to)
    await pass(number)
    expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
    expect((await balance()).exceptions).toEqual([])
  }
  await pass(1)
  await exchanged(2, ['One', 'Three'], ['Two', 'One'], ['Three', 'Two'])
  await exchanged(3, ['One', 'Three'], ['Two', 'One'])
})

test('when Google has forgotten the changes, only what is new is read, and nothing stands twice', async () => {
  const { workspace, owner, mailbox, pass } = await lab('folder', { messages: 150 })
  await pass(1)
  const before = await gets(workspace)
  const [first, second] = (await owner.messages()).filter(({ labelIds }) => labelIds.includes('INBOX') && !labelIds.includes('UNREAD'))
  await owner.relabel(first?.id ?? '', { remove: ['INBOX'] })
  await owner.relabel(second?.id ?? '', { add: ['STARRED', 'Fresh'] })
  await owner.add(Buffer.from('Subject: late\r\n\r\nlate'))
  await owner.expireHistory()
  await pass(2)
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
  expect((await gets(workspace)) - before).toBeLessThanOrEqual(3)
  await owner.add(Buffer.from('Subject: later\r\n\r\nlater'))
  await pass(3)
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
})

test('drafts that are edited again and again stand once, with their last text', async () => {
  const { workspace, owner, mailbox, pass } = await lab('folder', { messages: [{ labels: ['DRAFT'], count: 5 }] })
  await pass(1)
  for (let round = 2; round < 5; round++) {
    for (const { id } of await owner.messages()) await owner.editDraft(id, Buffer.from(`Subject: ${id}\r\n\r\nround ${round}`))
    if (round === 3) await owner.expireHistory()
    await pass(round)
    expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
  }
  expect(copies(mailbox)).toHaveLength(5)
})

test('a message that Google cannot give fails by name, and all else is moved', async () => {
  const { workspace, mailbox, pass, ledger } = await lab('folder', { messages: [{ labels: ['INBOX'], count: 40 }] })
  await workspace.faults.add({ path: '/messages/[0-9a-f]+\\?', when: { nth: 7 }, effect: { kind: 'poison-message' } })
  await pass(1)
  expect(await ledger.tally(LANE)).toMatchObject({ arrived: 39, failed: 1 })
  await workspace.faults.clear()
  await pass(2)
  expect(copies(mailbox)).toEqual(await wanted(workspace, 'folder'))
  expect(await ledger.tally(LANE)).toMatchObject({ arrived: 40, failed: 0 })
})

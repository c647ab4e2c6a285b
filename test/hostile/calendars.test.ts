import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Report } from '@offramp/control'
import { type Card, fromVCard } from '@offramp/formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { lastJson } from '../lab/operator.ts'
import { namedIn, textsIn, timesOf } from '../lab/shelves.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'
import { type Radicale, startRadicale } from '../servers/radicale.ts'
import { ODD_CALENDARS, type OddCalendar, oddCards, writeOddFiles } from './odd-files.ts'

const ANNA = 'anna@contoso.example'
const GERD = 'gerd@fabrikam.example'
const CORA = 'cora@fabrikam.example'
const LOGINS = { [ANNA]: 'anna@example.test', [GERD]: 'gerd@example.test', [CORA]: 'cora@example.test' }
/** Of one invitation: many in an account of its own, and some among everything else. */
const SOME = 30
/** Into Radicale, which looks at every object of a collection for each that it is given. */
const COPIES_AT_RADICALE = Number(process.env['OFFRAMP_COPIES'] ?? 60)
/** Labels of contacts; the list says 5,000. */
const GROUPS = Number(process.env['OFFRAMP_GROUPS'] ?? 30)
const settings = { workloads: ['event', 'contact', 'task'], verifySample: 1 }
const WINDOW = { from: Date.UTC(2010, 0, 1), to: Date.UTC(2029, 11, 31) }

let bait: Server
let asked = 0
let files: { readonly ics: string; readonly vcf: string }

beforeAll(async () => {
  // What a card or an event points at is never asked for: nobody knows what stands there.
  bait = createServer((_, response) => {
    asked++
    response.end('secret')
  })
  await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', resolve))
  files = await writeOddFiles(canary())
})
afterAll(() => void bait?.close())

function canary(): string {
  const address: AddressInfo | string | null = bait.address()
  if (address === null || typeof address === 'string') throw new Error('The bait does not listen.')
  return `http://localhost:${address.port}/latest/meta-data/`
}

const on = (day: string) => ({
  start: { dateTime: `${day}T09:00:00`, timeZone: 'W. Europe Standard Time' },
  end: { dateTime: `${day}T10:00:00`, timeZone: 'W. Europe Standard Time' },
})

const unfolded = (text: string): string => text.replaceAll(/\r\n[ \t]/g, '')
const called = (texts: readonly string[], name: string): readonly string[] =>
  texts.filter((text) => unfolded(text).includes(`\r\nSUMMARY:${name}\r\n`))

const startsOf = (text: string): readonly string[] =>
  timesOf(text, WINDOW).map(({ start, allDay }) => new Date(start).toISOString().slice(0, allDay ? 10 : 16))

/** Stands there once, at the times that are written beside it; or stays behind for the reason that is. */
function expectOdd({ name, at, reason }: OddCalendar, texts: readonly string[], named: readonly string[]): void {
  const found = called(texts, name)
  if (at === undefined) {
    expect(found).toEqual([])
    expect(named.filter((line) => line.includes(name)).join('\n')).toMatch(reason ?? /./)
  } else expect(found.map(startsOf)).toEqual([at])
}

function cardsOf(texts: readonly string[]): readonly Card[] {
  return texts.flatMap((text) => fromVCard(Buffer.from(text))).flatMap((card) => (card instanceof Error ? [] : [card]))
}

const valuesOf = (all: Card['emails']): readonly string[] => (all ?? []).map(({ value }) => value).toSorted()

/** How many of a kind stay behind, by reason. */
function leftOf(report: Report, kind: string): Readonly<Record<string, number>> {
  const left: Record<string, number> = {}
  for (const lane of report.lanes.filter((one) => one.kind === kind))
    for (const { skipped } of lane.balance?.collections ?? [])
      for (const [reason, count] of Object.entries(skipped)) left[reason] = (left[reason] ?? 0) + (count ?? 0)
  return left
}

/** The one object of a name. */
function objectOf(texts: readonly string[], name: string): string {
  const [text, ...more] = called(texts, name)
  if (text === undefined || more.length > 0) throw new Error(`${name} stands there ${more.length + (text === undefined ? 0 : 1)} times.`)
  return unfolded(text)
}

/** Each card of the list stands there as often as it is in it, with its addresses and numbers. */
function expectCards(cards: readonly Card[]): void {
  const key = (name: string, mails: readonly string[], phones: readonly string[]): string => JSON.stringify([name, mails, phones])
  const found = cards.map(({ fullName = '', emails, phones }) => key(fullName, valuesOf(emails), valuesOf(phones)))
  const times = (all: readonly string[], one: string): number => all.filter((each) => each === one).length
  const meant = oddCards(canary()).filter(({ lines }) => lines.at(-1) === 'END:VCARD')
  const keys = meant.map(({ name, mails = [], phones = [] }) => key(name, mails, phones))
  expect(keys.map((one) => [one, times(found, one)])).toEqual(keys.map((one) => [one, times(keys, one)]))
  expect(found.filter((one) => one.includes('Ends within'))).toEqual([])
  const awkward = cards.find(({ fullName }) => fullName === 'a;b,c\\d')
  expect([awkward?.name?.family, awkward?.name?.given, awkward?.note]).toEqual(['b,c', 'a;', 'one\ntwo;,\\'])
}

async function runOf(lab: Lab | WorkspaceLab): Promise<Report> {
  const ended = await lab.offramp('run', '--json', '--workers', '1')
  expect(ended.code, ended.out.slice(-6_000) + ended.err).toBe(0)
  return lastJson<Report>(ended)
}

describe('out of Microsoft 365 into Nextcloud', { timeout: 300_000 }, () => {
  let cloud: NextcloudProcess
  let lab: Lab
  let report: Report
  let texts: readonly string[]

  beforeAll(async () => {
    cloud = await startNextcloudProcess({ seed: 4, users: [{ id: LOGINS[ANNA], email: ANNA }] })
    lab = await startLab({
      accounts: [{ address: ANNA, ...files, hostileItems: SOME }],
      cloud: { url: cloud.url, ca: cloud.ca, passwords: cloud.passwords },
      settings,
    })
    const desk = lab.tenant.outlook(ANNA)
    await desk.addDistributionList(null)
    const second = await desk.addCalendar('Second')
    for (const home of [null, second.id])
      await desk.addEvent(home, { event: { ...on('2025-09-01'), subject: 'in two', iCalUId: 'in-two' } })
    const attendees = Array.from({ length: 300 }, (_, n) => ({
      type: 'required' as const,
      emailAddress: { address: `g${n}@elsewhere.example` },
    }))
    await desk.addEvent(null, { event: { ...on('2025-09-02'), subject: '300 guests', attendees } })
    const yearly = { type: 'absoluteYearly' as const, interval: 1, month: 2, dayOfMonth: 29 }
    const range = { type: 'numbered' as const, startDate: '2024-02-29', numberOfOccurrences: 3 }
    await desk.addEvent(null, { event: { ...on('2024-02-29'), subject: 'last of February', recurrence: { pattern: yearly, range } } })
    report = await runOf(lab)
    texts = (await cloud.user(LOGINS[ANNA]).stored())
      .filter(({ path }) => /^(calendars|addressbooks)/.test(path) && !path.includes('contact_birthdays'))
      .map(({ text }) => text)
  }, 300_000)
  afterAll(async () => {
    await Promise.all([lab?.close(), cloud?.stop()])
  })

  test.each(ODD_CALENDARS.filter(({ notInOutlook }) => !notInOutlook))('$name', (odd) => {
    expectOdd(odd, texts, namedIn(report, 'event'))
  })

  test('nothing fails or is missing, and of so many copies of one invitation one is moved', async () => {
    expect(report.totals).toMatchObject({ failed: 0, remainder: 0, doubled: 0, unverified: 0 })
    expect(leftOf(report, 'event')).toEqual({ 'double-at-source': SOME - 1 })
    const events = await lab.tenant.outlook(ANNA).events()
    expect(texts.filter((text) => text.includes('BEGIN:VEVENT'))).toHaveLength(events.length - (SOME - 1))
    expect(called(texts, 'The same invitation')).toHaveLength(1)
  })

  test('one UID in two calendars, 300 guests, guests without addresses, a megabyte, scripts, the last of February', () => {
    expect(called(texts, 'in two')).toHaveLength(2)
    expect(objectOf(texts, '300 guests').match(/^ATTENDEE/gm)).toHaveLength(300)
    expect(objectOf(texts, 'Guests without addresses')).toContain('Only a name')
    expect(/^DESCRIPTION:(.*)$/m.exec(objectOf(texts, 'A megabyte of text'))?.[1]?.length).toBeGreaterThan(1_000_000)
    expect(/^DESCRIPTION:(.*)$/m.exec(objectOf(texts, 'Script'))?.[1]?.trim()).toBe('hello')
    // Exchange takes the last day of a month that is too short.
    expect(called(texts, 'last of February').map(startsOf)).toEqual([['2024-02-29T08:00', '2025-02-28T08:00', '2026-02-28T08:00']])
    expect(startsOf(objectOf(texts, 'Everything at once').replaceAll('\n', '\r\n')).length).toBeGreaterThan(40)
  })

  test('cards: none without a name, a photo of 12 MB made smaller, every escape, three of the same, a list that Graph does not show', () => {
    const cards = cardsOf(texts.filter((text) => text.startsWith('BEGIN:VCARD')))
    expectCards(cards)
    const size = cards.find(({ fullName }) => fullName === '12 MB of a face')?.photo?.bytes.length ?? 0
    expect([size > 0, size < 1_000_000]).toEqual([true, true])
    expect(cards.filter(({ fullName = '' }) => fullName.trim() === '')).toEqual([])
    expect(JSON.stringify(report.lanes.map(({ balance }) => balance?.losses))).toContain('The photo was made smaller.')
  })

  test('nobody was mailed, and nothing that is pointed at was fetched', async () => {
    expect([asked, await cloud.mails(), await cloud.violations(), await lab.tenant.violations()]).toEqual([0, [], [], []])
  })
})

describe('out of Google Workspace into Radicale', { timeout: 300_000 }, () => {
  let radicale: Radicale
  let lab: WorkspaceLab
  let report: Report
  let texts: readonly string[]

  beforeAll(async () => {
    radicale = await startRadicale({ users: { [LOGINS[GERD]]: 'secret', [LOGINS[CORA]]: 'secret' } })
    const calendars = { ics: files.ics, hostile: true }
    const contacts = { vcf: files.vcf, hostile: true }
    lab = await startWorkspaceLab({
      accounts: [
        { address: GERD, admin: true, calendars, contacts, tasks: { hostile: true } },
        { address: CORA, calendars: { copies: COPIES_AT_RADICALE } },
      ],
      cloud: { url: radicale.url, passwords: radicale.users },
      settings,
    })
    const desks = lab.workspace.work(GERD)
    for (let n = 0; n < GROUPS; n++) {
      const { resourceName = '' } = await desks.contacts.addGroup(`Group ${n}`)
      const memberships = [{ contactGroupMembership: { contactGroupResourceName: resourceName } }]
      await desks.contacts.put({ names: [{ displayName: `Member ${n}` }], memberships, photos: [{ url: canary() }] })
    }
    const second = await desks.calendars.addCalendar('Second')
    const times = { start: { dateTime: '2025-09-01T08:00:00Z' }, end: { dateTime: '2025-09-01T09:00:00Z' } }
    for (const home of [GERD, second.id]) await desks.calendars.put(home, { ...times, summary: 'in two', iCalUID: 'in-two@google.com' })
    await desks.calendars.put(GERD, { ...times, summary: 'file', attachments: [{ title: 'Plan', fileUrl: canary() }] })
    report = await runOf(lab)
    texts = [...(await textsIn(radicale, LOGINS[GERD], 'VEVENT')), ...(await textsIn(radicale, LOGINS[GERD], 'VCARD'))]
  }, 300_000)
  afterAll(async () => {
    await Promise.all([lab?.close(), radicale?.stop()])
  })

  test.each(ODD_CALENDARS)('$name', (odd) => {
    expectOdd(odd, texts, namedIn(report, 'event'))
  })

  test('nothing fails or is missing, and of so many copies of one invitation one is moved', async () => {
    expect(report.totals).toMatchObject({ failed: 0, remainder: 0, doubled: 0, unverified: 0 })
    const { 'double-at-source': copies, ...left } = leftOf(report, 'event')
    expect(copies).toBe(COPIES_AT_RADICALE - 1)
    expect(await textsIn(radicale, LOGINS[CORA], 'VEVENT')).toHaveLength(1)
    process.stdout.write(`  hostile, Google: stay behind ${JSON.stringify(left)}\n`)
    const moved = texts.filter((text) => text.includes('BEGIN:VEVENT')).length
    const behind = Object.values(left).reduce((sum, count) => sum + count, 0)
    expect(moved + behind).toBe((await lab.workspace.work(GERD).calendars.items()).length)
    expect(namedIn(report, 'event').join('\n')).toMatch(/skipped: no rule at all: /)
  })

  test('one UID in two calendars, 300 guests, guests without addresses, scripts', () => {
    expect(called(texts, 'in two')).toHaveLength(2)
    expect(objectOf(texts, 'three hundred guests').match(/^ATTENDEE/gm)).toHaveLength(300)
    expect(objectOf(texts, 'guests without addresses')).toContain('Nobody')
    expect(/^DESCRIPTION:(.*)$/m.exec(objectOf(texts, 'script'))?.[1]).not.toContain('alert')
  })

  test('cards: none without a name, every escape, three of the same, and each group on those who are in it', () => {
    const cards = cardsOf(texts.filter((text) => text.startsWith('BEGIN:VCARD')))
    expectCards(cards)
    expect(cards.filter(({ fullName = '' }) => fullName.trim() === '')).toEqual([])
    const members = new Map(cards.map(({ fullName = '', categories = [] }) => [fullName, categories]))
    for (let n = 0; n < GROUPS; n++) expect(members.get(`Member ${n}`)).toEqual([`Group ${n}`])
    expect(cards.find(({ fullName }) => fullName === 'Many addresses')?.emails).toHaveLength(150)
  })

  test('nothing that is pointed at was fetched', async () => {
    expect([asked, await lab.workspace.violations()]).toEqual([0, []])
  })
})

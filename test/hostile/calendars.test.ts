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
const LOGINS = { [ANNA]: 'anna@example.test', [GERD]: 'gerd@example.test' }
/** Of one invitation. */
const COPIES = Number(process.env['OFFRAMP_COPIES'] ?? 700)
/** Labels of contacts; the list says 5,000. */
const GROUPS = Number(process.env['OFFRAMP_GROUPS'] ?? 300)
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

async function runOf(lab: Lab | WorkspaceLab): Promise<Report> {
  const ended = await lab.offramp('run', '--json', '--workers', '1')
  expect(ended.code, ended.out.slice(-6_000) + ended.err).toBe(0)
  return lastJson<Report>(ended)
}

describe('out of Microsoft 365 into Nextcloud', { timeout: 180_000 }, () => {
  let cloud: NextcloudProcess
  let lab: Lab
  let report: Report
  let texts: readonly string[]
  beforeAll(async () => {
    cloud = await startNextcloudProcess({ seed: 4, users: [{ id: LOGINS[ANNA], email: ANNA }] })
    lab = await startLab({
      accounts: [{ address: ANNA, ...files, hostileItems: COPIES }],
      cloud: { url: cloud.url, ca: cloud.ca, passwords: cloud.passwords },
      settings,
    })
    report = await runOf(lab)
    texts = (await cloud.user(LOGINS[ANNA]).stored()).map(({ text }) => text)
    console.log(
      namedIn(report, 'event').join('\n').slice(0, 3000),
      namedIn(report, 'contact'),
      namedIn(report, 'task'),
      JSON.stringify(report.lanes.map((l) => [l.kind, l.balance?.losses])),
      report.totals,
      await lab.tenant.outlook(ANNA).untold(),
    )
  }, 180_000)
  afterAll(async () => {
    await Promise.all([lab?.close(), cloud?.stop()])
  })

  test.each(ODD_CALENDARS.filter(({ notInOutlook }) => !notInOutlook))('$name', (odd) => {
    expectOdd(odd, texts, namedIn(report, 'event'))
  })
  test('all', () => {
    const cards = cardsOf(texts.filter((text) => text.startsWith('BEGIN:VCARD')))
    console.log(cards.map((c) => [c.fullName, valuesOf(c.emails), valuesOf(c.phones)]))
    console.log(
      texts
        .filter((t) => t.includes('BEGIN:VEVENT'))
        .map((t) => /SUMMARY:.*/.exec(t)?.[0])
        .join('|'),
    )
    for (const c of oddCards(canary())) console.log(c.name, cards.filter((x) => x.fullName === c.name).length)
    expect(asked).toBe(0)
  })
})

describe('out of Google Workspace into Radicale', { timeout: 180_000 }, () => {
  let radicale: Radicale
  let lab: WorkspaceLab
  let report: Report
  let texts: readonly string[]
  beforeAll(async () => {
    radicale = await startRadicale({ users: { [LOGINS[GERD]]: 'secret' } })
    lab = await startWorkspaceLab({
      accounts: [
        {
          address: GERD,
          admin: true,
          calendars: { ics: files.ics, hostile: true, copies: COPIES },
          contacts: { vcf: files.vcf, hostile: true },
          tasks: { hostile: true },
        },
      ],
      cloud: { url: radicale.url, passwords: radicale.users },
      settings,
    })
    const { contacts } = lab.workspace.work(GERD)
    for (let n = 0; n < GROUPS; n++) {
      const { resourceName = '' } = await contacts.addGroup(`Group ${n}`)
      await contacts.put({
        names: [{ displayName: `Member ${n}` }],
        memberships: [{ contactGroupMembership: { contactGroupResourceName: resourceName } }],
      })
    }
    report = await runOf(lab)
    texts = [...(await textsIn(radicale, LOGINS[GERD], 'VEVENT')), ...(await textsIn(radicale, LOGINS[GERD], 'VCARD'))]
    console.log(
      namedIn(report, 'event').join('\n').slice(0, 3000),
      namedIn(report, 'contact'),
      namedIn(report, 'task'),
      JSON.stringify(report.lanes.map((l) => [l.kind, l.balance?.losses])),
      report.totals,
    )
  }, 180_000)
  afterAll(async () => {
    await Promise.all([lab?.close(), radicale?.stop()])
  })

  test.each(ODD_CALENDARS)('$name', (odd) => {
    expectOdd(odd, texts, namedIn(report, 'event'))
  })
  test('all', () => {
    const cards = cardsOf(texts.filter((text) => text.startsWith('BEGIN:VCARD')))
    console.log(
      cards.filter((c) => !/^Member/.test(c.fullName ?? '')).map((c) => [c.fullName, valuesOf(c.emails).slice(0, 3), valuesOf(c.phones)]),
    )
    for (const c of oddCards(canary())) console.log(c.name, cards.filter((x) => x.fullName === c.name).length)
    console.log(
      texts
        .filter((t) => t.includes('BEGIN:VEVENT'))
        .map((t) => /SUMMARY:.*/.exec(t)?.[0])
        .join('|'),
    )
    expect(asked).toBe(0)
  })
})

import { createHash } from 'node:crypto'
import type { Report } from '@offramp/control'
import type { PersonJson } from '@offramp/emulators'
import { type Card, fromVCard, type Occurrence } from '@offramp/formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { lastJson } from '../lab/operator.ts'
import { CALENDARS, CARDS, haveCorpora, namedIn, said, textsIn, timesOf } from '../lab/shelves.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'
import { type Radicale, startRadicale } from '../servers/radicale.ts'

const ANNA = 'anna@contoso.example'
const GERD = 'gerd@fabrikam.example'
const LOGIN = { [ANNA]: 'anna@example.test', [GERD]: 'gerd@example.test' }
const settings = { workloads: ['event', 'contact'], verifySample: 1 }
/** What was found in the field is older than ten years: all of it is looked at, to three years ahead. */
const WINDOW = { from: Date.UTC(1900, 0, 1), to: Date.UTC(2029, 10, 22, 12, 34, 56) }

type Time = Pick<Occurrence, 'start' | 'end' | 'allDay'>

/** When a whole series takes place, and under which names: equal where nothing was lost. Readable, and short for a thousand times. */
function seriesOf(times: readonly (Time & { readonly name?: string | undefined })[]): string {
  const all = times.map((one) => `${said(one)} ${(one.name ?? '').trim()}`).toSorted()
  return `${all.slice(0, 2).join('; ')} (${all.length}: ${createHash('sha256').update(all.join('\n')).digest('hex').slice(0, 12)})`
}

const storedSeries = (text: string): string => seriesOf(timesOf(text, WINDOW).map((one) => ({ ...one, name: one.summary })))

interface Person {
  readonly name: string
  readonly mails: readonly string[]
  readonly phones: readonly string[]
}

/** A card must have a name: one that has none is called by an address or a number of its own. Blanks around a name are nobody's. */
const personText = ({ name, mails, phones }: Person): string =>
  JSON.stringify([name.trim() || mails[0] || phones[0], mails.toSorted(), phones.toSorted()])

function storedPerson(text: string): string {
  const [card] = fromVCard(Buffer.from(text))
  if (card === undefined || card instanceof Error) throw new Error(`What was stored is no card:\n${text}`)
  const { fullName = '', emails = [], phones = [] }: Card = card
  return personText({ name: fullName, mails: emails.map(({ value }) => value), phones: phones.map(({ value }) => value) })
}

const given = (person: PersonJson): Person => ({
  name: person.names?.[0]?.displayName ?? '',
  mails: (person.emailAddresses ?? []).flatMap(({ value }) => value ?? []),
  phones: (person.phoneNumbers ?? []).flatMap(({ value }) => value ?? []),
})

/** What of one side is not on the other, each as often as it stands there. */
function without(all: readonly string[], taken: readonly string[]): readonly string[] {
  const left = [...taken]
  return all.filter((one) => {
    const at = left.indexOf(one)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const byMessage = (named: readonly string[]): string =>
  [...Map.groupBy(named, (line) => line.replace(/: .*: /s, ': '))].map(([says, lines]) => `    ${lines.length} ${says}`).join('\n')

interface Ended {
  readonly report: Report
  /** What stood at the source. */
  readonly meant: readonly string[]
  /** What stands at the destination. */
  readonly found: readonly string[]
  readonly kind: 'event' | 'contact'
}

/** Everything stands there as it was, or its reason stands in the report; and nothing stands there that nobody meant. */
function expectWhole({ report, meant, found, kind }: Ended): void {
  const left = without(meant, found)
  const skipped = namedIn(report, kind).filter((line) => line.startsWith('skipped: '))
  process.stdout.write(`  corpus: ${kind}s: ${meant.length} at the source, ${found.length} moved\n${byMessage(skipped)}\n`)
  expect(without(found, meant), 'stands there as nobody meant it').toEqual([])
  expect(left.length, `without a reason: ${left.join('\n\n')}`).toBe(skipped.length)
  expect(found.length).toBeGreaterThan(meant.length / 2)
}

const totalsOf = async (lab: Lab | WorkspaceLab): Promise<Report> => {
  const ended = await lab.offramp('run', '--json', '--workers', '1')
  expect(ended.code, ended.out.slice(-4_000) + ended.err).toBe(0)
  const report = lastJson<Report>(ended)
  expect(report.totals).toMatchObject({ failed: 0, remainder: 0, doubled: 0, unverified: 0 })
  expect(report.totals.hashed).toBe(report.totals.verified)
  return report
}

const title = haveCorpora ? 'calendars and cards from the field' : `calendars and cards from the field (skipped: there is no ${CALENDARS})`

describe.skipIf(!haveCorpora)(title, { timeout: 300_000 }, () => {
  describe('out of Microsoft 365 into Nextcloud', () => {
    let cloud: NextcloudProcess
    let lab: Lab
    let report: Report

    beforeAll(async () => {
      cloud = await startNextcloudProcess({ seed: 4, users: [{ id: LOGIN[ANNA], email: ANNA }] })
      lab = await startLab({
        accounts: [{ address: ANNA, ics: CALENDARS, vcf: CARDS }],
        cloud: { url: cloud.url, ca: cloud.ca, passwords: cloud.passwords },
        settings,
      })
      report = await totalsOf(lab)
    }, 300_000)
    afterAll(async () => {
      await Promise.all([lab?.close(), cloud?.stop()])
    })

    const stored = async (below: string, component: string) =>
      (await cloud.user(LOGIN[ANNA]).stored(below))
        // Nextcloud makes a calendar of the birthdays in the cards.
        .filter((one) => one.component === component && !one.path.includes('contact_birthdays'))
        .map(({ text }) => text)

    test('every series takes place when it did, or stays behind for a reason', async () => {
      const desk = lab.tenant.outlook(ANNA)
      const meant: string[] = []
      for (const { id } of await desk.events())
        meant.push(seriesOf((await desk.instants(id, WINDOW.from, WINDOW.to)).map((one) => ({ ...one, name: one.subject }))))
      expectWhole({ report, meant, found: (await stored('calendars', 'VEVENT')).map(storedSeries), kind: 'event' })
      expect(meant.length).toBeGreaterThan(80)
      const untold = await desk.untold()
      process.stdout.write(`  corpus: ${untold.length} that Outlook cannot hold\n`)
    })

    test('every person has the same name, addresses and numbers', async () => {
      const meant = (await lab.tenant.outlook(ANNA).contacts()).map((one) => personText({ ...one, name: one.displayName }))
      expectWhole({ report, meant, found: (await stored('addressbooks', 'VCARD')).map(storedPerson), kind: 'contact' })
      expect(meant.length).toBeGreaterThan(20)
    })

    test('nobody was mailed, and nobody asked for more than is allowed', async () => {
      expect(await cloud.mails()).toEqual([])
      expect(await cloud.violations()).toEqual([])
      expect(await lab.tenant.violations()).toEqual([])
    })
  })

  describe('out of Google Workspace into Radicale', () => {
    let radicale: Radicale
    let lab: WorkspaceLab
    let report: Report

    beforeAll(async () => {
      radicale = await startRadicale({ users: { [LOGIN[GERD]]: 'secret' } })
      lab = await startWorkspaceLab({
        accounts: [{ address: GERD, admin: true, calendars: { ics: CALENDARS }, contacts: { vcf: CARDS } }],
        cloud: { url: radicale.url, passwords: radicale.users },
        settings,
      })
      report = await totalsOf(lab)
    }, 300_000)
    afterAll(async () => {
      await Promise.all([lab?.close(), radicale?.stop()])
    })

    test('every series takes place when it did, or stays behind for a reason', async () => {
      const { calendars } = lab.workspace.work(GERD)
      const meant: string[] = []
      for (const { calendar, event } of await calendars.items()) {
        const times = await calendars.instants(calendar, event.id ?? '', WINDOW.from, WINDOW.to)
        meant.push(seriesOf(times.map((one) => ({ ...one, name: one.summary }))))
      }
      expectWhole({ report, meant, found: (await textsIn(radicale, LOGIN[GERD], 'VEVENT')).map(storedSeries), kind: 'event' })
      expect(meant.length).toBeGreaterThan(100)
    })

    test('every person has the same name, addresses and numbers', async () => {
      const meant = (await lab.workspace.work(GERD).contacts.people()).map((one) => personText(given(one)))
      expectWhole({ report, meant, found: (await textsIn(radicale, LOGIN[GERD], 'VCARD')).map(storedPerson), kind: 'contact' })
      expect(meant.length).toBeGreaterThan(20)
      expect(await lab.workspace.violations()).toEqual([])
    })
  })
})

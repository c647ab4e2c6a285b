import { MemoryGate, specimen } from '@offramp/conformance'
import { type Destination, type Item, type Place, silentLog, systemClock } from '@offramp/core'
import { type EmulatedNextcloud, type NextcloudOptions, startNextcloud } from '@offramp/emulators'
import { type CalendarEvent, writeEvent } from '@offramp/formats'
import { afterEach, expect, test } from 'vitest'
import { davDestination } from './dav-destination.ts'

const call = { signal: new AbortController().signal }
const HOME = { id: 'c:work', path: ['Work'] }
const ALICE = 'alice@cloud.example'

let cloud: EmulatedNextcloud
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Opened {
  readonly alice: Destination
  readonly place: Place
  /** As the same process takes the account up once more. */
  readonly again: () => Promise<Destination>
}

async function open(options: Partial<NextcloudOptions>, sink?: string): Promise<Opened> {
  cloud = await startNextcloud({
    seed: 1,
    users: [
      { id: 'alice', email: ALICE },
      { id: 'bob', email: 'bob@cloud.example' },
    ],
    ...options,
  })
  const { appPassword } = await cloud.user('alice').credentials()
  const endpoint = davDestination(
    {
      name: 'laboratory',
      url: cloud.url,
      ca: cloud.ca,
      auth: { kind: 'password', secret: async () => appPassword },
      ...(sink === undefined ? {} : { silence: { sink } }),
    },
    { gate: new MemoryGate(systemClock), log: silentLog, clock: systemClock },
  )
  closing.push(async () => endpoint.close?.(), cloud.stop)
  const again = () => endpoint.connect('alice', 'event', call)
  const alice = await again()
  return { alice, place: await alice.prepare(HOME, call), again }
}

interface Wish {
  readonly organizer: string
  readonly answer: 'accepted' | 'needs-action'
  readonly year: number
}

let made = 0

function meeting({ organizer, answer, year }: Wish): { readonly item: Item; readonly event: CalendarEvent } {
  made += 1
  const event: CalendarEvent = {
    uid: `meeting-${made}@source.example`,
    start: { local: `${year}-03-04T09:00:00`, zone: 'Europe/Berlin' },
    end: { local: `${year}-03-04T10:00:00`, zone: 'Europe/Berlin' },
    summary: `Meeting ${made}`,
    organizer: { address: organizer },
    guests: [ALICE, 'bob@cloud.example', 'guest@outside.example'].map((address) => ({
      address,
      role: 'required' as const,
      type: 'individual' as const,
      answer,
    })),
    sequence: 0,
  }
  return { item: specimen('event', HOME, made, { naturalKey: event.uid, body: writeEvent(event).bytes }), event }
}

const WISHES: readonly Wish[] = [ALICE, 'boss@outside.example', 'bob@cloud.example'].flatMap((organizer) =>
  (['accepted', 'needs-action'] as const).flatMap((answer) => [2035, 2019].map((year) => ({ organizer, answer, year }))),
)

const foreign = async () => (await cloud.writes()).filter(({ by, user, home }) => by === 'scheduling' || user !== home)

test.each(['24.0.5', '30.0.4', '31.0.0', '32.0.6', '33.0.1', '34.0.0'])(
  '%s: nobody is mailed and nothing is written for others, when meetings come, change and go; later edits do notify',
  async (version) => {
    const { alice, place } = await open({ version })
    const meetings = WISHES.map(meeting)
    const receipts = await Promise.all(meetings.map(({ item }) => alice.put(place, item, undefined, call)))
    for (const [n, { item, event }] of meetings.entries()) {
      const [receipt, changed] = [receipts[n], { ...event, summary: 'Changed', guests: event.guests?.slice(0, 2) ?? [] }]
      if (receipt === undefined || 'kept' in receipt) throw new Error('It was not written.')
      const body = writeEvent(changed).bytes
      await alice.put(place, specimen('event', HOME, n, { naturalKey: item.naturalKey, body }), receipt, call)
    }
    expect([await cloud.mails(), await foreign(), await cloud.violations()]).toEqual([[], [], []])
    const stored = await cloud.user('alice').stored('calendars')
    expect(stored.filter(({ text }) => text.includes('SUMMARY:Changed'))).toHaveLength(WISHES.length)
    expect(stored.filter(({ text }) => /SCHEDULE-(AGENT|STATUS)/.test(text))).toEqual([])

    const own = stored.find(({ text }) => /ORGANIZER[^\r\n]*:mailto:alice/i.test(text.replaceAll(/\r\n /g, '')) && text.includes('2035'))
    await cloud.user('alice').write(own?.path ?? '', (own?.text ?? '').replace('T090000', 'T083000'))
    expect((await cloud.mails()).map(({ about, to }) => `${about} ${to}`)).toEqual(['REQUEST bob@cloud.example'])
  },
)

test('where no header is heard, the run stops before the first event, and says what the admin must do', async () => {
  const { alice, place } = await open({ version: '33.0.1', quirks: { deaf: true } })
  const { item } = meeting({ organizer: ALICE, answer: 'accepted', year: 2035 })
  await expect(alice.put(place, item, undefined, call)).rejects.toMatchObject({
    reach: 'account',
    code: 'dav-not-silent',
    remedy: expect.any(String),
  })
  expect((await cloud.mails()).every(({ to }) => to.endsWith('.invalid'))).toBe(true)
  const stored = await cloud.user('alice').stored('calendars')
  expect(stored.filter(({ text }) => text.includes('Meeting'))).toEqual([])
})

test('with a sink, the canary is seen to be able to fail, and only the sink is told', async () => {
  const { alice, place } = await open({ version: '31.0.0' }, 'sink@outside.example')
  const { item } = meeting({ organizer: ALICE, answer: 'accepted', year: 2035 })
  await alice.put(place, item, undefined, call)
  expect(new Set((await cloud.mails()).map(({ to }) => to))).toEqual(new Set(['sink@outside.example']))
  expect(await foreign()).toEqual([])
  expect(alice.profile.assurances?.join(' ')).toContain('so the check can fail')
})

const utc = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '')

/** As a worker leaves it that is killed before it has taken it away. */
function leave(name: string, summary: string, day = Date.now() + 86_400_000): Promise<void> {
  const facts = `UID:${name}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${utc(day)}\r\nDTEND:${utc(day + 900_000)}\r\nSUMMARY:${summary}`
  const people = `ORGANIZER:mailto:${ALICE}\r\nATTENDEE:mailto:${ALICE}\r\nATTENDEE:mailto:nobody@offramp.invalid`
  const event = `BEGIN:VEVENT\r\n${facts}\r\n${people}\r\nEND:VEVENT`
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n${event}\r\nEND:VCALENDAR\r\n`
  return cloud.user('alice').write(`calendars/personal/${name}.ics`, text)
}

const CANARY = 'Offramp looks whether invitations are switched off'

/** Titles of what stands in any calendar of the account, or in a trash bin. */
async function titles(): Promise<readonly (string | undefined)[]> {
  const stored = [...(await cloud.user('alice').stored('calendars')), ...(await cloud.user('alice').stored('trash'))]
  return stored.map(({ text }) => /SUMMARY:([^\r]*)/.exec(text)?.[1]?.replace(/\d+/, 'n')).toSorted()
}

test('a canary that a killed worker has left in any calendar is taken away, and its guest hears of nothing', async () => {
  const { alice, place } = await open({ version: '32.0.7' })
  await leave('offramp-canary-1', CANARY, Date.UTC(2035, 0, 1))
  await leave('offramp-canary-or-not', 'Somebody else has called it so')
  const before = (await cloud.mails()).length
  expect(before).toBeGreaterThan(0)
  await alice.put(place, meeting({ organizer: ALICE, answer: 'accepted', year: 2035 }).item, undefined, call)
  expect(await titles()).toEqual(['Meeting n', 'Somebody else has called it so'])
  expect(await cloud.mails()).toHaveLength(before)
})

test('so it is by a worker that had proved the silence of the account before the other was killed', async () => {
  const { alice, place, again } = await open({ version: '32.0.7' })
  const item = () => meeting({ organizer: ALICE, answer: 'accepted', year: 2035 }).item
  await alice.put(place, item(), undefined, call)
  await leave('offramp-canary-1', CANARY)
  await leave('offramp-canary-2', CANARY)
  await (await again()).putMany?.(place, [item()], call)
  expect(await titles()).toEqual(['Meeting n', 'Meeting n'])
})

test('so it is where the server fails over the dates of something else', async () => {
  const { alice, place, again } = await open({ version: '32.0.7' })
  const item = () => meeting({ organizer: ALICE, answer: 'accepted', year: 2035 }).item
  await alice.put(place, item(), undefined, call)
  await leave('offramp-canary-1', CANARY)
  const late = await again()
  await cloud.faults.add({ method: 'REPORT', times: 1, effect: { kind: 'status', status: 500, body: 'html' } })
  await late.put(place, item(), undefined, call)
  expect(await titles()).toEqual(['Meeting n', 'Meeting n'])
})

import { readAll } from '@offramp/conformance'
import type { Destination, Fault, Item, Place, Receipt } from '@offramp/core'
import type { CalendarEvent, Guest } from '@offramp/formats'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CYRUS_DOMAIN, type Cyrus, cyrusProblem, firstLogin, startCyrus } from '../../../test/servers/cyrus.ts'
import { calendar, davEndpoint, eventItem, faultOf, receiptOf, soon } from '../../../test/servers/dav-desk.ts'
import { type HeaderProxy, startHeaderProxy } from '../../../test/servers/header-proxy.ts'
import { type RawDav, rawDav } from '../../../test/servers/raw-dav.ts'
import { type SmtpSink, startSmtpSink } from '../../../test/servers/smtp-sink.ts'

const EVENTS = Number(process.env['OFFRAMP_SILENCE_EVENTS'] ?? 48)
const HOME = calendar('Work')
const ANSWERS = ['needs-action', 'accepted', 'declined', 'tentative'] as const
const address = (user: string): string => `${user}@${CYRUS_DOMAIN}`

const guest = (who: string, answer: Guest['answer']): Guest => ({ address: who, answer, role: 'required', type: 'individual' })

/** The `n`th of events in all mixtures: organised or attended, past, future or for ever, guests here and elsewhere, each answer. */
function meeting(n: number, more: Partial<CalendarEvent> = {}): CalendarEvent {
  const day = String(1 + (n % 28)).padStart(2, '0')
  const year = n % 2 === 0 ? 2027 : 2021
  const organised = n % 3 !== 0
  const answer = ANSWERS[n % 4] ?? 'accepted'
  return {
    uid: `meeting-${n}@elsewhere.example`,
    start: { local: `${year}-03-${day}T10:00:00`, zone: 'Europe/Berlin' },
    end: { local: `${year}-03-${day}T11:00:00`, zone: 'Europe/Berlin' },
    summary: `Meeting ${n}`,
    organizer: { address: organised ? address('anna') : 'boss@elsewhere.example' },
    guests: organised
      ? [guest(address('ben'), answer), guest('guest@elsewhere.example', answer), guest('other@elsewhere.example', 'needs-action')]
      : [guest(address('anna'), answer), guest(address('ben'), 'accepted')],
    ...(n % 5 === 0 ? { recurrence: { rules: ['FREQ=WEEKLY'] } } : {}),
    ...more,
  }
}

/** As the engine writes them. */
async function batches(destination: Destination, place: Place, items: readonly Item[]): Promise<readonly (Receipt | Fault)[]> {
  const answers: (Receipt | Fault)[] = []
  for (let at = 0; at < items.length; at += 32)
    answers.push(...((await destination.putMany?.(place, items.slice(at, at + 32), soon())) ?? []))
  return answers
}

const problem = cyrusProblem()

describe.skipIf(problem !== undefined)(problem ?? 'silence, with a real Cyrus that sends invitations', () => {
  let cyrus: Cyrus
  let sink: SmtpSink
  let raw: { readonly anna: RawDav; readonly ben: RawDav }
  const closing: (() => Promise<unknown> | undefined)[] = []
  const url = () => `http://127.0.0.1:${cyrus.httpPort}/`
  const homeOf = (user: string): string => `/dav/calendars/user/${user}/`

  beforeAll(async () => {
    sink = await startSmtpSink()
    cyrus = await startCyrus({ users: { anna: 'secret', ben: 'secret', cleo: 'secret' }, dav: { scheduling: { smtpPort: sink.port } } })
    for (const user of ['anna', 'ben', 'cleo']) await firstLogin(cyrus, user)
    raw = { anna: rawDav({ url: url(), user: 'anna', pass: 'secret' }), ben: rawDav({ url: url(), user: 'ben', pass: 'secret' }) }
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  afterAll(async () => {
    await cyrus?.stop()
    await sink?.close()
  })

  const connect = async (where = url(), more = {}, account = 'anna'): Promise<{ destination: Destination; place: Place }> => {
    const endpoint = davEndpoint(where, more)
    closing.push(() => endpoint.close?.())
    const destination = await endpoint.connect(account, 'event', soon())
    return { destination, place: await destination.prepare(HOME, soon()) }
  }
  const stripped = async (): Promise<HeaderProxy> => {
    const proxy = await startHeaderProxy({ port: cyrus.httpPort, drop: ['scheduling-enabled', 'x-nc-scheduling'] })
    closing.push(() => proxy.close())
    return proxy
  }

  const long = { timeout: 120_000 + EVENTS * 1_000 }
  test(`${EVENTS} events written, changed and cancelled: nobody is mailed, and nobody else's calendar is written`, long, async () => {
    const { destination, place } = await connect()
    const before = await raw.ben.peek(homeOf('ben'))
    const items = Array.from({ length: EVENTS }, (_, n) => eventItem(HOME, meeting(n)))
    const first = await batches(destination, place, items)
    for (const [n, receipt] of first.entries()) {
      const moved = { summary: `Moved ${n}`, sequence: 1, location: 'Room 2' }
      const again = receiptOf(await destination.put(place, eventItem(HOME, meeting(n, moved)), receiptOf(receipt), soon()))
      const off = eventItem(HOME, meeting(n, { ...moved, status: 'cancelled', sequence: 2 }))
      if (n % 2 === 0) receiptOf(await destination.put(place, off, again, soon()))
    }
    expect(await raw.anna.objects(place.id)).toHaveLength(EVENTS)
    expect(sink.mails).toEqual([])
    expect(await raw.ben.peek(homeOf('ben'))).toEqual(before)
    expect(await raw.anna.objects(`${homeOf('anna')}Inbox/`)).toEqual([])
    expect(await raw.ben.objects(`${homeOf('ben')}Inbox/`)).toEqual([])
    expect(destination.profile.assurances?.join(' ')).toMatch(/Scheduling-Enabled: F.*written and read back/)
  })

  test('what a person changes afterwards still tells the guests', async () => {
    const { destination, place } = await connect()
    const event = meeting(2, { uid: 'later@elsewhere.example' })
    const receipt = receiptOf(await destination.put(place, eventItem(HOME, event), undefined, soon()))
    const path = `${place.id}${receipt.locator}`
    const { text } = await raw.anna.send('GET', path)
    expect(text).not.toContain('SCHEDULE-AGENT')
    const told = sink.mails.length
    await raw.anna.put(path, text.replaceAll('T100000', 'T103000'))
    await expect
      .poll(
        () =>
          sink.mails
            .slice(told)
            .flatMap(({ to }) => to)
            .sort(),
        { timeout: 10_000 },
      )
      .toEqual(['guest@elsewhere.example', 'other@elsewhere.example'])
    expect(await raw.ben.objects(`${homeOf('ben')}Default/`)).toHaveLength(1)
  })

  test('a canary that a killed process has left is taken away by the next, and tells nobody', async () => {
    const { destination, place } = await connect()
    const left = eventItem(HOME, meeting(2, { uid: 'left', summary: 'Offramp looks whether invitations are switched off' }))
    const path = `${place.id}offramp-canary-left.ics`
    await raw.anna.put(path, await readAll(left.body(soon())), { 'scheduling-enabled': 'F' })
    const told = sink.mails.length
    receiptOf(await destination.put(place, eventItem(HOME, meeting(4, { uid: 'next@elsewhere.example' })), undefined, soon()))
    expect(await raw.anna.objects(place.id)).not.toContain('offramp-canary-left.ics')
    expect(sink.mails.slice(told)).toEqual([])
  })

  test('so it is by one that had proved the silence of the account before the other was killed', async () => {
    const endpoint = davEndpoint(url())
    closing.push(() => endpoint.close?.())
    const before = await endpoint.connect('anna', 'event', soon())
    const place = await before.prepare(HOME, soon())
    receiptOf(await before.put(place, eventItem(HOME, meeting(8, { uid: 'before@elsewhere.example' })), undefined, soon()))
    const at = (ms: number) => ({ local: new Date(Date.now() + ms).toISOString().slice(0, 19), zone: 'UTC' })
    const tomorrow = { start: at(86_400_000), end: at(87_300_000) }
    const left = eventItem(HOME, meeting(2, { ...tomorrow, uid: 'left-2', summary: 'Offramp looks whether invitations are switched off' }))
    await raw.anna.put(`${place.id}offramp-canary-left-2.ics`, await readAll(left.body(soon())), { 'scheduling-enabled': 'F' })
    const told = sink.mails.length
    const after = await endpoint.connect('anna', 'event', soon())
    receiptOf(await after.put(place, eventItem(HOME, meeting(10, { uid: 'after@elsewhere.example' })), undefined, soon()))
    expect(await raw.anna.objects(place.id)).not.toContain('offramp-canary-left-2.ics')
    expect(sink.mails.slice(told)).toEqual([])
  })

  test('where something takes the header away, the canary notices, and no event is written', async () => {
    const proxy = await stripped()
    const { destination, place } = await connect(proxy.url, {}, 'cleo')
    const told = sink.mails.length
    const fault = await faultOf(destination.put(place, eventItem(HOME, meeting(1)), undefined, soon()))
    expect(fault).toMatchObject({
      reach: 'account',
      code: 'dav-not-silent',
      remedy: expect.stringContaining('caldav_allowscheduling: off'),
    })
    expect(fault.message).toContain('SCHEDULE-STATUS')
    const cleo = rawDav({ url: url(), user: 'cleo', pass: 'secret' })
    expect(await cleo.objects(place.id)).toEqual([])
    expect(sink.mails.slice(told).every(({ to }) => to.every((one) => one.endsWith('.invalid')))).toBe(true)
    expect(
      (await destination.putMany?.(place, [eventItem(HOME, meeting(1))], soon()).catch((thrown: unknown) => thrown)) ?? '',
    ).toMatchObject({ code: 'dav-not-silent' })
  })

  test('SCHEDULE-AGENT=CLIENT, by setting only, keeps the same server silent without the header, and stays in the events', async () => {
    const proxy = await stripped()
    const { destination, place } = await connect(proxy.url, { silence: { method: 'client-agent' } })
    const told = sink.mails.length
    const receipt = receiptOf(
      await destination.put(place, eventItem(HOME, meeting(4, { uid: 'agent@elsewhere.example' })), undefined, soon()),
    )
    const { text } = await raw.anna.send('GET', `${place.id}${receipt.locator}`)
    expect(text.match(/SCHEDULE-AGENT=CLIENT/g)).toHaveLength(4)
    expect(sink.mails.slice(told)).toEqual([])
  })

  test('with a sink address, the same is written once without the method, which shows that the check can fail', async () => {
    const { destination, place } = await connect(url(), { silence: { sink: 'sink@elsewhere.example' } })
    const told = sink.mails.length
    receiptOf(await destination.put(place, eventItem(HOME, meeting(7, { uid: 'sink@elsewhere.example' })), undefined, soon()))
    expect(sink.mails.slice(told).map(({ to }) => to.join())).toEqual(['sink@elsewhere.example'])
    expect(destination.profile.assurances?.join(' ')).toContain('so the check can fail')
    expect((await raw.anna.peek(homeOf('anna'))).filter(({ body }) => Buffer.from(body).includes('Offramp looks'))).toEqual([])
  })
})

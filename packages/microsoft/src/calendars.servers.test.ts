import { Fault, type ItemRef, type Measured } from '@offramp/core'
import type { EventSeed, OutlookControl } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { LOSSES } from './losses.ts'
import { ANNA, bytesOf, call, closeAll, everything, faultOf, lab, listings, walk } from './testing/tenant-lab.ts'

afterEach(closeAll)

const BOSS = { name: 'The boss', address: 'boss@contoso.example' }

const on = (day: string): Pick<EventSeed['event'], 'start' | 'end'> => ({
  start: { dateTime: `${day}T09:00:00`, timeZone: 'W. Europe Standard Time' },
  end: { dateTime: `${day}T10:00:00`, timeZone: 'W. Europe Standard Time' },
})

const single = (subject: string): EventSeed => ({ event: { subject, ...on('2026-03-02') } })

const weekly: EventSeed = {
  event: {
    subject: 'Weekly',
    ...on('2026-01-05'),
    recurrence: {
      pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
      range: { type: 'noEnd', startDate: '2026-01-05' },
    },
  },
}

async function calendarLab(
  fill: (anna: OutlookControl) => Promise<unknown>,
  options: Parameters<typeof lab>[0] = {},
  settings: Parameters<typeof lab>[1] = {},
) {
  const made = await lab({ accounts: [{ address: ANNA }], ...options }, settings)
  const anna = made.tenant.outlook(ANNA)
  await fill(anna)
  const source = await made.connect(ANNA, 'event')
  const text = async (id: string): Promise<string> =>
    (await bytesOf(await source.open({ id, version: '' }, call))).toString().replaceAll('\r\n ', '')
  return { ...made, anna, source, text }
}

describe('which calendars', () => {
  test('own ones of every group are walked; shared, made and unreadable ones are named with the reason', async () => {
    const { source, tenant } = await calendarLab(async (anna) => {
      await anna.addCalendar('Team', { hexColor: '#AABBCC' })
      await anna.addCalendar('Deep in a group', { group: 2, color: 'lightGreen' })
      const boss = await anna.addCalendar('Boss', { owner: BOSS })
      await anna.addEvent(boss.id, single('secret of the boss'))
      await anna.addCalendar('Birthdays', { canEdit: false })
      await anna.addCalendar('Holidays in Germany', { canEdit: false, group: 1 })
      await anna.addCalendar('Shared in 2009', { oldShare: true })
      await anna.addEvent(null, single('mine'))
    })
    const found = await listings(source)
    expect(found.map(({ collection, skip, items }) => [collection?.path.join('/'), skip, items])).toEqual([
      ['Calendar', undefined, 1],
      ['Team', undefined, 0],
      ['Boss', 'not-owned', undefined],
      ['Birthdays', 'made-by-source', undefined],
      ['Holidays in Germany', 'made-by-source', undefined],
      ['Shared in 2009', 'not-offered', undefined],
      ['Deep in a group', undefined, 0],
    ])
    expect(found[0]?.collection).toMatchObject({ role: 'default', order: 0, timeZone: 'Europe/Berlin' })
    expect([found[1]?.collection?.color, found[6]?.collection?.color]).toEqual(['#aabbcc', '#87d28e'])
    expect((await everything(source)).size).toBe(1)
    expect(tenant.violations()).toEqual([])
  })

  test('birthdays are kept where the operator wants them, and holidays are not', async () => {
    const { source } = await calendarLab(
      async (anna) => {
        await anna.addCalendar('Geburtstage', { canEdit: false })
        await anna.addCalendar('Feiertage in Deutschland', { canEdit: false })
      },
      {},
      { choices: { calendars: { birthdays: 'keep' } } },
    )
    expect((await listings(source)).map(({ skip }) => skip)).toEqual([undefined, undefined, 'made-by-source'])
  })

  test('who may see them: what the account has granted, and never more', async () => {
    const { endpoint } = await calendarLab(async (anna) => {
      const grant = (role: 'write' | 'custom' | 'none' | 'limitedRead', address: string) => ({
        role,
        isInsideOrganization: true,
        isRemovable: true,
        emailAddress: { name: address, address },
      })
      await anna.addCalendar('Team', {
        permissions: [
          grant('write', 'ben@contoso.example'),
          grant('custom', 'carl@contoso.example'),
          grant('none', 'd@contoso.example'),
          grant('limitedRead', 'eva@contoso.example'),
        ],
      })
      await anna.addCalendar('Boss', { owner: BOSS })
    })
    const account = await endpoint.account(ANNA, call)
    if (!account || !endpoint.shares) throw new Error('no account')
    const shares: unknown[] = []
    for await (const { collection, to, access, as } of endpoint.shares(account, 'event', call)) {
      shares.push([collection.path[0], to.kind, to.address, access, as])
    }
    expect(shares).toEqual([
      ['Calendar', 'organisation', undefined, 'free-busy', undefined],
      ['Team', 'organisation', undefined, 'free-busy', undefined],
      ['Team', 'user', 'ben@contoso.example', 'write', undefined],
      ['Team', 'user', 'carl@contoso.example', 'free-busy', 'custom'],
      ['Team', 'user', 'eva@contoso.example', 'free-busy', 'limitedRead'],
    ])
  })
})

describe('a second pass', () => {
  test('costs a page and a question for each series, and tells every change of a series', async () => {
    const { anna, source, tenant } = await calendarLab(async (each) => {
      for (let n = 0; n < 20; n++) await each.addEvent(null, single(`Single ${n}`))
      await each.addEvent(null, weekly)
    })
    const series = (await anna.events()).find(({ isSeries }) => isSeries)
    const [listing] = await listings(source)
    if (!listing || !series) throw new Error('nothing to walk')
    const first = await walk(source, listing)
    const before = tenant.stats().byKind
    const second = await walk(source, listing, { after: first.cursor, limit: 100 })
    const after = tenant.stats().byKind
    expect([(after['events'] ?? 0) - (before['events'] ?? 0), (after['event'] ?? 0) - (before['event'] ?? 0)]).toEqual([1, 1])
    const versions = (walked: typeof first) => [...walked.refs.values()].map(({ id, version }) => `${id} ${version}`).sort()
    expect(versions(second)).toEqual(versions(first))
    const seen = new Set([first.refs.get(series.id)?.version])
    const changes = [
      () => anna.changeOccurrence(series.id, { date: '2026-01-12', event: { subject: 'Moved' } }),
      () => anna.changeOccurrence(series.id, { date: '2026-01-12', event: { subject: 'Moved again' } }),
      () => anna.cancelOccurrence(series.id, '2026-01-19'),
      () => anna.cancelOccurrence(series.id, '2026-01-12'),
      () => anna.editEvent(series.id, { subject: 'Another' }),
    ]
    for (const change of changes) {
      await change()
      seen.add((await walk(source, listing, { after: first.cursor })).refs.get(series.id)?.version)
    }
    expect(seen.size).toBe(changes.length + 1)
    expect(tenant.violations()).toEqual([])
  })

  test('an event that nobody changed and whose neighbours come and go stays as it is', async () => {
    const { anna, source } = await calendarLab(async (each) => {
      for (let n = 0; n < 5; n++) await each.addEvent(null, single(`Single ${n}`))
    })
    const [listing] = await listings(source)
    if (!listing) throw new Error('nothing to walk')
    const first = await walk(source, listing)
    const [gone, kept] = [...first.refs.keys()]
    await anna.removeEvent(gone ?? '')
    const second = await walk(source, listing, { after: first.cursor })
    expect([second.refs.has(gone ?? ''), second.removed, second.refs.get(kept ?? '')?.version]).toEqual([
      false,
      [],
      first.refs.get(kept ?? '')?.version,
    ])
    expect(await faultOf(() => source.open({ id: gone ?? '', version: '' }, call))).toMatchObject({ reach: 'item', reason: 'gone' })
  })
})

describe('what an event says', () => {
  test('an exception has its own text, guests and files, and a cancelled occurrence is none', async () => {
    const { anna, source, text, tenant } = await calendarLab((each) =>
      each.addEvent(null, {
        ...weekly,
        event: {
          ...weekly.event,
          attendees: [
            { emailAddress: { name: 'Ben', address: 'ben@partner.example' }, type: 'required', status: { response: 'accepted' } },
          ],
        },
        exceptions: [
          {
            date: '2026-02-02',
            event: {
              subject: 'With a file',
              attendees: [
                { emailAddress: { name: 'Eva', address: 'eva@partner.example' }, type: 'optional', status: { response: 'declined' } },
              ],
            },
            attachments: [{ name: 'only here.txt', contentType: 'text/plain', base64: Buffer.from('hello').toString('base64') }],
          },
        ],
        cancelled: ['2026-02-09'],
      }),
    )
    const [series] = await anna.events()
    const ics = await text(series?.id ?? '')
    const [master = '', exception = ''] = ics.split('END:VEVENT')
    expect(master).toContain('ben@partner.example')
    expect(master).not.toContain('only here.txt')
    expect(exception).toContain('eva@partner.example')
    expect(exception).toContain(Buffer.from('hello').toString('base64'))
    expect(exception).toMatch(/RECURRENCE-ID;TZID=Europe\/Berlin:20260202T090000/)
    expect(ics).toMatch(/EXDATE;TZID=Europe\/Berlin:20260209T090000/)
    // The master without files, and the exception with one: a list and its bytes, each asked once.
    expect(tenant.stats().byKind['event-attachments']).toBe(2)
    expect((await source.open({ id: series?.id ?? '', version: '' }, call)).losses).toEqual([])
  })

  test('a series of more exceptions than come with it has them all', async () => {
    const dates = Array.from({ length: 50 }, (_, n) => new Date(Date.UTC(2026, 0, 5 + 7 * n)).toISOString().slice(0, 10))
    const { anna, text, tenant } = await calendarLab((each) =>
      each.addEvent(null, { ...weekly, exceptions: dates.map((date) => ({ date, event: { subject: `Changed on ${date}` } })) }),
    )
    const [series] = await anna.events()
    expect((await text(series?.id ?? '')).match(/SUMMARY:Changed on/g)).toHaveLength(50)
    expect(tenant.violations()).toEqual([])
  })

  test.each(['refused', 'ignored'] as const)(
    'a series is not moved by halves where a cloud does not tell its exceptions (%s)',
    async (exceptions) => {
      const { source, tenant } = await calendarLab(
        async (each) => {
          await each.addEvent(null, { ...weekly, cancelled: ['2026-02-09'] })
          await each.addEvent(null, single('Single'))
        },
        { quirks: { exceptions } },
      )
      const outcomes: unknown[] = []
      for (const { ref } of (await everything(source)).values()) {
        const outcome = (opened: ItemRef) =>
          source.open(opened, call).then(
            ({ label }) => label,
            ({ reason }) => reason,
          )
        outcomes.push(await outcome(ref), await outcome({ id: ref.id, version: '' }))
      }
      expect(outcomes).toEqual(['not-offered', 'not-offered', 'Single', 'Single'])
      expect(tenant.violations()).toEqual([])
    },
  )

  test('guests without an address keep their names, inner names are looked up, and all that is lost is told', async () => {
    const dn = (cn: string) => `/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=${cn}`
    const guest = (name: string, address: string) => ({
      emailAddress: { name, address },
      type: 'required' as const,
      status: { response: 'none' as const },
    })
    const { anna, source, text } = await calendarLab(
      (each) =>
        each.addEvent(null, {
          event: { ...single('Guests').event, attendees: [guest('Ben B.', dn('ben')), guest('Gone', dn('gone')), guest('', '')] },
        }),
      { accounts: [{ address: ANNA }, { address: 'ben@contoso.example', x500: [dn('ben')] }] },
    )
    const [event] = await anna.events()
    const ics = await text(event?.id ?? '')
    expect(ics).toContain('ben@contoso.example')
    expect(ics).toContain('Gone')
    expect(ics).not.toContain('ExchangeLabs')
    expect((await source.open({ id: event?.id ?? '', version: '' }, call)).losses).toEqual(
      expect.arrayContaining([LOSSES.innerGuest, LOSSES.namelessGuest]),
    )
  })

  test('files: plain ones whole, items as mail, links by name, and what Exchange cannot open is told', async () => {
    const { anna, source } = await calendarLab((each) =>
      each.addEvent(null, {
        ...single('Files'),
        attachments: [
          { name: 'plan.txt', contentType: 'text/plain', base64: Buffer.from('the plan').toString('base64') },
          { name: 'A mail', sort: 'item', base64: Buffer.from('Subject: hello\r\n\r\n').toString('base64') },
          { name: 'Linked.docx', sort: 'reference' },
          { name: 'broken.bin', base64: 'aGVsbG8=', corrupt: true },
        ],
      }),
    )
    const [event] = await anna.events()
    const item = await source.open({ id: event?.id ?? '', version: '' }, call)
    const ics = (await bytesOf(item)).toString().replaceAll('\r\n ', '')
    expect(ics).toContain(Buffer.from('the plan').toString('base64'))
    expect(ics).toContain('A mail.eml')
    expect(ics).toContain('Linked.docx')
    expect(item.losses).toEqual(expect.arrayContaining([LOSSES.reference, LOSSES.attachment]))
  })

  test('a picture within the text, which Graph does not count as attached, comes along', async () => {
    const { anna, text, tenant } = await calendarLab((each) =>
      each.addEvent(null, {
        event: { ...single('Picture').event, body: { contentType: 'html', content: '<p>Plan: <img src="cid:plan"></p>' } },
        attachments: [{ name: 'plan.png', contentType: 'image/png', base64: Buffer.from('a picture').toString('base64'), isInline: true }],
      }),
    )
    const [event] = await anna.events()
    expect(await text(event?.id ?? '')).toContain(Buffer.from('a picture').toString('base64'))
    expect(tenant.violations()).toEqual([])
  })

  test('links to meetings that will stop working are counted, told, and replaced where the operator wants it', async () => {
    const joinUrl = 'https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%7d'
    const fill = (each: OutlookControl) =>
      each.addEvent(null, {
        event: {
          ...single('Teams').event,
          isOnlineMeeting: true,
          onlineMeetingProvider: 'teamsForBusiness',
          onlineMeeting: { joinUrl },
          body: { contentType: 'html', content: `<p>Join <a href="${joinUrl}">here</a></p>` },
        },
      })
    const plain = await calendarLab(fill)
    const measured: Measured[] = []
    for await (const each of plain.source.measure?.(call) ?? []) measured.push(each)
    expect(measured).toMatchObject([{ items: 1, losses: [{ says: expect.stringContaining('Teams'), items: 1 }] }])
    const [event] = await plain.anna.events()
    expect((await plain.source.open({ id: event?.id ?? '', version: '' }, call)).losses).toEqual([expect.stringContaining('Teams')])
    const replacing = await calendarLab(fill, {}, { choices: { calendars: { meetingLinks: 'https://meet.example.org/{slug}' } } })
    const [replaced] = await replacing.anna.events()
    expect(await replacing.text(replaced?.id ?? '')).toContain('https://meet.example.org/')
    expect((await replacing.source.open({ id: replaced?.id ?? '', version: '' }, call)).losses).toEqual([])
  })

  test('events that have broken migrations before: each is read or refused with its reason', async () => {
    const { source, tenant } = await calendarLab(async () => {}, { accounts: [{ address: ANNA, hostileItems: 700 }] })
    const keys = new Map<string, number>()
    const refused: string[] = []
    for (const { ref } of (await everything(source)).values()) {
      try {
        const item = await source.open(ref, call)
        await bytesOf(item)
        keys.set(item.naturalKey, (keys.get(item.naturalKey) ?? 0) + 1)
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.reach !== 'item' || thrown.reason === undefined) throw thrown
        refused.push(thrown.reason)
      }
    }
    expect(keys.get('THE-SAME-INVITATION')).toBe(700)
    expect(keys.has('')).toBe(false)
    expect(refused).toEqual([])
    expect(tenant.violations()).toEqual([])
  })
})

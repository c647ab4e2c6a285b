import type { OutlookControl } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { LOSSES } from './losses.ts'
import { ANNA, bytesOf, call, closeAll, everything, faultOf, lab, listings, walk } from './testing/tenant-lab.ts'

afterEach(closeAll)

async function taskLab(fill: (anna: OutlookControl) => Promise<unknown>, options: Parameters<typeof lab>[0] = {}) {
  const made = await lab({ accounts: [{ address: ANNA }], ...options })
  const anna = made.tenant.outlook(ANNA)
  await fill(anna)
  const source = await made.connect(ANNA, 'task')
  const items = async () => {
    const all = await Promise.all([...(await everything(source)).values()].map(({ ref }) => source.open(ref, call)))
    return Promise.all(all.map(async (item) => ({ item, text: (await bytesOf(item)).toString().replaceAll('\r\n ', '') })))
  }
  return { ...made, anna, source, items }
}

const midnight = (day: string, hour: string) => ({ dateTime: `${day}T${hour}:00:00.0000000`, timeZone: 'UTC' })

test('own lists are walked; flagged mail is a view, and shared lists are moved with their owners', async () => {
  const { source, tenant, items } = await taskLab(async (anna) => {
    await anna.addTask((await anna.addTaskList('Garden')).id, { task: { title: 'Water' } })
    await anna.addTask((await anna.addTaskList('Of the boss', { isOwner: false, isShared: true })).id, { task: { title: 'Secret' } })
  })
  expect((await listings(source)).map(({ collection, skip }) => [collection?.path[0], collection?.role, skip])).toEqual([
    ['Tasks', 'default', undefined],
    ['Flagged Emails', undefined, 'virtual'],
    ['Garden', undefined, undefined],
    ['Of the boss', undefined, 'not-owned'],
  ])
  expect((await items()).map(({ item }) => item.label)).toEqual(['Water'])
  expect(tenant.violations()).toEqual([])
})

describe('steps', () => {
  test('are tasks of their own below their task, which change alone and whose ids stay', async () => {
    const { anna, source, items } = await taskLab((each) =>
      each.addTask(null, {
        task: { title: 'Move' },
        steps: [
          { displayName: 'Pack', isChecked: true },
          { displayName: 'Go', isChecked: false },
        ],
      }),
    )
    const found = await items()
    const [parent, pack, go] = found.map(({ text }) => text)
    const uid = /^UID:(.*)\r$/m.exec(parent ?? '')?.[1] ?? 'none'
    for (const step of [pack, go]) expect(step).toMatch(new RegExp(`RELATED-TO[^:]*:${uid}`))
    expect(pack).toContain('STATUS:COMPLETED')
    expect(go).not.toContain('STATUS:COMPLETED')
    const [listing] = await listings(source)
    const [task] = await anna.tasks()
    if (!listing || !task) throw new Error('nothing there')
    const first = await walk(source, listing)
    await anna.editStep(task.id, task.steps[1] ?? '', { isChecked: true, checkedDateTime: '2026-05-01T10:00:00Z' })
    const second = await walk(source, listing, { after: first.cursor })
    const changed = [...second.refs.values()].filter(({ id, version }) => first.refs.get(id)?.version !== version)
    expect(changed.map(({ id }) => id)).toEqual([`${listing.id}/${task.id}/${task.steps[1]}`])
  })

  test('a page never holds more than was asked for, and each step comes once, also after a restart', async () => {
    const steps = Array.from({ length: 7 }, (_, n) => ({ displayName: `Step ${n}` }))
    const { connect, source } = await taskLab(async (each) => {
      for (let n = 0; n < 3; n++) await each.addTask(null, { task: { title: `Task ${n}` }, steps })
    })
    const [listing] = await listings(source)
    if (!listing) throw new Error('no list')
    const seen: string[] = []
    for (let after: string | undefined, last = false; !last; ) {
      const fresh = await connect(ANNA, 'task')
      const page = await fresh.page(listing, after, 3, call)
      expect(page.refs.length).toBeLessThanOrEqual(3)
      seen.push(...page.refs.map(({ id }) => id))
      ;({ cursor: after, last } = page)
    }
    expect(new Set(seen).size).toBe(24)
  })
})

test.each([
  ['in summer, Berlin', 'W. Europe Standard Time', midnight('2026-07-01', '22'), '20260702'],
  ['in winter, Berlin', 'W. Europe Standard Time', midnight('2026-01-01', '23'), '20260102'],
  ['west of UTC', 'Pacific Standard Time', midnight('2026-07-02', '07'), '20260702'],
  ['of a client that writes midnights of UTC, east', 'W. Europe Standard Time', midnight('2026-07-02', '00'), '20260702'],
  ['of a client that writes midnights of UTC, west', 'Pacific Standard Time', midnight('2026-07-02', '00'), '20260702'],
])('a day is that of its owner: %s', async (_, timeZone, dueDateTime, day) => {
  const { items } = await taskLab((anna) => anna.addTask(null, { task: { title: 'Due', dueDateTime } }), {
    accounts: [{ address: ANNA, timeZone }],
  })
  const [found] = await items()
  expect(found?.text).toContain(`DUE;VALUE=DATE:${day}`)
})

test('reminder, recurrence, links and files come along, and what has no word elsewhere is told', async () => {
  const { items, tenant } = await taskLab((anna) =>
    anna.addTask(null, {
      task: {
        title: 'All of it',
        status: 'waitingOnOthers',
        importance: 'high',
        categories: ['VIP'],
        isReminderOn: true,
        reminderDateTime: midnight('2026-03-02', '08'),
        dueDateTime: midnight('2026-03-01', '23'),
        recurrence: {
          pattern: { type: 'weekly', interval: 2, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
          range: { type: 'noEnd', startDate: '2026-03-02' },
        },
      },
      links: [{ webUrl: 'https://mail.example.org/1', displayName: 'The mail' }, { displayName: 'nowhere' }],
      attachments: [{ name: 'note.txt', contentType: 'text/plain', base64: Buffer.from('a note').toString('base64') }],
    }),
  )
  const [found] = await items()
  expect(found?.text).toMatch(/RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO/)
  expect(found?.text).toContain('https://mail.example.org/1')
  expect(found?.text).toContain(Buffer.from('a note').toString('base64'))
  expect(found?.text).toContain('20260302T080000Z')
  expect(found?.item.losses).toEqual(expect.arrayContaining([LOSSES.waiting, LOSSES.link]))
  expect(tenant.violations()).toEqual([])
})

test('tasks that have broken migrations before are all read', async () => {
  const { items, tenant } = await taskLab(async () => {}, { accounts: [{ address: ANNA, hostileItems: 0 }] })
  expect(await items()).toHaveLength(6 + 100)
  expect(tenant.violations()).toEqual([])
})

test('a missing permission, which To Do answers with 401 and no word, stops the account and says what to do', async () => {
  const { source } = await taskLab(async () => {}, { permissions: ['User.Read.All', 'MailboxSettings.Read', 'Mail.Read'] })
  const fault = await faultOf(() => listings(source))
  expect([fault.reach, fault.code]).toEqual(['account', 'graph-permission-missing'])
  expect(fault.remedy).toMatch(/consent/)
})

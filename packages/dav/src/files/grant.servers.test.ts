import type { Grant } from '@offramp/core'
import { afterEach, expect, test } from 'vitest'
import { faultOf } from '../../../../test/servers/dav-desk.ts'
import { type FilesDesk, FOLDER, fileItem, openFilesDesk, soonPut } from '../../../../test/servers/files-desk.ts'

const closing: FilesDesk[] = []
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close()
})

const USERS = [{ id: 'anna' }, { id: 'Ben.Ber', email: 'ben@cloud.example', groups: ['staff'] }, { id: 'cara', groups: ['staff'] }]

/** Each fact: Nextcloud 32.0.1. */
async function deskWith(options: Parameters<typeof openFilesDesk>[0] = {}): Promise<FilesDesk> {
  const one = await openFilesDesk({ users: USERS, version: '32.0.1', settings: { mail: 'no' }, ...options })
  closing.push(one)
  await one.destination.put(one.place, fileItem(1, 'a.txt'), undefined, soonPut())
  return one
}

const given = async ({ destination, place }: FilesDesk, asked: Omit<Grant, 'place' | 'access'> & Partial<Grant>) => {
  const { grant } = destination
  if (grant === undefined) throw new Error('There is no sharing.')
  return grant({ place: place.id, access: 'read', ...asked }, soonPut())
}

const PASSWORD = 'korrekt-pferd-9'
const reach = async ({ cloud }: FilesDesk) =>
  (await cloud.sharing.reach('anna/Folder/a.txt')).map(({ who, permissions, download }) => [who, permissions, download])

test('who is written in another case is shared to as the server writes them, once', async () => {
  const desk = await deskWith()
  expect(await given(desk, { to: { kind: 'user', id: 'ben.ber' } })).toEqual({ state: 'shared' })
  expect(await given(desk, { to: { kind: 'user', id: 'BEN.BER' }, access: 'write' })).toEqual({ state: 'shared' })
  expect(await given(desk, { to: { kind: 'user', id: 'Ben.Ber' } })).toEqual({ state: 'already' })
  expect(await reach(desk)).toContainEqual(['Ben.Ber', 11, true])
  expect([(await desk.cloud.sharing.shares()).length, await desk.cloud.violations(), await desk.cloud.mails()]).toEqual([1, [], []])
})

test('a link that gives no downloads is hidden before anybody has its address, and one whose maker was stopped is handed to nobody', async () => {
  const desk = await deskWith()
  const link = { to: { kind: 'link' as const, label: 'Offramp 1' }, locator: 'a.txt', noDownload: true, password: PASSWORD }
  const { address, says } = await given(desk, link)
  expect(says).toContain('gives the bytes all the same')
  expect(address).toMatch(/\/s\/\w+$/)
  expect(await given(desk, link)).toEqual({ state: 'already', address, says })
  expect((await desk.cloud.sharing.shares()).map(({ hideDownload }) => hideDownload)).toEqual([true])
  // As one that stands there from before attributes were sent with it.
  const wider = { to: { kind: 'link' as const, label: 'Offramp 2' }, locator: 'a.txt', password: PASSWORD }
  await given(desk, wider)
  expect(await faultOf(given(desk, { ...wider, noDownload: true }))).toMatchObject({ reach: 'item', code: 'dav-share-stands' })
})

test('a mail share has the address of a link, and nobody is mailed, whether or not the server could', async () => {
  for (const mail of ['yes', 'no'] as const) {
    const desk = await deskWith({ settings: { mail } })
    const asked = { to: { kind: 'mail' as const, address: 'out@else.example' }, password: PASSWORD }
    const { state, address } = await given(desk, asked)
    expect([state, address]).toEqual(['shared', expect.stringMatching(new RegExp(`^${desk.cloud.url}index.php/s/\\w+$`))])
    expect(await given(desk, asked)).toEqual({ state: 'already', address })
    expect(await desk.cloud.mails()).toEqual([])
  }
})

test('who is not there is told in whatever language the account has', async () => {
  const desk = await deskWith()
  const { appPassword } = await desk.cloud.user('anna').credentials()
  const authorization = `Basic ${Buffer.from(`anna:${appPassword}`).toString('base64')}`
  const body = new URLSearchParams({ key: 'language', value: 'de' })
  const headers = { authorization, 'ocs-apirequest': 'true' }
  expect((await fetch(new URL('/ocs/v2.php/cloud/users/anna', desk.cloud.url), { method: 'PUT', headers, body })).ok).toBe(true)
  expect(await faultOf(given(desk, { to: { kind: 'user', id: 'nobody' } }))).toMatchObject({
    reach: 'account',
    code: 'dav-no-such-account',
  })
  expect(await faultOf(given(desk, { to: { kind: 'group', id: 'none' } }))).toMatchObject({ reach: 'account', code: 'dav-no-such-account' })
})

test('the most that may be shared in ten minutes is waited for by itself: nothing else of the account is', async () => {
  const desk = await deskWith({ limits: { sharesPerTenMinutes: 3 } })
  const to = { kind: 'link' as const }
  for (let n = 0; n < 3; n++) await given(desk, { to: { ...to, label: `Offramp ${n}` } })
  const asked = desk.destination.grant?.({ place: desk.place.id, access: 'read', to: { ...to, label: 'Offramp 4' } }, soonPut(2_000))
  const refused = faultOf(asked ?? Promise.resolve())
  expect(await desk.destination.put(desk.place, fileItem(2, 'b.txt'), undefined, soonPut(1_500))).toMatchObject({ locator: 'b.txt' })
  await refused
  expect(await desk.destination.prepare({ ...FOLDER, path: ['Other'], id: 'other' }, soonPut(1_500))).toMatchObject({ id: '/Other' })
  expect((await desk.cloud.sharing.shares()).length).toBe(3)
})

test('who may look and not download is said to be given the bytes, where the version does that', async () => {
  for (const [version, says] of [
    ['31.0.0', undefined],
    ['32.0.1', expect.stringContaining('shareapi_allow_view_without_download')],
  ] as const) {
    const desk = await deskWith({ version })
    expect((await given(desk, { to: { kind: 'user', id: 'cara' }, noDownload: true })).says).toEqual(says)
  }
})

test('a right without an end has none, where the server would give one by itself and need not', async () => {
  for (const version of ['29.0.1', '34.0.1']) {
    const desk = await deskWith({ version, settings: { linkDays: 7, linkDaysEnforced: 'no', insideDays: 7, insideDaysEnforced: 'no' } })
    for (const to of [{ kind: 'user', id: 'cara' }, { kind: 'link' }, { kind: 'mail', address: 'out@else.example' }] as const) {
      const { state, says } = await given(desk, { to, locator: 'a.txt' })
      expect([state, says]).toEqual(['shared', undefined])
    }
    expect((await desk.cloud.sharing.shares()).map(({ expires }) => expires)).toEqual([undefined, undefined, undefined])
  }
})

test('where an administrator has shares end, a right ends as late as may be, and it is told of', async () => {
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  for (const version of ['29.0.1', '34.0.1']) {
    const desk = await deskWith({ version, settings: { linkDays: 7, insideDays: 9 } })
    const asked = [
      { to: { kind: 'user', id: 'cara' } },
      { to: { kind: 'user', id: 'Ben.Ber' }, expires: Date.now() + 30 * 86_400_000 },
      { to: { kind: 'link' }, expires: Date.now() + 30 * 86_400_000 },
      { to: { kind: 'mail', address: 'out@else.example' }, expires: Date.now() + 5.6 * 86_400_000 },
    ] as const
    const said: (string | undefined)[] = []
    for (const one of asked) said.push((await given(desk, { ...one, locator: 'a.txt' })).says)
    const ends = [day(9), day(8), day(6), day(4)]
    expect((await desk.cloud.sharing.shares()).map(({ expires }) => expires)).toEqual(ends)
    expect(said).toEqual([
      expect.stringContaining(`ends after ${ends[0]}, and what the source gives has no end. An administrator`),
      expect.stringContaining(`ends after ${ends[1]}, and what the source gives ends on ${day(30)}. An administrator`),
      expect.stringContaining(`ends after ${ends[2]}, and what`),
      undefined,
    ])
    expect((await given(desk, { to: { kind: 'user', id: 'cara' }, locator: 'a.txt' })).says).toContain('It stood there already.')
  }
})

test('what an administrator has limited by groups is refused with a word of it, where the server has none', async () => {
  for (const [version, words] of [
    ['29.0.1', 'Sharing is only allowed with group members'],
    ['34.0.1', 'refuses what is limited by groups'],
  ] as const) {
    const desk = await deskWith({ version, settings: { onlyWithinGroups: 'yes' } })
    const refused = await faultOf(given(desk, { to: { kind: 'user', id: 'cara' } }))
    expect(refused).toMatchObject({ reach: 'item', code: 'dav-share-refused', message: expect.stringContaining(words) })
    expect((await given(desk, { to: { kind: 'link' } })).state).toBe('shared')
    const never = await deskWith({ version, users: [{ id: 'anna', groups: ['guests'] }], settings: { groupsWithoutSharing: ['guests'] } })
    expect(await faultOf(given(never, { to: { kind: 'link' } }))).toMatchObject({ code: 'dav-share-refused' })
  }
})

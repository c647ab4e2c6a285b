import type { Item, ItemRef, Listing, Source } from '@offramp/core'
import type { GoogleDriveControl, NewGoogleFile, WorkspaceOptions } from '@offramp/emulators'
import { afterEach, expect, test } from 'vitest'
import type { GoogleSettings } from './settings.ts'
import { ADMIN, ANNA, bytesOf, call, closeAll, faultOf, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const LISTING: Listing = { id: 'my-drive' }

/** A fast clock where minutes are waited for; elsewhere a busy machine would look like a silent server. */
async function scene(domain: Partial<WorkspaceOptions> = {}, settings: Partial<GoogleSettings> = {}, speed = 20) {
  const accounts = [{ address: ADMIN, admin: true }, { address: ANNA }]
  const { workspace, endpoint, clock } = await lab({ domain: { accounts, ...domain }, settings, speed })
  return { workspace, clock, drive: workspace.drive(ANNA), source: await endpoint.connect(userOf(ANNA), 'file') }
}

async function refsOf(source: Source): Promise<readonly ItemRef[]> {
  const refs: ItemRef[] = []
  for (let after: string | undefined; ; ) {
    const page = await source.page(LISTING, after, 200, call)
    refs.push(...page.refs)
    after = page.cursor
    if (page.last) return refs
  }
}

async function added(
  source: Source,
  drive: GoogleDriveControl,
  facts: NewGoogleFile,
): Promise<{ readonly ref: ItemRef; readonly item: Item }> {
  const id = await drive.add('file.bin', facts)
  const ref = (await refsOf(source)).find((each) => each.id === id)
  if (ref === undefined) throw new Error('It is not listed.')
  return { ref, item: await source.open(ref, call) }
}

test('a download that is broken off goes on where it stood', async () => {
  const { source, drive, workspace } = await scene()
  const { item } = await added(source, drive, { size: 5_000_000 })
  await workspace.faults.add({ path: 'alt=media', when: { nth: [1, 3] }, effect: { kind: 'reset', afterBytes: 1_500_000 } })
  await workspace.faults.add({ path: 'alt=media', when: { nth: 2 }, effect: { kind: 'truncate', bytes: 700_000 } })
  expect((await bytesOf(item)).toString('base64') === (await drive.bytes(item.id))).toBe(true)
  expect((await workspace.stats()).requests['files.media']).toBe(4)
  expect(await workspace.violations()).toEqual([])
})

test('of 250 GB the end can be had without what is before it', async () => {
  const { source, drive, workspace } = await scene()
  const { item } = await added(source, drive, { size: 250 * 10 ** 9 })
  expect(item.size).toBe(250 * 10 ** 9)
  let [start, end] = [0, 0]
  for await (const piece of item.body(call)) {
    start += piece.length
    if (start > 1_000_000) break
  }
  for await (const piece of item.bodyFrom?.(250 * 10 ** 9 - 3_000_001, call) ?? []) end += piece.length
  expect([start > 1_000_000, end]).toEqual([true, 3_000_001])
  expect(await workspace.violations()).toEqual([])
})

test.each([
  ['grows', 900_000],
  ['becomes shorter', 100],
  ['has as many bytes, and others', 500_000],
])('a file that %s while it is read is never given as a mixture, and is then read as it is', async (_, size) => {
  const { source, drive, workspace } = await scene()
  const { ref, item } = await added(source, drive, { size: 500_000 })
  await drive.write(item.id, { size })
  expect(await faultOf(() => bytesOf(item))).toMatchObject({ reach: 'call', code: 'google-changed' })
  const tail = async () => {
    for await (const _ of item.bodyFrom?.(99, call) ?? []);
  }
  expect(await faultOf(tail)).toMatchObject({ reach: 'call', code: 'google-changed' })
  const again = await source.open(ref, call)
  expect([again.size, (await bytesOf(again)).length]).toEqual([size, size])
  expect(await workspace.violations()).toEqual([])
})

test('a page that says nothing but "sign in" is no file, and no document', async () => {
  const { source, drive, workspace } = await scene()
  const { item } = await added(source, drive, { size: 5_000 })
  const text = await drive.add('Text', { type: 'document', text: 'hello' })
  await workspace.faults.add({ path: 'alt=media|/export', effect: { kind: 'sign-in-page' } })
  expect(await faultOf(() => bytesOf(item))).toMatchObject({ reach: 'call' })
  expect(await faultOf(() => source.open({ id: text, version: '' }, call))).toMatchObject({ reach: 'call', code: 'http-wrong-content' })
})

test('where an export only fails, another way is taken', async () => {
  const { source, drive, workspace } = await scene()
  const id = await drive.add('Text', { type: 'document', text: 'hello' })
  await workspace.faults.add({ path: '/export\\?', effect: { kind: 'status', status: 500 } })
  const item = await source.open({ id, version: '' }, call)
  expect((await bytesOf(item)).length).toBe(item.size)
  expect((await workspace.stats()).requests['files.exportLink']).toBe(1)
})

test('units are waited for, and never begged for', async () => {
  const { source, drive, workspace } = await scene(
    { limits: { drivePerMinute: 1_500, raceMs: 5_000 } },
    { limits: { drive: { userPerMinute: 1_200 } } },
    200,
  )
  for (let n = 0; n < 20; n++) await drive.add(`${n}.txt`, { text: `${n}` })
  for (const ref of await refsOf(source)) await bytesOf(await source.open(ref, call))
  expect((await workspace.stats()).refusals.throttled).toBe(0)
  expect(await workspace.violations()).toEqual([])
})

test('a quota that is smaller than was thought is kept to as 403 and as 429', async () => {
  const { source, drive, workspace } = await scene({ limits: { drivePerMinute: 1_500, raceMs: 5_000 } }, {}, 200)
  for (let n = 0; n < 20; n++) await drive.add(`${n}.txt`, { text: `${n}` })
  for (const ref of await refsOf(source)) await bytesOf(await source.open(ref, call))
  expect((await workspace.stats()).refusals.throttled).toBeGreaterThan(1)
  expect(await workspace.violations()).toEqual([])
})

test('what may leave Drive in a day is counted in bytes', async () => {
  const { source, drive, clock } = await scene({}, { limits: { drive: { bytesPerDay: 50_000_000 } } })
  for (const name of ['a', 'b', 'c']) await drive.add(name, { size: 20_000_000 })
  const [one, two, three] = await refsOf(source)
  for (const ref of [one, two]) expect((await bytesOf(await source.open(ref ?? { id: '', version: '' }, call))).length).toBe(20_000_000)
  const last = await source.open(three ?? { id: '', version: '' }, call)
  const fault = await faultOf(() => bytesOf(last))
  expect(fault).toMatchObject({ reach: 'gate' })
  expect((fault.until ?? 0) - clock.now()).toBeGreaterThan(20 * 3_600_000)
})

test('a day that is used up at Google is over at midnight in California', async () => {
  const { source, drive, clock } = await scene({ limits: { driveBytesPerDay: 1_000 } })
  const { item } = await added(source, drive, { size: 2_000 })
  const fault = await faultOf(() => bytesOf(item))
  expect([fault.reach, (fault.until ?? 0) > clock.now() + 60_000]).toEqual(['gate', true])
})

test.each<[string, NewGoogleFile, object]>([
  ['is worn out', { size: 10, worn: true }, { reach: 'call', code: 'google-download-quota' }],
  ['is taken for malware', { size: 10, abusive: true }, { reach: 'item', reason: 'malware' }],
])('a file that %s', async (_, facts, fault) => {
  const { source, drive } = await scene()
  const { item } = await added(source, drive, facts)
  expect(await faultOf(() => bytesOf(item))).toMatchObject(fault)
})

test('where the service, the API or the scope is missing, it is said what to do', async () => {
  const { source, workspace } = await scene()
  await workspace.admin.drive(ANNA, false)
  expect(await faultOf(() => source.page(LISTING, undefined, 10, call))).toMatchObject({ reach: 'account', code: 'google-domain-policy' })
  await workspace.admin.drive(ANNA, true)
  await workspace.admin.disableApi('drive', true)
  expect(await faultOf(() => source.page(LISTING, undefined, 10, call))).toMatchObject({
    reach: 'run',
    message: expect.stringContaining('Google Drive API'),
  })
  const { source: other } = await scene({ scopes: ['gmail.readonly'] })
  expect(await faultOf(() => other.page(LISTING, undefined, 10, call))).toMatchObject({ code: 'google-not-delegated' })
})

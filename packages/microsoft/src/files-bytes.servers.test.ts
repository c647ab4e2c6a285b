import { quickXor } from '@offramp/formats'
import { afterEach, expect, test } from 'vitest'
import { base64, call, closeDrives, driveBench, refsOf, sha256 } from './testing/drive-bench.ts'
import { faultOf } from './testing/tenant-lab.ts'

afterEach(closeDrives)

const BYTES = 'download\\.aspx'
const FILM = { seed: 'film', size: 250_000_000_000 }
const MIDDLE = { seed: 'middle', size: 5_000_000 }

test('a download that is reset again and again goes on from where it broke off', async () => {
  const { tenant, drive, add, item } = await driveBench()
  const id = await add('middle.bin', MIDDLE)
  const opened = await item(id)
  tenant.faults.add({ path: BYTES, when: { first: 3 }, effect: { kind: 'reset', afterBytes: 1_300_000 } })
  expect(await sha256(opened.body(call))).toEqual({ hash: await drive.hash(id), size: MIDDLE.size })
  const { byStatus, bytes, byKind } = tenant.stats()
  expect([byStatus['206'], byKind['download']]).toEqual([3, 4])
  // Nothing is read twice but what was on its way when the connection broke.
  expect(bytes).toBeLessThan(MIDDLE.size * 1.3)
  expect(tenant.violations()).toEqual([])
})

test('a file of 250 GB is gone on with in its middle, in a process that has never seen it', async () => {
  const { tenant, drive, add, source } = await driveBench()
  const id = await add('film.mov', FILM)
  const opened = await source.open({ id, version: '' }, call)
  expect(opened.size).toBe(FILM.size)
  const from = FILM.size - 3_000_000
  tenant.faults.add({ path: BYTES, when: { nth: 1 }, effect: { kind: 'truncate', bytes: 1_000_000 } })
  const rest = opened.bodyFrom?.(from, call)
  if (rest === undefined) throw new Error('no bodyFrom')
  expect(await sha256(rest)).toEqual({ hash: await drive.hashOfPart(id, from, FILM.size), size: 3_000_000 })
  expect(tenant.violations()).toEqual([])
})

test('a node that answers a range with the whole file is understood', async () => {
  const { tenant, drive, add, item } = await driveBench({ tenant: { driveQuirks: { ignoreRangeEvery: 1 } } })
  const id = await add('middle.bin', MIDDLE)
  const opened = await item(id)
  tenant.faults.add({ path: BYTES, when: { nth: 1 }, effect: { kind: 'reset', afterBytes: 1_300_000 } })
  expect(await sha256(opened.body(call))).toEqual({ hash: await drive.hash(id), size: MIDDLE.size })
  expect(tenant.stats().byStatus['206']).toBeUndefined()
})

test('what is changed between two chunks is never mixed; changed three times, it waits for the next pass', async () => {
  const { tenant, drive, add, source } = await driveBench()
  const id = await add('restless.bin', MIDDLE)
  const read = async (n: number) => {
    const opened = await source.open({ id, version: '' }, call)
    tenant.faults.add({ path: BYTES, times: 1, effect: { kind: 'reset', afterBytes: 1_300_000 } })
    return faultOf(async () => {
      let edited = false
      for await (const _ of opened.body(call)) {
        if (!edited) await drive.edit(id, { seed: `restless ${n}`, size: MIDDLE.size })
        edited = true
      }
    })
  }
  expect(await read(1)).toMatchObject({ reach: 'call', code: 'graph-changed' })
  expect(await read(2)).toMatchObject({ reach: 'call', code: 'graph-changed' })
  expect(await read(3)).toMatchObject({ reach: 'item', reason: 'changing' })
  const calm = await source.open({ id, version: '' }, call)
  expect(await sha256(calm.body(call))).toEqual({ hash: await drive.hash(id), size: MIDDLE.size })
})

test('a file that was changed once since it was listed is read as it is now, when it is opened again by what the listing said', async () => {
  const { drive, add, source } = await driveBench()
  const id = await add('a.bin', { seed: 'before', size: 1_000 })
  const ref = (await refsOf(source)).get(id)
  if (!ref) throw new Error('not listed')
  await drive.edit(id, { seed: 'after', size: 1_000 })
  const stale = await source.open(ref, call)
  expect(await faultOf(() => sha256(stale.body(call)))).toMatchObject({ code: 'graph-changed' })
  const fresh = await source.open(ref, call)
  expect(fresh.version).not.toBe(ref.version)
  expect((await sha256(fresh.body(call))).hash).toBe(await drive.hash(id))
})

test.each([
  ['a small Office file', 'Plan.docx', 19_340, -2_207],
  ['a large one', 'Film.pptx', 3_000_000, 41],
  ['a live photo', 'IMG.heic', 900_000, -100_000],
])('%s that is not as long as announced has its true size once it is opened', async (_, name, size, lie) => {
  const { tenant, drive, add, item } = await driveBench()
  const id = await add(name, { seed: name, size }, { lie })
  const opened = await item(id)
  expect([opened.size, opened.checksum]).toEqual([size, undefined])
  expect(await sha256(opened.body(call))).toEqual({ hash: await drive.hash(id), size })
  expect(opened.losses?.join()).toMatch(/SharePoint writes files of this sort anew/)
  const tail = opened.bodyFrom?.(size - 1_000, call)
  expect(tail && (await sha256(tail))).toEqual({ hash: await drive.hashOfPart(id, size - 1_000, size), size: 1_000 })
  expect(tenant.violations()).toEqual([])
})

test('an Office file that is what was announced has nothing to tell', async () => {
  const { add, item } = await driveBench()
  const opened = await item(await add('True.xlsx', { seed: 'true', size: 700_000 }))
  await sha256(opened.body(call))
  expect(opened.losses).toEqual([])
})

test('other files are read only where the checksum is the one that was named', async () => {
  const { tenant, add, item } = await driveBench()
  const id = await add('photo.jpg', MIDDLE)
  const opened = await item(id)
  const hash = quickXor()
  for await (const chunk of opened.body(call)) hash.update(chunk)
  expect(opened.checksum).toEqual({ algorithm: 'quick-xor', value: hash.digest() })
  const wrong = await item(await add('wrong.jpg', { seed: 'wrong', size: 9_000 }, { lie: 0 }))
  const differs = { reach: 'call', code: 'graph-hash-differs' }
  expect(await faultOf(() => sha256(wrong.body(call)))).toMatchObject(differs)
  expect(tenant.violations()).toEqual([])
})

test('the same bytes twice were not broken on the way: then it is the checksum that is wrong, and that is said', async () => {
  const { drive, add, source } = await driveBench()
  const id = await add('protected.pdf', { seed: 'wrong', size: 9_000 }, { lie: 0 })
  const open = () => source.open({ id, version: '' }, call)
  for (let n = 0; n < 2; n++) {
    expect(await faultOf(async () => sha256((await open()).body(call)))).toMatchObject({ code: 'graph-hash-differs' })
  }
  const opened = await open()
  expect((await sha256(opened.body(call))).hash).toBe(await drive.hash(id))
  expect(opened.losses).toHaveLength(1)
})

test('a file of another sort that proves longer than announced is opened anew with its true size', async () => {
  const { drive, add, item } = await driveBench()
  const id = await add('protected.txt', { seed: 'irm', size: 9_000 }, { lie: -500, noHash: true })
  const first = await item(id)
  expect(await faultOf(() => sha256(first.body(call)))).toMatchObject({ reach: 'call', code: 'graph-size-differs' })
  const second = await item(id)
  expect(second.size).toBe(9_000)
  expect(await sha256(second.body(call))).toEqual({ hash: await drive.hash(id), size: 9_000 })
})

test('an address that has run out is fetched anew, and one from the listing is used while it is fresh', async () => {
  const { tenant, clock, drive, add, item } = await driveBench({ tenant: { driveLimits: { addressMs: 60_000 } } })
  const id = await add('a.bin', { seed: 'a', size: 1_000 })
  const opened = await item(id)
  await sha256(opened.body(call))
  expect(tenant.stats().byKind['drive-item']).toBeUndefined()
  await clock.sleep(61_000, {})
  expect(await sha256(opened.body(call))).toEqual({ hash: await drive.hash(id), size: 1_000 })
  expect([tenant.stats().byKind['drive-item'], tenant.stats().byStatus['401']]).toEqual([1, 1])
  expect(tenant.violations()).toEqual([])
})

test('a page in place of a file is never its content; a file that is a page is', async () => {
  const { tenant, drive, add, item } = await driveBench()
  const [text, page] = [await add('text.txt', base64('words')), await add('page.html', base64('<html>a file</html>'))]
  const [opened, opened2] = [await item(text), await item(page)]
  expect((await sha256(opened2.body(call))).hash).toBe(await drive.hash(page))
  tenant.faults.add({ path: BYTES, effect: { kind: 'sign-in-page' } })
  expect((await faultOf(() => sha256(opened.body(call)))).reach).toBe('call')
  expect((await faultOf(() => sha256(opened2.body(call)))).reach).toBe('call')
})

test('what is archived or infected says so, and a file without a byte asks nobody', async () => {
  const { tenant, drive, add, item } = await driveBench()
  const [old, late, empty] = [
    await add('old.zip', MIDDLE, { archived: true }),
    await add('late.com', MIDDLE),
    await add('empty.txt', base64('')),
  ]
  expect(await faultOf(async () => sha256((await item(old)).body(call)))).toMatchObject({ reach: 'item', reason: 'stored-away' })
  const opened = await item(late)
  await drive.setFacts(late, { malware: true })
  expect(await faultOf(() => sha256(opened.body(call)))).toMatchObject({ reach: 'item', reason: 'malware' })
  const before = tenant.stats().byKind['download']
  expect(await sha256((await item(empty)).body(call))).toMatchObject({ size: 0 })
  expect(tenant.stats().byKind['download']).toBe(before)
})

test('the property of the address goes by two names', async () => {
  const { tenant, drive, add, item } = await driveBench({ tenant: { driveQuirks: { addressName: '@content.downloadUrl' } } })
  const id = await add('a.bin', { seed: 'a', size: 1_000 })
  expect((await sha256((await item(id)).body(call))).hash).toBe(await drive.hash(id))
  expect(tenant.stats().byKind['drive-content']).toBeUndefined()
})

test('earlier versions are read to the byte, also those of Office files, and never the present one', async () => {
  const { tenant, drive, add, item } = await driveBench({ settings: { choices: { files: { versions: 3 } } } })
  const id = await add('Plan.docx', { seed: 'v0', size: 5_000 }, { lie: 77, modifiedAt: Date.UTC(2020, 0, 1) })
  for (let n = 1; n <= 4; n++) await drive.edit(id, { seed: `v${n}`, size: 5_000 + n * 400_000 }, Date.UTC(2020, n, 1))
  const seen: string[] = []
  for await (const version of (await item(id)).versions?.(call) ?? []) {
    const { hash, size } = await sha256(version.body(call))
    expect([size, new Date(version.modifiedAt).getUTCMonth()]).toEqual([version.size, seen.length + 1])
    seen.push(hash)
  }
  expect(seen).toEqual((await drive.versionHashes(id)).slice(1))
  expect(tenant.violations()).toEqual([])
})

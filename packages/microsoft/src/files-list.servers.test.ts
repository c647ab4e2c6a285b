import { Fault, type Item, type Measured } from '@offramp/core'
import { afterEach, describe, expect, test } from 'vitest'
import { ANNA, base64, call, closeDrives, driveBench, listingsOf, refsOf } from './testing/drive-bench.ts'
import { SITE } from './testing/files-lab.ts'
import { faultOf } from './testing/tenant-lab.ts'

afterEach(closeDrives)

const MANY = { unitsPerMinute: 100_000 }
const LARGE = { driveLimits: MANY }
const settings = { limits: { files: MANY } }

describe('the feed of a drive', () => {
  test('a forgotten link names where to begin again, whatever the code behind it', async () => {
    for (const resync of ['resyncChangesApplyDifferences', 'resyncChangesUploadDifferences'] as const) {
      const { source, drive } = await driveBench({
        tenant: { accounts: [{ address: ANNA, drive: { files: 30 } }], driveQuirks: { resync } },
      })
      const [listing] = await listingsOf(source)
      if (!listing) throw new Error('no listing')
      const first = await source.page(listing, undefined, 500, call)
      await drive.expireDelta()
      const fault = await faultOf(() => source.page(listing, first.cursor, 500, call))
      expect(fault).toMatchObject({ reach: 'listing', code: 'graph-sync-state-lost', restart: expect.stringMatching(/^\/v1\.0\/drives\//) })
      const again = await source.page(listing, fault.restart, 500, call)
      expect(again.refs.length).toBe(30)
    }
  })

  test('one without an address begins from nothing', async () => {
    const { source, drive } = await driveBench({ tenant: { driveQuirks: { noLocation: true } } })
    const [listing] = await listingsOf(source)
    if (!listing) throw new Error('no listing')
    const { cursor } = await source.page(listing, undefined, 500, call)
    await drive.expireDelta()
    const fault = await faultOf(() => source.page(listing, cursor, 500, call))
    expect([fault.reach, fault.restart]).toEqual(['listing', undefined])
  })

  test('a good link that is refused now and then is followed all the same; one that stays refused is given up', async () => {
    const { tenant, source } = await driveBench()
    const [listing] = await listingsOf(source)
    if (!listing) throw new Error('no listing')
    const { cursor } = await source.page(listing, undefined, 500, call)
    const effect = { kind: 'status', status: 400, code: 'invalidRequest' } as const
    tenant.faults.add({ path: 'delta', when: { first: 2 }, effect })
    expect((await source.page(listing, cursor, 500, call)).last).toBe(true)
    tenant.faults.add({ path: 'delta', effect: { kind: 'status', status: 500, code: 'generalException' }, when: { first: 1 } })
    expect((await source.page(listing, cursor, 500, call)).last).toBe(true)
    tenant.faults.add({ path: 'delta', effect })
    expect(await faultOf(() => source.page(listing, cursor, 500, call))).toMatchObject({ reach: 'listing', code: 'graph-cursor-refused' })
  })

  test('the last word on an id holds, and folders that come after their files cost one request at most', async () => {
    const files = { files: 900, perFolder: 9 }
    const { tenant, source, drive } = await driveBench({
      tenant: { ...LARGE, accounts: [{ address: ANNA, drive: files }], driveQuirks: { staleEvery: 2, lateFolderEvery: 2 } },
      settings,
    })
    const refs = await refsOf(source)
    for (const truth of await drive.files()) {
      const ref = refs.get(truth.id)
      if (!ref) throw new Error('not listed')
      const { home, naturalKey } = await source.open(ref, call)
      expect([...home.path, naturalKey]).toEqual(truth.path)
    }
    const folders = (await drive.folders()).length
    expect(tenant.stats().byKind['drive-item'] ?? 0).toBeLessThanOrEqual(folders)
    expect(tenant.violations()).toEqual([])
  })

  test('twenty thousand files that have not changed cost one request', async () => {
    const accounts = [{ address: ANNA, drive: { files: 20_000, sizes: [0, 40] as const, perFolder: 400 } }]
    const { tenant, source } = await driveBench({ tenant: { ...LARGE, accounts, driveQuirks: { noHashes: true } }, settings })
    const [listing] = await listingsOf(source)
    if (!listing) throw new Error('no listing')
    let after: string | undefined
    let refs = 0
    for (let last = false; !last; ) {
      const page = await source.page(listing, after, 500, call)
      refs += page.refs.filter((ref) => !ref.removed).length
      after = page.cursor
      last = page.last
    }
    expect(refs).toBeGreaterThanOrEqual(20_000)
    const before = tenant.stats().requests
    expect(await source.page(listing, after, 500, call)).toMatchObject({ refs: [], last: true })
    expect(tenant.stats().requests).toBe(before + 1)
  }, 60_000)
})

test('whoever is told to wait waits with all drives of the tenant, and nobody comes back too early', async () => {
  const sites = [{ name: 'Marketing', libraries: [{ name: 'Documents', files: 20 }] }]
  const tight = { unitsPerMinute: 60 }
  const { tenant, source, endpoint, account } = await driveBench({
    tenant: { sites, accounts: [{ address: ANNA, drive: { files: 60, sizes: [10, 20] } }], driveLimits: tight },
    settings: { limits: { files: { unitsPerMinute: 10_000 } } },
  })
  const other = await endpoint.connect(await account(SITE), 'file')
  const read = async (from: typeof source): Promise<number> => {
    let bytes = 0
    for (const ref of (await refsOf(from)).values()) {
      for await (const chunk of (await from.open(ref, call)).body(call)) bytes += chunk.byteLength
    }
    return bytes
  }
  const [one, two] = await Promise.all([read(source), read(other)])
  expect(one * two).toBeGreaterThan(0)
  expect(tenant.violations()).toEqual([])
}, 60_000)

test('who is told that the minute is nearly used up waits before being sent away', async () => {
  const { tenant, source } = await driveBench({
    tenant: { accounts: [{ address: ANNA, drive: { files: 40, sizes: [10, 20], perFolder: 50 } }], driveLimits: { unitsPerMinute: 30 } },
    settings: { limits: { files: { unitsPerMinute: 10_000 } } },
  })
  for (const ref of (await refsOf(source)).values()) for await (const _ of (await source.open(ref, call)).body(call));
  expect(tenant.stats().throttled).toBe(0)
}, 60_000)

test('a census and a measurement cost no request a file', async () => {
  const { tenant, source, drive } = await driveBench({
    tenant: { ...LARGE, accounts: [{ address: ANNA, drive: { files: 1_200, hostile: true } }] },
    settings,
  })
  const truth = await drive.files()
  const items: Item[] = []
  const before = tenant.stats().requests
  for (const listing of await listingsOf(source)) for await (const some of source.census?.(listing, call) ?? []) items.push(...some)
  expect(tenant.stats().requests - before).toBeLessThan(30)
  const byId = new Map(items.map((item) => [item.id, item]))
  expect([...byId.keys()].sort()).toEqual(truth.map(({ id }) => id).sort())
  const refs = await refsOf(source)
  for (const { id, path, modifiedAt } of truth) {
    const item = byId.get(id)
    expect([item?.home.path, item?.traits.modifiedAt, item?.version]).toEqual([path.slice(0, -1), modifiedAt, refs.get(id)?.version])
  }
  const measured: Measured[] = []
  for await (const each of source.measure?.(call) ?? []) measured.push(each)
  expect(measured.reduce((sum, { items: count }) => sum + count, 0)).toBe(truth.length)
  const losses = measured.flatMap((each) => each.losses ?? []).reduce((sum, loss) => sum + loss.items, 0)
  expect(losses).toBe(truth.filter(({ refused }) => refused !== undefined && refused !== 'archived').length)
})

test('an edit, a new name, another folder and another date are each another version; a grant is none', async () => {
  const { source, drive, add } = await driveBench()
  const id = await add('a.txt', base64('one'))
  const folder = await drive.addFolder('Folder', null)
  const versions: (string | undefined)[] = []
  const look = async () => void versions.push((await refsOf(source)).get(id)?.version)
  await look()
  await drive.share(id, { id: 'p', roles: ['read'], link: { type: 'view', scope: 'anonymous' } })
  await look()
  await drive.edit(id, base64('two'))
  await look()
  await drive.rename(id, 'b.txt')
  await look()
  await drive.move(id, folder)
  await look()
  await drive.edit(id, base64('two'), Date.UTC(2020, 0, 1))
  await look()
  expect(versions[1]).toBe(versions[0])
  expect(new Set(versions).size).toBe(5)
})

test('shortcuts become small files with an address where the operator wants that', async () => {
  const { drive, item } = await driveBench({ settings: { choices: { files: { shortcuts: 'address' } } } })
  const opened = await item(await drive.addShortcut('There', null, `${SITE}/Docs`, true))
  const parts: Uint8Array[] = []
  for await (const part of opened.body(call)) parts.push(part)
  expect([opened.naturalKey, Buffer.concat(parts).toString()]).toEqual(['There.url', `[InternetShortcut]\r\nURL=${SITE}/Docs\r\n`])
  expect(opened.size).toBe(Buffer.concat(parts).length)
})

test('an account without OneDrive has no files, and says so', async () => {
  const { source, check } = await driveBench({
    tenant: { accounts: [{ address: ANNA }, { address: 'ben@contoso.example', drive: 'none' }] },
    owner: ANNA,
  })
  expect((await listingsOf(source)).length).toBe(1)
  const bare = await driveBench({ tenant: { accounts: [{ address: ANNA }, { address: 'ben@contoso.example', drive: 'none' }] } })
  const ben = await bare.account('ben@contoso.example')
  expect(await listingsOf(await bare.endpoint.connect(ben, 'file'))).toEqual([])
  const findings = await bare.check({ accounts: [ben] })
  expect(findings.find(({ about }) => about === ben.name)).toMatchObject({ level: 'ok', says: expect.stringContaining('no OneDrive') })
  expect((await check()).find(({ about }) => about === ANNA)).toMatchObject({ level: 'ok', says: expect.stringContaining('can be read') })
})

describe('sites', () => {
  const sites = [
    {
      name: 'Marketing',
      displayName: 'Marketing & Sales',
      libraries: [
        { name: 'Documents', files: 5 },
        { name: 'Style', system: true },
      ],
    },
    { name: 'Closed', locked: true },
  ]

  test('they are accounts of their own, known by address and id; OneDrives are not among them', async () => {
    const { endpoint, account } = await driveBench({ tenant: { sites } })
    const all = []
    for await (const each of endpoint.accounts(call)) all.push(each)
    expect(all.filter(({ kind }) => kind === 'site').map(({ name, displayName }) => [name, displayName])).toEqual([
      [SITE, 'Marketing & Sales'],
      ['https://contoso.sharepoint.com/sites/Closed', 'Closed'],
    ])
    const byAddress = await account(`${SITE}/`)
    expect(await account(byAddress.id)).toEqual(byAddress)
    expect(await endpoint.account('https://contoso.sharepoint.com/sites/nothing', call)).toBeUndefined()
  })

  test('they have files and nothing else', async () => {
    const { endpoint, account } = await driveBench({ tenant: { sites } })
    const site = await account(SITE)
    expect(await faultOf(() => endpoint.connect(site, 'mail'))).toMatchObject({ reach: 'account', code: 'microsoft-site' })
  })

  test('system libraries are named and left out; a locked site stops its own account alone', async () => {
    const { endpoint, account } = await driveBench({ tenant: { sites } })
    const site = await account(SITE)
    expect((await listingsOf(await endpoint.connect(site, 'file'))).map(({ skip }) => skip)).toEqual([undefined, 'made-by-source'])
    const closed = await endpoint.connect(await account('https://contoso.sharepoint.com/sites/Closed'), 'file')
    expect(await faultOf(() => listingsOf(closed))).toMatchObject({ reach: 'account', code: 'graph-locked' })
  })

  test('where the app may not list sites, people are listed all the same', async () => {
    const { endpoint } = await driveBench({ tenant: { sites, permissions: ['User.Read.All', 'MailboxSettings.Read', 'Files.Read.All'] } })
    const names: string[] = []
    for await (const each of endpoint.accounts(call)) names.push(each.name)
    expect(names).toEqual([ANNA])
  })
})

test('the check says how long the limits alone will take, and which of them decides', async () => {
  const accounts = [{ address: ANNA }]
  const { drive, check } = await driveBench({ tenant: { accounts }, settings: { limits: { files: { unitsPerDay: 1_000 } } } })
  await drive.addFile('film.mov', null, { seed: 'film', size: 10_000_000_000 })
  const says = (await check()).find(({ about }) => about === 'how long files take')?.says
  // 20,000 files of 500 kB and 40 pages, at 1,000 a day.
  expect(says).toMatch(/10 GB.*20,000 files.*20\.0 days.*1,000 resource units a day/)
})

test('a missing permission is told to the one account, not as a broken run', async () => {
  const { source } = await driveBench({ tenant: { permissions: ['User.Read.All', 'MailboxSettings.Read'] } })
  const fault = await faultOf(() => listingsOf(source))
  expect(fault).toBeInstanceOf(Fault)
  expect(fault).toMatchObject({ reach: 'account', code: 'graph-permission-missing' })
})

test('an app that may read files alone is not kept from them by closed mailboxes', async () => {
  const permissions = ['User.Read.All', 'Files.Read.All']
  const accounts = [{ address: ANNA }, { address: 'ben@contoso.example', mailbox: 'on-premises' as const, drive: {} }]
  const { account, endpoint, source } = await driveBench({ tenant: { permissions, accounts } })
  expect((await account()).unavailable).toBeUndefined()
  const ben = await account('ben@contoso.example')
  expect(ben.unavailable).toBeUndefined()
  for (const each of [source, await endpoint.connect(ben, 'file')]) expect((await listingsOf(each)).length).toBe(1)
})

import { createHash } from 'node:crypto'
import { request } from 'node:https'
import { afterEach, expect, test } from 'vitest'
import { randomFrom } from '../../generate/random.ts'
import { connectTenant } from '../control/connect.ts'
import { serveControl } from '../control/server.ts'
import type { TenantOptions } from '../options.ts'
import { startTenant } from '../tenant.ts'
import { type ErrorBody, testClient } from '../test-client.ts'

const ANNA = 'anna@contoso.example'
const AGENT = { 'user-agent': 'NONISV|Offramp|Test/1.0' }

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function lab(options: Partial<TenantOptions> = {}) {
  let skew = 0
  const tenant = await startTenant({ seed: 4, accounts: [{ address: ANNA, drive: {} }], now: () => Date.now() + skew, ...options })
  const client = testClient(tenant)
  open.push(tenant, client)
  await client.logIn()
  const drive = tenant.drive(ANNA)
  const { id, root } = await drive.about()
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) => client.get(path, { ...AGENT, ...headers })
  /** From the host of bytes, with nothing that the test has not said. */
  const bytes = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    new Promise<{ readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: Buffer }>((resolve, reject) => {
      const asking = request(url, { ca: tenant.ca, headers, agent: false }, (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) }))
      })
      asking.on('error', reject)
      asking.end()
    })
  const later = (ms: number): void => {
    skew += ms
  }
  return { tenant, drive, id, root, get, bytes, later }
}

interface Feed {
  readonly value: readonly {
    readonly id: string
    readonly name?: string
    readonly parentReference?: { readonly id?: string; readonly path?: string }
    readonly deleted?: unknown
    readonly folder?: unknown
    readonly '@microsoft.graph.downloadUrl'?: string
  }[]
  readonly '@odata.nextLink'?: string
  readonly '@odata.deltaLink'?: string
}

const file = { seed: 'a', size: 200_000 }

test('bytes come from another host, to nobody who sends a token, and only for a while', async () => {
  const { tenant, drive, id, get, bytes, later } = await lab({ driveLimits: { addressMs: 60_000 } })
  const a = await drive.addFile('a.bin', null, file)
  const { '@microsoft.graph.downloadUrl': address = '' } = (await get(`/drives/${id}/items/${a}`)).json<Feed['value'][number]>()
  expect(new URL(address).host).not.toBe(new URL(tenant.graphUrl).host)
  const whole = await bytes(address)
  expect(createHash('sha256').update(whole.body).digest('hex')).toBe(await drive.hash(a))
  expect((await bytes(address, { authorization: 'Bearer x' })).status).toBe(401)
  expect((await bytes(address.replace('%2b', '%2B'))).status).toBe(401)
  expect(tenant.violations()).toEqual([
    'Authorization sent to a pre-authenticated download host',
    'the query of a download address was written anew',
  ])
  later(61_000)
  expect((await bytes(address)).status).toBe(401)
})

test('ranges need an Accept, an If-Range that does not hold gives the whole, and one behind the end says how long it is', async () => {
  const { drive, id, get, bytes } = await lab()
  const a = await drive.addFile('a.bin', null, file)
  const { location = '' } = (await get(`/drives/${id}/items/${a}/content`)).headers
  const url = String(location)
  const accept = { accept: '*/*' }
  expect((await bytes(url, { range: 'bytes=10-' })).status).toBe(416)
  const part = await bytes(url, { ...accept, range: 'bytes=199990-' })
  expect([part.status, part.headers['content-range'], part.body.length]).toEqual([206, 'bytes 199990-199999/200000', 10])
  expect((await bytes(url, { ...accept, range: 'bytes=10-', 'if-range': '"other"' })).status).toBe(200)
  const beyond = await bytes(url, { ...accept, range: 'bytes=200000-' })
  expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */200000'])
})

test('malware, archive, the present version and a locked site are refused in their own words', async () => {
  const { tenant, drive, id, get } = await lab({ sites: [{ name: 'Closed', locked: true }] })
  const [sick, old, a] = [
    await drive.addFile('v.com', null, file, { malware: true }),
    await drive.addFile('o.zip', null, file, { archived: true }),
    await drive.addFile('a.bin', null, file),
  ]
  const code = async (path: string) => {
    const { status, json } = await get(path)
    return [status, json<ErrorBody>().error.code]
  }
  expect(await code(`/drives/${id}/items/${sick}/content`)).toEqual([403, 'malwareDetected'])
  expect(await code(`/drives/${id}/items/${old}/content`)).toEqual([423, 'notAllowed'])
  expect(await code(`/drives/${id}/items/${a}/versions/1.0/content`)).toEqual([400, 'invalidRequest'])
  const { id: closed } = await tenant.drive('https://contoso.sharepoint.com/sites/Closed').about()
  expect(await code(`/drives/${closed}/root/delta`)).toEqual([423, 'resourceLocked'])
  expect(await code('/users/nobody@contoso.example/drive')).toEqual([404, 'ResourceNotFound'])
})

test('units are counted: five for permissions, two for a first page; then 429 with a Retry-After, and headers before that', async () => {
  const { tenant, drive, id, get, later } = await lab({ driveLimits: { unitsPerMinute: 20 } })
  const a = await drive.addFile('a.bin', null, file)
  expect((await get(`/drives/${id}/root/delta`)).headers['ratelimit-limit']).toBeUndefined()
  for (let n = 0; n < 2; n++) await get(`/drives/${id}/items/${a}/permissions`)
  for (let n = 0; n < 3; n++) await get(`/drives/${id}/items/${a}`)
  const nearly = await get(`/drives/${id}/items/${a}`)
  expect([nearly.status, nearly.headers['ratelimit-limit'], nearly.headers['ratelimit-remaining']]).toEqual([200, '20', '4'])
  const over = await get(`/drives/${id}/items/${a}/permissions`)
  expect([over.status, over.json<ErrorBody>().error.code, Number(over.headers['retry-after']) > 30]).toEqual([
    429,
    'activityLimitReached',
    true,
  ])
  later(300)
  await get(`/drives/${id}/items/${a}`)
  expect(tenant.violations()).toEqual(['called the drives before Retry-After had passed'])
})

/** Follows a feed to its end. */
async function follow(get: Awaited<ReturnType<typeof lab>>['get'], start: string) {
  const values: Feed['value'][number][] = []
  const links: string[] = []
  for (let link = start; ; ) {
    const page = (await get(link)).json<Feed>()
    values.push(...page.value)
    const next = page['@odata.nextLink']
    links.push(next ?? page['@odata.deltaLink'] ?? '')
    if (next === undefined) return { values, links }
    link = next
  }
}

test('the feed names ids twice, children before parents, without paths, and spells its links in several ways', async () => {
  const { tenant, id, get, drive } = await lab({ accounts: [{ address: ANNA, drive: { files: 90, perFolder: 5 } }] })
  const { values, links } = await follow(get, `/drives/${id}/root/delta?$top=10`)
  const ids = values.map((value) => value.id)
  expect(new Set(ids).size).toBeLessThan(ids.length)
  expect(values.some(({ parentReference }, at) => !ids.slice(0, at).includes(parentReference?.id ?? ids[0] ?? ''))).toBe(true)
  expect(values.every(({ parentReference }) => parentReference?.path === undefined)).toBe(true)
  expect(new Set(links.map((link) => link.split('/root/')[1]?.replace(/[\w-]{40,}/, ''))).size).toBe(4)
  const last = new Map(values.map((value) => [value.id, value.name]))
  for (const { id: item, path } of await drive.files()) expect(last.get(item)).toBe(path.at(-1))
  expect(tenant.violations()).toEqual([])
})

test('whatever people do, the feed tells the state that there is, and a forgotten link where to begin again', async () => {
  const { tenant, id, root, get, drive } = await lab({ accounts: [{ address: ANNA, drive: { files: 40, perFolder: 5 } }] })
  const random = randomFrom('feed')
  const known = new Map<string, string>()
  const take = (values: Feed['value']): void => {
    for (const { id: item, name, parentReference, deleted, folder } of values) {
      if (deleted !== undefined) known.delete(item)
      else if (item !== root && folder === undefined) known.set(item, `${parentReference?.id} ${name}`)
    }
  }
  let { values, links } = await follow(get, `/drives/${id}/root/delta?$top=7`)
  take(values)
  const acts = [
    'add-file',
    'edit-file',
    'rename-file',
    'move-file',
    'delete-file',
    'add-dir',
    'rename-dir',
    'move-dir',
    'delete-dir',
  ] as const
  for (let round = 0; round < 25; round++) {
    tenant.scenario({ mailbox: ANNA, seed: round, steps: [{ at: 1, act: random.pick(acts), count: random.between(1, 3) }] })
    ;({ values, links } = await follow(get, links.at(-1) ?? ''))
    take(values)
    const truth = (await drive.files()).map(({ id: item, parent, path }) => [item, `${parent} ${path.at(-1)}`] as const)
    expect([...known].sort()).toEqual(truth.toSorted())
  }
  await drive.expireDelta()
  const gone = await get(links.at(-1) ?? '')
  expect([gone.status, gone.text.includes('resyncChangesApplyDifferences')]).toEqual([410, true])
  const again = await follow(get, String(gone.headers['location']))
  expect(new Set(again.values.filter(({ folder }) => folder === undefined).map((value) => value.id)).size).toBe(known.size)
})

test('the hands of people reach in from another process, and a file of 250 GB costs nothing', async () => {
  const { tenant } = await lab({ sites: [{ name: 'Marketing', libraries: [{ name: 'Documents' }, { name: 'Films' }] }] })
  const control = await serveControl(tenant)
  open.push(control)
  const remote = await connectTenant(control.url)
  const films = remote.drive('https://contoso.sharepoint.com/sites/Marketing', 'Films')
  const id = await films.addFile('film.mov', null, { seed: 'film', size: 250e9 }, { modifiedAt: Date.UTC(2020, 0, 1) })
  const folder = await films.addFolder('Old', null)
  await films.move(id, folder)
  expect(await films.files()).toMatchObject([{ id, path: ['Old', 'film.mov'], size: 250e9, modifiedAt: Date.UTC(2020, 0, 1) }])
  const [part, same] = [await films.hashOfPart(id, 249e9, 249e9 + 1e6), await films.hashOfPart(id, 249e9, 249e9 + 1e6)]
  expect(part).toBe(same)
  expect(part).not.toBe(await films.hashOfPart(id, 248e9, 248e9 + 1e6))
  await expect(remote.drive(ANNA).hash('nothing')).rejects.toThrow(/There is no nothing/)
})

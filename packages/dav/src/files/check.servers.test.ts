import { MemoryGate, readAll } from '@offramp/conformance'
import { type Finding, silentLog, systemClock } from '@offramp/core'
import { startNextcloud } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { haveApache, startApache } from '../../../../test/servers/apache.ts'
import { faultOf, receiptOf } from '../../../../test/servers/dav-desk.ts'
import { FOLDER, fileItem, filesEndpoint, soonPut } from '../../../../test/servers/files-desk.ts'
import { filesDestination } from './files-destination.ts'
import type { ProvisionSettings } from './settings.ts'

const closing: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const cloudWith = async (more: Partial<Parameters<typeof startNextcloud>[0]> = {}) => {
  const users = [{ id: 'boss', admin: true, password: 'sehr-geheim-9' }, { id: 'anna' }]
  const cloud = await startNextcloud({ seed: 1, users, version: '32.0.7', scheme: 'http', ...more })
  closing.push(() => cloud.stop())
  return cloud
}

async function findings(endpoint: ReturnType<typeof filesDestination>, ...accounts: readonly string[]): Promise<readonly Finding[]> {
  closing.push(() => endpoint.close?.())
  const asked = { accounts: accounts.map((id) => ({ id, name: id, kind: 'user' as const })), kinds: ['file' as const] }
  const found: Finding[] = []
  for await (const one of endpoint.check(asked, soonPut())) found.push(one)
  return found
}

const says = (found: readonly Finding[]): string => found.map(({ level, says: text }) => `${level}: ${text}`).join('\n')

describe('what check says of files', () => {
  test('of a Nextcloud: version, bulk upload, names, room, example files, and how slow it has become', async () => {
    const cloud = await cloudWith({ settings: { windowsCompatibleNames: 'yes' }, quirks: { noDelays: true } })
    const anna = cloud.user('anna')
    await anna.files.put('Documents/Welcome.md', 'x')
    await anna.files.put('Templates/x.odt', 'x')
    await anna.quota(5_000_000)
    const { appPassword } = await anna.credentials()
    await findings(filesEndpoint(cloud.url, 'wrong'), 'anna')
    const text = says(await findings(filesEndpoint(cloud.url, appPassword), 'anna'))
    expect(text).toContain('ok: Reached Nextcloud 32.0.7')
    expect(text).toContain('bulk upload')
    expect(text).toMatch(/warning: .*MB are free/)
    expect(text).toMatch(/example files there \(Documents, Templates\)/)
    expect(text).toMatch(/one of .*: /)
    expect(text).toMatch(/warning: Nextcloud makes everybody/)
    expect(await cloud.violations()).toEqual([])
  })

  test('a refused login is told once, with its remedy, and writes nothing', async () => {
    const cloud = await cloudWith({ quirks: { noDelays: true } })
    const found = await findings(filesEndpoint(cloud.url, 'wrong'), 'anna')
    expect(found).toMatchObject([{ level: 'error', remedy: expect.stringContaining('app password') }])
    expect(await cloud.writes()).toEqual([])
  })

  test.skipIf(!haveApache())('of a plain server: that it keeps no dates, and that another client sees the same', async () => {
    const apache = await startApache()
    closing.push(() => apache.stop())
    const endpoint = filesEndpoint(`${apache.url}basic/{account}/`, 'secret')
    const destination = await endpoint.connect('anna', 'file', soonPut())
    const place = await destination.prepare(FOLDER, soonPut())
    await destination.put(place, fileItem(1, '100% & <b>.txt'), undefined, soonPut())
    const found = await findings(endpoint, 'anna')
    expect(says(found)).toContain('ok: The login works; 1 files and folders')
    expect(says(found)).toContain('keeps no dates')
    expect(says(found)).not.toContain('Another WebDAV client')
    expect(destination.profile.assurances?.join(' ')).toContain('read back')
  })

  test('of a web server that holds no files', async () => {
    const cloud = await cloudWith()
    expect((await findings(filesEndpoint(`${cloud.url}nowhere/`, 'x'), 'anna')).at(-1)).toMatchObject({ level: 'error' })
  })
})

describe('accounts that are made by an admin', () => {
  const provision: ProvisionSettings = { admin: 'boss', secret: async () => 'sehr-geheim-9', quota: '20 GB', language: 'de' }
  const endpointAt = (url: string, more: Partial<ProvisionSettings> = {}) =>
    filesDestination(
      { name: 'made', url, auth: { kind: 'password', secret: async () => 'korrekt-pferd-9' }, provision: { ...provision, ...more } },
      { gate: new MemoryGate(systemClock), log: silentLog, clock: systemClock },
    )

  test('check makes none; the first connection does, with quota, and without a mail', async () => {
    const cloud = await cloudWith({ settings: { skeleton: 'no' } })
    const endpoint = endpointAt(cloud.url)
    expect(says(await findings(endpoint, 'new@site.example'))).toContain('The account is not there yet')
    expect(cloud.users).not.toContain('new@site.example')
    const destination = await endpoint.connect('new@site.example', 'file', soonPut())
    const place = await destination.prepare(FOLDER, soonPut())
    const proof = receiptOf(await destination.put(place, fileItem(1, 'first.txt'), undefined, soonPut()))
    expect(await readAll(destination.read(proof, soonPut()))).toHaveLength(proof.size)
    const user = cloud.user('new@site.example')
    expect((await user.files.tree()).map(({ path }) => path)).toEqual(['Folder', 'Folder/first.txt'])
    await endpoint.connect('new@site.example', 'file', soonPut())
    expect(await cloud.mails()).toEqual([])
    expect(await cloud.violations()).toEqual([])
    const { appPassword, password } = await user.credentials()
    expect(appPassword).not.toBe(password)
    await endpoint.close?.()
    expect((await user.credentials()).appPassword).toBe(password)
  })

  test('what the server refuses is told with its own words', async () => {
    const cloud = await cloudWith()
    const endpoint = endpointAt(cloud.url)
    closing.push(() => endpoint.close?.())
    expect(await faultOf(endpoint.connect('a+b', 'file', soonPut()))).toMatchObject({ reach: 'account', code: 'dav-account-not-made' })
    const other = endpointAt(cloud.url, { admin: 'anna', secret: async () => (await cloud.user('anna').credentials()).password })
    closing.push(() => other.close?.())
    expect(await faultOf(other.connect('somebody', 'file', soonPut()))).toMatchObject({ reach: 'account', code: 'dav-not-admin' })
  })
})

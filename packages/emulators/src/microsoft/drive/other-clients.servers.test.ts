import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { Client, PageIterator } from '@microsoft/microsoft-graph-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen, shut } from '../../serve/listen.ts'
import type { DriveControl } from '../control/drive-desk.ts'
import { type EmulatedTenant, startTenant } from '../tenant.ts'
import { type TokenBody, testClient } from '../test-client.ts'

/** Clients that nobody here has written read the emulated drives. */
const ANNA = 'anna@contoso.example'
const SITE = 'https://contoso.sharepoint.com/sites/Marketing'
const AGENT = 'NONISV|Rclone|Test/1.0'
const hasRclone = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'rclone')))

let tenant: EmulatedTenant
let token: string

beforeAll(async () => {
  tenant = await startTenant({
    seed: 6,
    accounts: [{ address: ANNA, drive: { files: 120, sizes: [0, 60_000], perFolder: 9, lies: false } }],
    sites: [{ name: 'Marketing', libraries: [{ name: 'Documents', files: 20, lies: false }] }],
    driveQuirks: { tokenAtDownloads: 'ignored' },
    driveLimits: { unitsPerMinute: 100_000 },
  })
  const login = testClient(tenant)
  token = (await login.token(login.login)).json<TokenBody>().access_token
  login.close()
})
afterAll(() => tenant.close())

/** The addresses of Microsoft are built into rclone: this leads them to the emulator, and everything else nowhere. */
async function microsoftHere(): Promise<{ readonly url: string; readonly server: Server }> {
  const port = Number(new URL(tenant.graphUrl).port)
  const server = createServer()
  server.on('connect', (request, socket) => {
    if (request.url !== 'graph.microsoft.com:443') {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  return { url: `http://127.0.0.1:${await listen(server, 0)}`, server }
}

/** Path and SHA-256 of everything in a folder. */
function treeOf(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`,
    )
    .sort()
}

const truthOf = async (drive: DriveControl): Promise<string[]> =>
  (await Promise.all((await drive.files()).map(async ({ id, path }) => `${path.join('/')} ${await drive.hash(id)}`))).sort()

describe.skipIf(!hasRclone)(hasRclone ? 'rclone' : 'rclone: skipped, it is not installed', () => {
  let proxy: { readonly url: string; readonly server: Server }
  let folder: string
  beforeAll(async () => {
    proxy = await microsoftHere()
    folder = mkdtempSync(join(tmpdir(), 'offramp-rclone-'))
    writeFileSync(join(folder, 'ca.pem'), tenant.ca)
  })
  afterAll(async () => {
    await shut(proxy.server)
    rmSync(folder, { recursive: true, force: true })
  })

  async function rclone(drive: DriveControl, type: string, ...asked: readonly string[]): Promise<string> {
    const { id } = await drive.about()
    const config = join(folder, 'rclone.conf')
    const login = JSON.stringify({ access_token: token, token_type: 'Bearer', refresh_token: 'none', expiry: '2099-01-01T00:00:00Z' })
    writeFileSync(config, `[drive]\ntype = onedrive\ntoken = ${login}\ndrive_id = ${id}\ndrive_type = ${type}\n`)
    const usual = ['--config', config, '--user-agent', AGENT, '--retries', '1', '--low-level-retries', '2', '--contimeout', '10s']
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, HTTPS_PROXY: proxy.url, SSL_CERT_FILE: join(folder, 'ca.pem') }
    const { stdout } = await promisify(execFile)('rclone', [...asked, ...usual], { env, timeout: 60_000, maxBuffer: 2 ** 24 })
    return stdout
  }

  test('lists and copies a OneDrive to the byte, with its dates', async () => {
    const drive = tenant.drive(ANNA)
    const listed = await rclone(drive, 'business', 'lsf', '-R', '--files-only', 'drive:')
    const truth = await drive.files()
    expect(listed.trim().split('\n').sort()).toEqual(truth.map(({ path }) => path.join('/')).sort())
    const copy = join(folder, 'onedrive')
    await rclone(drive, 'business', 'copy', 'drive:', copy)
    expect(treeOf(copy)).toEqual(await truthOf(drive))
    for (const { path, modifiedAt } of truth) expect(Math.round(statSync(join(copy, ...path)).mtimeMs)).toBe(modifiedAt)
    expect(tenant.violations()).toEqual([])
  })

  test('compares what it has copied from a library by checksums that it computes itself', async () => {
    const drive = tenant.drive(SITE, 'Documents')
    const copy = join(folder, 'library')
    await rclone(drive, 'documentLibrary', 'copy', 'drive:', copy)
    await rclone(drive, 'documentLibrary', 'check', '--checksum', 'drive:', copy)
    writeFileSync(join(copy, ...((await drive.files())[0]?.path ?? [])), 'something else')
    await expect(rclone(drive, 'documentLibrary', 'check', '--checksum', 'drive:', copy)).rejects.toThrow()
  })
})

test('the official client walks the feed of a drive by its own iterator, and reads a file that it is sent on to', async () => {
  setDefaultCACertificates([...getCACertificates('default'), tenant.ca])
  const graph = Client.init({ baseUrl: tenant.graphUrl, customHosts: new Set(['localhost']), authProvider: (done) => done(null, token) })
  const headers = { 'User-Agent': AGENT }
  const drive = tenant.drive(ANNA)
  const { id } = await drive.about()
  const found = new Map<string, { readonly id: string; readonly file?: unknown }>()
  const first = await graph.api(`/drives/${id}/root/delta`).top(25).headers(headers).get()
  const iterator = new PageIterator(graph, first, (item: { readonly id: string }) => found.set(item.id, item).size > 0, { headers })
  await iterator.iterate()
  const truth = await drive.files()
  const listed = [...found.values()].filter((item) => item.file !== undefined).map((item) => item.id)
  expect(listed.sort()).toEqual(truth.map((file) => file.id).sort())
  const [file] = truth
  if (!file) throw new Error('no file')
  const { location } = await fetch(`${tenant.graphUrl}v1.0/drives/${id}/items/${file.id}/content`, {
    redirect: 'manual',
    headers: { ...headers, authorization: `Bearer ${token}` },
  }).then((answer) => ({ location: answer.headers.get('location') ?? '' }))
  const bytes = Buffer.from(await (await fetch(location)).arrayBuffer())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(await drive.hash(file.id))
})

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen, shut } from '../../serve/listen.ts'
import { type EmulatedWorkspace, startWorkspace } from '../workspace.ts'

const ANNA = 'anna@fabrikam.example'
const run = promisify(execFile)

/** The program reads Google under Google's own names, which it does not let anybody change: a proxy leads them all here. */
function proxyTo(port: number): Server {
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      target.pipe(socket)
      socket.pipe(target)
    })
    for (const one of [target, socket]) one.on('error', () => [target, socket].map((each) => each.destroy()))
    request.on('error', () => undefined)
  })
  return proxy
}

let workspace: EmulatedWorkspace
let proxy: Server
let folder: string
let environment: NodeJS.ProcessEnv
let isThere = true

beforeAll(async () => {
  isThere = await run('rclone', ['version']).then(
    () => true,
    () => false,
  )
  workspace = await startWorkspace({
    seed: 5,
    hosts: ['www.googleapis.com', 'oauth2.googleapis.com'],
    accounts: [{ address: ANNA, admin: true, files: { files: 60, folders: 12, documents: 8 } }],
    sharedDrives: [{ name: 'Projects', members: { [ANNA]: 'reader' }, files: { files: 20, folders: 3 } }],
    quirks: { emptyPageEvery: 0 },
  })
  proxy = proxyTo(Number(new URL(workspace.url).port))
  const port = await listen(proxy, 0)
  folder = mkdtempSync(join(tmpdir(), 'offramp-rclone-'))
  const [key, ca, config] = ['key.json', 'ca.pem', 'rclone.conf'].map((name) => join(folder, name))
  writeFileSync(key ?? '', workspace.key(), { mode: 0o600 })
  writeFileSync(ca ?? '', workspace.ca)
  const drive = `type = drive\nscope = drive.readonly\nservice_account_file = ${key}\nimpersonate = ${ANNA}\nexport_formats = odt,ods,odp,svg`
  const shared = await workspace.drive('Projects').root()
  writeFileSync(config ?? '', `[mine]\n${drive}\n[team]\n${drive}\nteam_drive = ${shared}\n`)
  environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    RCLONE_CONFIG: config,
    SSL_CERT_FILE: ca,
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
  }
})

afterAll(async () => {
  await Promise.all([workspace.stop(), shut(proxy)])
  rmSync(folder, { recursive: true, force: true })
})

const rclone = async (...given: readonly string[]): Promise<string> =>
  (await run('rclone', [...given, '--low-level-retries', '2', '--retries', '1'], { env: environment, maxBuffer: 2 ** 26 })).stdout

interface Listed {
  readonly Path: string
  readonly Size: number
  readonly IsDir: boolean
  readonly ModTime: string
  readonly ID: string
}

const list = async (remote: string): Promise<readonly Listed[]> => {
  const all: readonly Listed[] = JSON.parse(await rclone('lsjson', '-R', `${remote}:`))
  return all
}

test.for([
  ['mine', ANNA],
  ['team', 'Projects'],
] as const)('rclone lists and copies the drive %s', { timeout: 120_000 }, async ([remote, name], { skip }) => {
  if (!isThere) skip('rclone is not installed')
  const truth = await workspace.drive(name).files()
  const blobs = truth.filter(({ md5 }) => md5 !== undefined)
  const listed = await list(remote)
  const wanted = blobs.map(({ path, name: own, size, modifiedAt }) => [[...path, own].join('/'), size, modifiedAt])
  const found = listed.filter(({ ID, IsDir }) => !IsDir && blobs.some(({ id }) => id === ID))
  expect(found.map(({ Path, Size, ModTime }) => [Path, Size, Date.parse(ModTime)]).sort()).toEqual(wanted.sort())
  expect(listed.filter(({ IsDir }) => IsDir)).toHaveLength((await workspace.drive(name).folders()).length)
  const target = join(folder, `copy ${remote}`)
  await rclone('copy', `${remote}:`, target)
  for (const { path, name: own, sha256 } of blobs)
    expect(
      createHash('sha256')
        .update(readFileSync(join(target, ...path, own)))
        .digest('hex'),
    ).toBe(sha256)
  const copied = readdirSync(target, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  expect(copied).toHaveLength(truth.length)
  for (const { parentPath, name: own } of copied.filter((each) => /\.od[tsp]$/.test(each.name)))
    expect(readFileSync(join(parentPath, own)).subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
})

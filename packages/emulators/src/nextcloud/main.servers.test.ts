import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { CloudControl } from './control/cloud-control.ts'
import { connectNextcloud } from './control/connect.ts'
import { startNextcloud } from './nextcloud.ts'
import { CREATE, eventText } from './test-cloud.ts'

const folder = mkdtempSync(join(tmpdir(), 'offramp-nextcloud-test-'))
const main = fileURLToPath(new URL('./main.ts', import.meta.url))
let pid: number | undefined

afterEach(() => {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended, as it should.
  }
  rmSync(folder, { recursive: true, force: true })
})

async function filesFromElsewhere(remote: CloudControl): Promise<void> {
  const { files } = remote.user('alice')
  await files.put('a/b.txt', 'hello', 1_500_000_000)
  await files.plant('many', 3)
  await files.leave('half', 100 * 1024 ** 2, 2_000)
  await files.lock('a', true)
  expect(await files.tree('a')).toMatchObject([{ path: 'a/b.txt', size: 5, modified: 1_500_000_000, versions: [], locked: false }])
  expect([await files.rights('a/b.txt'), await files.rights('none'), await files.trash()]).toEqual([27, 0, []])
  expect((await files.uploads())[0]).toMatchObject({ id: 'half', assembling: false })
  expect(Buffer.from(await files.bytes('a/b.txt', 1, 3), 'base64').toString()).toBe('el')
  expect((await files.seen()).map(({ path }) => path)).toHaveLength(6)
  expect((await remote.sharing.reach('alice/a/b.txt')).map(({ who, via }) => [who, via])).toEqual([['alice', ['own']]])
  expect([await remote.sharing.shares(), await remote.sharing.teams()]).toEqual([[], []])
  await expect(remote.sharing.teamTree('none')).rejects.toThrow('There is no team folder')
  await remote.admin.pass(1_000)
}

interface Ready {
  readonly url: string
  readonly version: string
  readonly caPath: string
  readonly passwordsPath: string
  readonly controlUrl: string
}

test('a Nextcloud runs as a process, is steered by another, and ends when it is told to', async () => {
  const options = join(folder, 'cloud.json')
  writeFileSync(options, JSON.stringify({ seed: 5, version: '30', users: [{ id: 'alice', email: 'alice@cloud.example' }] }))
  const child = spawn(process.execPath, [main, '--options', options], { stdio: ['ignore', 'pipe', 'inherit'] })
  pid = child.pid
  if (!child.stdout) throw new Error('The process has no output.')
  const [line] = await once(createInterface(child.stdout), 'line')
  const ready: Ready = JSON.parse(String(line))
  const passwords: Readonly<Record<string, string>> = JSON.parse(readFileSync(ready.passwordsPath, 'utf8'))
  expect([ready.version, statSync(ready.passwordsPath).mode & 0o777]).toEqual(['30.0.0', 0o600])

  const remote = await connectNextcloud(ready.controlUrl)
  expect([remote.url, remote.users, remote.ca]).toEqual([ready.url, ['alice'], readFileSync(ready.caPath, 'utf8')])
  await expect(connectNextcloud(ready.controlUrl.replace(/[^/]+\/$/, 'guessed/'))).rejects.toThrow('refused')
  setDefaultCACertificates([...getCACertificates('default'), remote.ca])
  const alice = remote.user('alice')
  expect((await alice.credentials()).appPassword).toBe(passwords['alice'])
  const authorization = `Basic ${Buffer.from(`alice:${passwords['alice']}`).toString('base64')}`
  const put = (name: string, headers = {}) =>
    fetch(new URL(`/remote.php/dav/calendars/alice/personal/${name}.ics`, remote.url), {
      method: 'PUT',
      body: eventText({ uid: name, lines: ['ORGANIZER:mailto:alice@cloud.example', 'ATTENDEE:mailto:guest@sink.example'] }),
      headers: { authorization, ...CREATE, ...headers },
    })
  expect((await put('a')).status).toBe(201)
  expect((await remote.mails()).map(({ about, to }) => [about, to])).toEqual([['REQUEST', 'guest@sink.example']])
  expect((await remote.writes()).map(({ by, path }) => [by, path])).toEqual([['client', 'calendars/personal/a.ics']])
  await remote.admin.set({ sendInvitations: 'no' })
  expect([(await put('b')).status, (await remote.mails()).length]).toEqual([201, 1])
  await alice.write('calendars/personal/p.ics', eventText({ uid: 'p' }))
  await alice.move('calendars/personal/p.ics', 'calendars/personal/q.ics')
  expect((await alice.stored('calendars/')).map(({ path, by }) => [path, by])).toEqual([
    ['calendars/personal/a.ics', 'client'],
    ['calendars/personal/b.ics', 'client'],
    ['calendars/personal/q.ics', 'person'],
  ])
  await alice.remove('calendars/personal/q.ics')
  await expect(alice.remove('calendars/personal/q.ics')).rejects.toThrow('404')
  await remote.faults.add({ path: '/c\\.ics', effect: { kind: 'throttle', retryAfter: 1 } })
  const refused = await put('c')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  await remote.faults.clear()
  expect((await alice.collections()).map(({ uri, objects }) => [uri, objects])).toEqual([
    ['personal', 2],
    ['contacts', 0],
  ])
  expect(await remote.violations()).toEqual([])
  expect((await remote.stats()).requests).toMatchObject({ 'PUT calendars': 3 })

  await filesFromElsewhere(remote)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  expect(() => statSync(ready.passwordsPath)).toThrow('ENOENT')
})

test('mails are really sent to a sink', async () => {
  const said: string[] = []
  const sink = createServer((socket) => {
    socket.write('220 sink\r\n')
    let isData = false
    createInterface({ input: socket }).on('line', (line) => {
      said.push(line)
      if (isData && line !== '.') return
      isData = line === 'DATA'
      socket.write(isData ? '354 go on\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n')
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const address = sink.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const cloud = await startNextcloud({ seed: 1, users: [{ id: 'alice', email: 'alice@cloud.example' }], smtp: { host: '127.0.0.1', port } })
  const lines = ['ORGANIZER:mailto:alice@cloud.example', 'ATTENDEE:mailto:guest@sink.example']
  await cloud.user('alice').write('calendars/personal/a.ics', eventText({ lines }))
  expect(await cloud.mails()).toHaveLength(1)
  expect(said).toContain('RCPT TO:<guest@sink.example>')
  expect(said).toContain('METHOD:REQUEST')
  expect(await cloud.violations()).toEqual([])
  await cloud.stop()
  sink.close()
})

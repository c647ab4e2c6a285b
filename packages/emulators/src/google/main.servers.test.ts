import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { connectWorkspace } from './control/connect.ts'
import { testClient } from './test-client.ts'
import { ANNA } from './test-domain.ts'

const folder = mkdtempSync(join(tmpdir(), 'offramp-workspace-test-'))
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

interface Ready {
  readonly url: string
  readonly domain: string
  readonly adminAddress: string
  readonly clientId: string
  readonly clientEmail: string
  readonly caPath: string
  readonly keyPath: string
  readonly callerTokenPath: string
  readonly controlUrl: string
}

test('a domain runs as a process, is steered by another, and ends when it is told to', async () => {
  const options = join(folder, 'domain.json')
  writeFileSync(options, JSON.stringify({ seed: 5, accounts: [{ address: ANNA, admin: true, messages: 30, oddLabels: true, awkward: 1 }] }))
  const child = spawn(process.execPath, [main, '--options', options], { stdio: ['ignore', 'pipe', 'inherit'] })
  pid = child.pid
  if (!child.stdout) throw new Error('The process has no output.')
  const [line] = await once(createInterface(child.stdout), 'line')
  const ready: Ready = JSON.parse(String(line))
  const key = readFileSync(ready.keyPath, 'utf8')
  expect([ready.keyPath, ready.callerTokenPath].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
  expect(JSON.parse(key)).toMatchObject({ type: 'service_account', client_email: ready.clientEmail, client_id: ready.clientId })
  expect(String(line)).not.toContain('PRIVATE')

  const remote = await connectWorkspace(ready.controlUrl)
  expect([remote.url, remote.adminAddress, remote.ca]).toEqual([ready.url, ANNA, readFileSync(ready.caPath, 'utf8')])
  await expect(connectWorkspace(ready.controlUrl.replace(/[^/]+\/$/, 'guessed/'))).rejects.toThrow('refused')
  const client = testClient(remote, key)
  await client.logIn()
  const anna = remote.mailbox(ANNA)
  const added = await anna.add(Buffer.from('Subject: from afar\r\n\r\nhello\r\n'), { labels: ['INBOX', 'New/Label'] })
  expect(added).toMatchObject({ subject: 'from afar', labels: ['New/Label'] })
  const bytes = Buffer.from(await anna.bytes(added.id)).toString('base64url')
  expect((await client.get(`messages/${added.id}?format=raw&fields=raw`)).json<{ readonly raw: string }>().raw.replaceAll('=', '')).toBe(
    bytes,
  )
  expect((await anna.trash(added.id)).labelIds).not.toContain('INBOX')
  const label = (await anna.labels()).find(({ name }) => name === 'New/Label')
  await anna.renameLabel('New/Label', 'Other')
  expect((await anna.relabel(added.id, { remove: ['Other'] })).labels).toEqual([])
  await anna.deleteLabel(label?.id ?? '')
  await expect(anna.trash('nonsense')).rejects.toThrow('There is no message')
  await remote.scenario({ mailbox: ANNA, method: 'labels.list', steps: [{ at: 1, act: 'receive', count: 2 }] })
  const count = (await anna.messages()).length
  await client.get('labels')
  expect((await anna.messages()).length).toBe(count + 2)
  await remote.faults.add({ path: '/profile', effect: { kind: 'quota', sort: 'day' } })
  expect((await client.get('profile')).status).toBe(403)
  await remote.faults.clear()
  await remote.admin.gmail(ANNA, false)
  expect((await client.get('profile')).status).toBe(400)
  expect((await remote.stats()).requests).toMatchObject({ token: 1, 'labels.list': 1, getProfile: 2 })
  const { calendars, contacts, tasks } = remote.work(ANNA)
  const [primary] = await calendars.calendars()
  const when = { dateTime: '2025-01-06T10:00:00Z', timeZone: 'UTC' }
  const weekly = await calendars.put(primary?.id ?? '', { start: when, end: when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] })
  await calendars.putException(ANNA, weekly.id ?? '', { originalStartTime: when, status: 'cancelled' })
  expect(await calendars.instants(ANNA, weekly.id ?? '', 0, Date.UTC(2026, 0, 1))).toHaveLength(2)
  expect((await calendars.items()).map(({ exceptions }) => exceptions.length)).toEqual([1])
  const person = await contacts.put({ names: [{ displayName: 'From afar' }] })
  expect(await contacts.people()).toEqual([expect.objectContaining({ resourceName: person.resourceName })])
  await tasks.put('My Tasks', { title: 'From afar' })
  expect((await tasks.tasks()).map(({ task }) => task.title)).toEqual(['From afar'])
  await expect(calendars.cancel(ANNA, 'nonsense')).rejects.toThrow('There is no event')
  expect(await remote.violations()).toEqual([])
  client.close()

  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  expect(() => statSync(ready.keyPath)).toThrow('ENOENT')
})

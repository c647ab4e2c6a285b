import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { connectTenant } from './control/connect.ts'
import { testClient } from './test-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'offramp-main-test-'))
const pids: number[] = []

afterEach(() => {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
  rmSync(folder, { recursive: true, force: true })
})

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

interface Ready {
  readonly loginUrl: string
  readonly graphUrl: string
  readonly tenantId: string
  readonly clientId: string
  readonly caPath: string
  readonly secretPath: string
  readonly controlUrl: string
  readonly pid: number
}

async function firstLine(child: ReturnType<typeof spawn>): Promise<string> {
  if (!child.stdout) throw new Error('The process has no output.')
  const [line] = await once(createInterface(child.stdout), 'line')
  return String(line)
}

async function gone(pid: number): Promise<boolean> {
  for (let round = 0; round < 200; round++) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return false
}

test('a tenant runs as a process, is steered by another, and ends with its parent', async () => {
  const options = join(folder, 'tenant.json')
  writeFileSync(options, JSON.stringify({ seed: 5, accounts: [{ address: 'anna@contoso.example', messages: 30 }] }))
  // The tenant is the grandchild: its parent is a shell that can be killed.
  const parent = spawn('sh', ['-c', `"${process.execPath}" "${main}" --options "${options}" & wait`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (parent.pid !== undefined) pids.push(parent.pid)
  const ready: Ready = JSON.parse(await firstLine(parent))
  pids.push(ready.pid)

  const secret = readFileSync(ready.secretPath, 'utf8')
  expect(statSync(ready.secretPath).mode & 0o777).toBe(0o600)
  expect(JSON.stringify(ready)).not.toContain(secret)

  const remote = await connectTenant(ready.controlUrl)
  expect(remote.ca).toBe(readFileSync(ready.caPath, 'utf8'))
  await expect(connectTenant(ready.controlUrl.replace(/[^/]+\/$/, 'guessed/'))).rejects.toThrow('refused')

  const client = testClient({ ...remote, clientSecret: secret })
  await client.logIn()
  const anna = remote.mailbox('anna@contoso.example')
  const added = await anna.add(['Inbox'], Buffer.from('Subject: from afar\r\n\r\nhello\r\n'), { read: true })
  const value = await client.get(`/users/anna@contoso.example/messages/${added.id}/$value`)
  expect(value.text).toBe('Subject: from afar\r\n\r\nhello\r\n')
  expect(Buffer.from(await anna.bytes(added.id)).toString()).toBe(value.text)
  expect(await anna.messages()).toHaveLength(31)
  expect((await remote.stats()).byKind['value']).toBe(1)
  await remote.faults.add({ effect: { kind: 'status', status: 502, body: 'empty' }, times: 1 })
  expect((await client.get('/users')).status).toBe(502)
  await expect(anna.move('nonsense', ['Inbox'])).rejects.toThrow('There is no message')
  const calendars = remote.outlook('anna@contoso.example')
  const start = { dateTime: '2026-03-02T09:00:00', timeZone: 'W. Europe Standard Time' }
  const event = await calendars.addEvent(null, { event: { subject: 'from afar', start, end: start } })
  expect(await calendars.instants(event.id, Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toMatchObject([{ start: Date.UTC(2026, 2, 2, 8) }])
  const contact = await calendars.addContact(null, { displayName: 'from afar' }, { size: 2_000 })
  expect(await calendars.editContact(contact.id, { jobTitle: 'Boss' })).toMatchObject({ hasPhoto: true })
  await expect(calendars.removeTask('nonsense')).rejects.toThrow('There is no task')
  client.close()

  parent.kill('SIGKILL')
  expect(await gone(ready.pid)).toBe(true)
})

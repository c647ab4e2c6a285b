import type { Report } from '@offramp/control'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boardOf } from '../lab/board.ts'
import { type Lab, startLab } from '../lab/lab.ts'
import { auditOf, changeProject, laneOf, lastJson, statusOf } from '../lab/operator.ts'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'

const ANNA = 'anna@contoso.example'
const SMALL = 'small@contoso.example'
const KILOBYTE = 1024

let lab: Lab
let proxy: CuttingProxy

const mail = (subject: string, bytes: number): Buffer =>
  Buffer.from(
    `From: a@contoso.example\r\nTo: b@contoso.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@contoso.example>\r\n\r\n${'0123456789abcdef'
      .repeat(4)
      .concat('\r\n')
      .repeat(bytes / 66)}`,
  )

beforeAll(async () => {
  lab = await startLab({
    accounts: [
      { address: ANNA, messages: 120, sizes: 'small' },
      { address: SMALL, messages: 0 },
    ],
    tenant: { quirks: { regenerateMime: false } },
    dovecot: {
      users: { 'anna@example.test': 'secret of anna', 'small@example.test': 'secret of small' },
      quota: { 'small@example.test': '200K' },
      maxMailSize: '100K',
    },
    // A line that breaks sixty times, and fifteen seconds of waiting after some of them, would be a quarter of an hour.
    settings: { limits: { putSeconds: 5, sliceSeconds: 5, pageItems: 40, windowItems: 10, retrySeconds: 1 } },
  })
  proxy = await startCuttingProxy({ port: lab.dovecot.imapPort })
  const small = lab.tenant.mailbox(SMALL)
  for (let number = 0; number < 12; number += 1)
    await small.add(['Inbox'], mail(`Plan-${number}`, 30 * KILOBYTE), { receivedAt: 1.5e12 + number * 1000 })
  await small.add(['Inbox'], mail('Too-large', 150 * KILOBYTE), { receivedAt: 1.5e12 - 1000 })
  await changeProject(lab, (project) => {
    project.destinations = project.destinations.map((each) => ({ ...each, port: proxy.port, security: 'plain' }))
  })
}, 60_000)

afterAll(async () => {
  await proxy?.stop()
  await lab?.close()
})

/** More than that, and a machine so busy that little is sent between two cuts would never come to the end. */
const CUTS = 60

/** Cuts a connection now and then, in the middle of what is being sent. */
function cutAgainAndAgain(): () => void {
  let at = 9_000
  const timer = setInterval(() => {
    if (proxy.suffered() >= CUTS) return
    at += 7_777
    proxy.next({ direction: 'up', afterBytes: at % 60_000, how: 'cut' })
  }, 200)
  proxy.loseNextAnswer('APPEND')
  return () => {
    clearInterval(timer)
    proxy.next(undefined)
  }
}

test('a full mailbox halts its account with the remedy, while its neighbour arrives over a line that breaks in the middle of APPENDs', async () => {
  const calm = cutAgainAndAgain()
  const ended = await lab.offramp('run', '--json')
  calm()
  expect(proxy.suffered()).toBeGreaterThan(1)
  expect(ended.code).toBe(3)
  const report = lastJson<Report>(ended)
  const full = report.lanes.find(({ source }) => source === SMALL)
  expect(full?.why).toMatch(/The mailbox of small@example\.test is full/)
  expect(full?.remedy).toMatch(/larger quota/)
  const waiting = full?.balance?.exceptions.filter(({ kind }) => kind === 'waiting') ?? []
  expect(waiting.length).toBeGreaterThan(0)
  expect(waiting.every(({ message }) => message === 'It waits to be copied.')).toBe(true)
  expect((await lab.offramp('report')).out).toMatch(
    /STOPPED: 1 account is not finished[\s\S]*stopped: The mailbox of small@example\.test is full/,
  )
  expect(laneOf(await statusOf(lab), SMALL).state).toMatchObject({ state: 'halted', code: 'imap-over-quota' })
  expect(await auditOf(lab, ANNA)).toMatchObject({ lost: [], doubled: [] })
})

test('with room made, retry and run bring the rest; what is larger than the server takes is listed, and its neighbours arrive', async () => {
  // Not without any: Dovecot's Maildir quota would then go on with the limit that it has noted.
  await lab.dovecot.restart({ quota: { 'small@example.test': '50M' } })
  expect((await lab.offramp('retry')).out).toContain('1 account')
  const ended = await lab.offramp('run', '--json')
  const report = lastJson<Report>(ended)
  const small = report.lanes.find(({ source }) => source === SMALL)?.balance
  expect(small?.exceptions.filter(({ label }) => label === 'Too-large')).toMatchObject([{ kind: 'skipped' }])
  expect(report.totals).toMatchObject({ skipped: 1, failed: 0, remainder: 0, doubled: 0 })
  expect(ended.code).toBe(0)
  const unmovable = new Set(
    (await lab.tenant.mailbox(SMALL).messages()).filter(({ subject }) => subject === 'Too-large').map(({ id }) => id),
  )
  expect(await auditOf(lab, SMALL, unmovable)).toMatchObject({ lost: [], doubled: [] })
})

test('a destination that hangs up on everybody is waited for, and nothing is blamed on a message', async () => {
  await lab.tenant.mailbox(ANNA).add(['Inbox'], mail('During-the-outage', KILOBYTE), { receivedAt: 1.71e12 })
  await lab.dovecot.kill()
  const run = lab.spawn(['run', '--workers', '1', '--no-verify'])
  const over = new Promise<number | null>((resolve) => run.once('exit', resolve))
  await using board = await boardOf(lab)
  const anna = async () => laneOf({ lanes: await board.lanes() }, ANNA)
  await expect.poll(async () => (await anna()).state.state, { timeout: 100_000, interval: 50 }).toBe('waiting')
  expect((await anna()).counts.failed).toBe(0)
  await lab.dovecot.restart()
  run.kill('SIGINT')
  expect(await over).toBe(130)
  expect((await lab.offramp('retry')).code).toBe(0)
  const ended = await lab.offramp('run', '--json')
  expect(ended.code).toBe(0)
  expect(await auditOf(lab, ANNA)).toMatchObject({ lost: [], doubled: [] })
})

test('a server that renumbers its folders between two passes (a new UIDVALIDITY) costs no double', async () => {
  const login = lab.loginOf(ANNA)
  const before = (await lab.tenant.stats()).values.fetches
  for (const folder of ['INBOX', 'Sent', 'Archive']) {
    const old = Number(/uidvalidity=(\d+)/.exec(await lab.dovecot.doveadm('mailbox', 'status', '-u', login, 'uidvalidity', folder))?.[1])
    await lab.dovecot.doveadm('mailbox', 'update', '-u', login, '--uid-validity', String(old + 100), folder)
    expect(await lab.dovecot.doveadm('mailbox', 'status', '-u', login, 'uidvalidity', folder)).toContain(String(old + 100))
  }
  const inbox = (await lab.tenant.mailbox(ANNA).messages()).filter(
    ({ folder, read }) => folder.length === 1 && folder[0] === 'Inbox' && !read,
  )
  await lab.tenant.mailbox(ANNA).mark(inbox[0]?.id ?? '', { read: true, flag: 'flagged' })
  await lab.tenant.mailbox(ANNA).move(inbox[1]?.id ?? '', ['Archive'])
  await lab.tenant.mailbox(ANNA).add(['Inbox'], mail('After-the-change', KILOBYTE), { receivedAt: 1.7e12 })
  const ended = await lab.offramp('run', '--json')
  expect(await auditOf(lab, ANNA)).toMatchObject({ lost: [], doubled: [] })
  // Every receipt is renewed, also of items that nobody touched: found again by content, and nothing is left unexplained.
  expect(lastJson<Report>(ended).totals).toMatchObject({ failed: 0, doubled: 0, unverified: 0, remainder: 0 })
  expect((await lab.tenant.stats()).values.fetches - before).toBeLessThan(140)
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { changeProject, putFile } from '../lab/operator.ts'
import { allFiles, inRedis, tokensIn } from '../lab/traces.ts'

const ANNA = 'anna@contoso.example'
const SECRET = 'CANARY-client-secret-7f3a'
const PASSWORD = 'CANARY-imap-password-91bc'
const SUBJECT = 'CANARYsubject'
const FOLDER = 'CANARYfolder'
const FILE = 'CANARYfile'
const BODY = 'CANARYbody'

let lab: Lab
const said: string[] = []

const mail = (number: number): Buffer =>
  Buffer.from(
    `From: a@contoso.example\r\nTo: b@contoso.example\r\nSubject: ${SUBJECT}${number}\r\nMessage-ID: <canary-${number}@contoso.example>\r\nContent-Type: text/plain; name="${FILE}.txt"\r\n\r\n${BODY}\r\n`,
  )

async function ran(...args: readonly string[]): Promise<number> {
  const { code, out, err } = await lab.offramp(...args)
  said.push(`$ ${args.join(' ')}\n${out}${err}`)
  return code
}

beforeAll(async () => {
  lab = await startLab({
    accounts: [{ address: ANNA, messages: 10 }],
    tenant: { application: { secret: SECRET }, quirks: { regenerateMime: false } },
    dovecot: { users: { 'anna@example.test': PASSWORD } },
    settings: { limits: { putSeconds: 5, sliceSeconds: 5 } },
  })
  await putFile(lab, 'anna-password', PASSWORD)
  await changeProject(lab, (project) => {
    project.destinations = project.destinations.map((each) => ({ ...each, auth: { kind: 'password', password: 'file:anna-password' } }))
  })
  const anna = lab.tenant.mailbox(ANNA)
  await anna.addFolder([FOLDER])
  for (let number = 0; number < 12; number += 1) await anna.add([FOLDER], mail(number), { receivedAt: 1.6e12 + number * 1000 })
  await anna.add([FOLDER], mail(99), { poison: 'corrupt' })
  // Things go wrong as well, since errors are what leaks.
  await lab.tenant.faults.add({ path: '/\\$value$', when: { every: 6 }, effect: { kind: 'status', status: 500 } })
  await lab.tenant.faults.add({ path: '/oauth2/', when: { nth: 1 }, effect: { kind: 'aadsts', code: 90033 } })
  await lab.tenant.faults.add({ path: '/messages/delta', when: { nth: 2 }, effect: { kind: 'reset', afterBytes: 50 } })
  await ran('check')
  await ran('discover')
  const first = await ran('run', '--workers', '1')
  if (first !== 0) throw new Error(said.join('\n'))
  await anna.add([FOLDER], mail(50), { receivedAt: 1.61e12 })
  await lab.tenant.admin.secret('another')
  await ran('run', '--workers', '1')
  await lab.tenant.admin.secret(SECRET)
  await putFile(lab, 'anna-password', `${PASSWORD}-wrong`)
  await ran('check', '--json')
  await ran('run', '--json', '--workers', '1')
  await putFile(lab, 'anna-password', PASSWORD)
  await ran('retry')
  expect(await ran('run', '--json', '--workers', '1')).toBe(0)
  await ran('status')
  await ran('status', '--json')
  await ran('report', '--format', 'csv')
}, 120_000)

afterAll(() => lab?.close())

/** Which of them are in it; the test is for nothing unless the words would be found where they are. */
const found = (text: string, words: readonly string[]): readonly string[] => words.filter((word) => text.includes(word))

test('secrets are nowhere: not in what was said, not in Redis or on its disk, not in logs and reports', async () => {
  const secrets = [SECRET, PASSWORD]
  expect(found(said.join('\n'), secrets)).toEqual([])
  expect(found(await inRedis(lab.redis), secrets)).toEqual([])
  expect(found(await allFiles(lab.redis.folder), secrets)).toEqual([])
  expect(found(await allFiles(join(lab.folder, '.offramp')), secrets)).toEqual([])
  // Nor the token, nor the password as IMAP sends it.
  const everything = `${said.join('\n')}${await inRedis(lab.redis)}${await allFiles(join(lab.folder, '.offramp'))}`
  expect(everything).not.toMatch(/Bearer /)
  expect(tokensIn(everything)).toEqual([])
  expect(tokensIn(`?t=${Buffer.from('{"typ":"JWT","alg":"none"}').toString('base64url')}&u=eyJ${'_-q0'.repeat(9)}`)).toHaveLength(1)
  expect(everything).not.toContain(Buffer.from(`\0anna@example.test\0${PASSWORD}`).toString('base64'))
})

test('what people wrote is in no key, job or log; subjects only of what could not be moved', async () => {
  const words = [BODY, FILE]
  const kept = await inRedis(lab.redis)
  expect(kept.length).toBeGreaterThan(500)
  expect(found(kept, words)).toEqual([])
  const disk = await allFiles(lab.redis.folder)
  expect(disk).toContain('SET')
  expect(found(disk, words)).toEqual([])
  const papers = await allFiles(join(lab.folder, '.offramp'))
  expect(papers).toContain('turn ended')
  expect(found(`${papers}${said.join('\n')}`, words)).toEqual([])
  const subjects = new Set([...kept.matchAll(/CANARYsubject\d+/g), ...disk.matchAll(/CANARYsubject\d+/g)].map(([subject]) => subject))
  expect([...subjects]).toEqual([`${SUBJECT}99`])
  const told = new Set([...`${papers}${said.join('\n')}`.matchAll(/CANARYsubject\d+/g)].map(([subject]) => subject))
  expect([...told]).toEqual([`${SUBJECT}99`])
})

test('worker logs name neither folders nor people’s mail', async () => {
  const names = (await readdir(join(lab.folder, '.offramp'))).filter((name) => name.endsWith('.log'))
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) {
    const log = await readFile(join(lab.folder, '.offramp', name), 'utf8')
    expect(found(log, [FOLDER, SUBJECT, BODY, FILE, SECRET, PASSWORD])).toEqual([])
  }
})

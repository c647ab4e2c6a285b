import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { WorkspaceAccountSeed } from '../options.ts'
import { ANNA, testDomain } from '../test-domain.ts'

const folder = mkdtempSync(join(tmpdir(), 'offramp-gmail-seed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const desk = (seed: Partial<WorkspaceAccountSeed>, domainSeed = 1) =>
  testDomain({ seed: domainSeed, accounts: [{ address: ANNA, admin: true, ...seed }] }).desk

test('the same seed makes the same mailbox, another seed another one', async () => {
  const facts = async (seed: number) => {
    const made = desk({ messages: 80, chats: 2, awkward: 2, oddLabels: true }, seed)
    const messages = await made.messages()
    const hashes = await Promise.all(messages.map(({ id }) => made.hash(id)))
    return { messages, hashes, labels: await made.labels() }
  }
  const first = await facts(1)
  expect(await facts(1)).toEqual(first)
  expect((await facts(2)).messages.map(({ id }) => id)).not.toEqual(first.messages.map(({ id }) => id))
})

test('a plain number of messages holds what mailboxes are known to hold', async () => {
  const messages = await desk({ messages: 300, chats: 4 }).messages()
  const having = (...ids: readonly string[]) => messages.filter(({ labelIds }) => ids.every((id) => labelIds.includes(id))).length
  expect(messages).toHaveLength(304)
  expect(having('INBOX', 'SENT')).toBeGreaterThan(0)
  expect(having('YELLOW_STAR', 'STARRED')).toBeGreaterThan(0)
  expect(having('CHAT')).toBe(4)
  expect(messages.filter(({ labelIds, labels }) => labelIds.includes('TRASH') && labels.length > 0).length).toBeGreaterThan(0)
  expect(messages.filter(({ labelIds }) => labelIds.length === 0).length).toBeGreaterThan(0)
  expect(messages.filter(({ labels }) => labels.length > 1).length).toBeGreaterThan(0)
  const threads = new Set(messages.map(({ threadId }) => threadId))
  expect(threads.size).toBeLessThan(messages.length)
})

test('labels and counts can be said one by one', async () => {
  const made = desk({
    messages: [
      { labels: ['INBOX', 'Clients/A'], count: 3 },
      { labels: ['Empty'], count: 0 },
      { labels: [], count: 2 },
    ],
  })
  const own = (await made.labels()).filter(({ type }) => type === 'user')
  expect(own).toEqual([
    { id: 'Label_1', name: 'Clients/A', type: 'user', messages: 3 },
    { id: 'Label_2', name: 'Empty', type: 'user', messages: 0 },
  ])
})

test('a folder of files becomes labels and messages, byte for byte', async () => {
  mkdirSync(join(folder, 'Clients', 'North'), { recursive: true })
  const bytes = Buffer.from([...Buffer.from('Date: Mon, 1 Jan 2024 10:00:00 +0000\nSubject: '), 0xfc, 0x0a, 0x0a, 0x00, 0x0d])
  writeFileSync(join(folder, 'top.eml'), 'Subject: top\r\n\r\nhello\r\n')
  writeFileSync(join(folder, 'Clients', 'North', 'a.eml'), bytes)
  writeFileSync(join(folder, 'notes.txt'), 'no mail')
  const made = desk({ eml: folder })
  const messages = await made.messages()
  expect(messages.map(({ labels, labelIds }) => [labels, labelIds.includes('INBOX')])).toEqual([
    [['Clients/North'], false],
    [[], true],
  ])
  const [north] = messages
  expect(north?.internalDate).toBe(Date.UTC(2024, 0, 1, 10, 0, 30))
  expect(Buffer.from(await made.bytes(north?.id ?? '')).equals(bytes)).toBe(true)
})

test('awkward messages hold 8-bit, bare LF, no header, and the beginning of time', async () => {
  const made = desk({ awkward: 2 })
  const messages = await made.messages()
  expect(messages).toHaveLength(10)
  const raw = await Promise.all(messages.map(async ({ id }) => Buffer.from(await made.bytes(id)).toString('latin1')))
  expect(raw.filter((text) => /[\x80-\xff]/.test(text))).toHaveLength(2)
  expect(raw.filter((text) => !text.includes('\r'))).toHaveLength(2)
  expect(raw.filter((text) => !text.includes(': '))).toHaveLength(2)
  expect(messages.filter(({ internalDate }) => internalDate === 0)).toHaveLength(2)
  expect(new Set(raw).size).toBe(10)
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'

let lab: Lab

beforeAll(async () => {
  lab = await startLab({
    accounts: ['anna', 'bruno'].map((name) => ({
      address: `${name}@contoso.example`,
      messages: 2,
      aliases: [`${name}.alias@contoso.example`],
    })),
  })
}, 60_000)

afterAll(() => lab?.close())

const HEAD = 'source,destination'
const ANNA = 'anna@contoso.example,anna@example.test'
const BRUNO = 'bruno@contoso.example,bruno@example.test'

test.each([
  ['the same destination twice', [HEAD, ANNA, 'bruno@contoso.example,anna@example.test'], /mappings\.csv:3/],
  ['the same destination in another case', [HEAD, ANNA, 'bruno@contoso.example,ANNA@example.test'], /mappings\.csv:3/],
  ['the same source twice', [HEAD, ANNA, 'anna@contoso.example,bruno@example.test'], /mappings\.csv:3/],
  ['the same source once by its alias', [HEAD, ANNA, 'anna.alias@contoso.example,bruno@example.test'], /mappings\.csv:3/],
  ['somebody who is not there', [HEAD, ANNA, 'carla@contoso.example,bruno@example.test'], /mappings\.csv:3: There is no such account/],
  ['a password in clear', [`${HEAD},password`, `${ANNA},hunter2`], /mappings\.csv:2: A password stands here in clear/],
  ['a line end inside a login', [HEAD, ANNA, 'bruno@contoso.example,"bruno@example.test\r\nx"'], /mappings\.csv:3/],
  ['a row that is too short', [HEAD, ANNA, 'bruno@contoso.example'], /mappings\.csv:3/],
  ['no head', [ANNA, BRUNO], /mappings\.csv:1/],
] as const)('%s is refused with its line, and nothing is planned', async (_, lines, words) => {
  await writeFile(join(lab.folder, 'mappings.csv'), `${lines.join('\n')}\n`)
  const ended = await lab.offramp('run', '--detach')
  expect(ended.code).toBe(2)
  expect(ended.err).toMatch(words)
  expect(ended.err).not.toContain('hunter2')
  await writeFile(join(lab.folder, 'mappings.csv'), `${HEAD}\n${ANNA}\n${BRUNO}\n`)
  expect((await lab.offramp('status')).out).toContain('Nothing has been planned')
})

test.each([
  [
    'UTF-16 with semicolons and CRLF',
    Buffer.from(`\ufeff${HEAD.replace(',', ';')}\r\n${ANNA.replace(',', ';')}\r\n${BRUNO.replace(',', ';')}\r\n`, 'utf16le'),
  ],
  [
    'UTF-8 with BOM, quotes, a blank at an end and CR alone',
    Buffer.from(`\ufeff"source","destination"\r"anna@contoso.example",anna@example.test \r${BRUNO}\r`),
  ],
  [
    'names in another case, and an alias',
    Buffer.from(`${HEAD}\n${ANNA.replace('anna@c', 'ANNA@C')}\nbruno.alias@contoso.example,bruno@example.test\n`),
  ],
] as const)('%s is read as it was meant', async (_, bytes) => {
  await writeFile(join(lab.folder, 'mappings.csv'), bytes)
  const ended = await lab.offramp('check')
  expect(ended.out).toContain('mappings.csv: 2 accounts, each with a place of its own')
  expect(ended.code).toBe(0)
})

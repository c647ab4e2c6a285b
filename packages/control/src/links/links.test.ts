import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryFileLab } from '@offramp/test/lab/memory-files'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Link, links, type Unlinked } from './links.ts'
import { LINK_FORMS, type LinkFormat } from './render-links.ts'

const call = { signal: new AbortController().signal }
const text = (words: string): Uint8Array => new TextEncoder().encode(words)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-links-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function told(lab: MemoryFileLab): Promise<readonly (Link | Unlinked)[]> {
  const all: (Link | Unlinked)[] = []
  for await (const one of links(lab.workplace, lab.opened(), call)) all.push(one)
  return all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

it('has a line for every file: with both addresses where it was moved, also under another name', async () => {
  const lab = new MemoryFileLab(folder)
  const { drive } = lab.add('anna@a.example', 'anna')
  const team = drive.addFolder('Team')
  const ids = [
    drive.add(team, 'a.txt', text('a')),
    drive.add(team, 'a.txt', text('b')),
    drive.add(drive.addFolder('Deep', team), 'c.txt', text('c')),
  ]
  await lab.run()
  const late = drive.add(team, 'late.txt', text('late'))
  const before = await readdir(tmpdir())
  const old = (id: string | undefined): string => `https://drive.example.org/open/${id}`
  const now = (path: string): string => `https://cloud.example.org/anna/${path}`
  const all = await told(lab)
  const twin = all.flatMap((one) => ('new' in one && one.new?.includes('a (') ? [one.new] : []))
  expect(twin, JSON.stringify(all)).toHaveLength(1)
  expect(all).toEqual([
    { account: 'anna@a.example', path: ['Team', 'Deep', 'c.txt'], old: old(ids[2]), new: now('Team/Deep/c.txt') },
    { account: 'anna@a.example', path: ['Team', 'a.txt'], old: old(ids[0]), new: now('Team/a.txt') },
    { account: 'anna@a.example', path: ['Team', 'a.txt'], old: old(ids[1]), new: twin[0] },
    { account: 'anna@a.example', path: ['Team', 'late.txt'], old: old(late) },
  ])
  const left = (await readdir(tmpdir())).filter((name) => /^offramp-links-[^t]/.test(name) && !before.includes(name))
  expect(left, 'temporary files').toEqual([])
})

it('names an account that cannot be read, and goes on', async () => {
  const lab = new MemoryFileLab(folder)
  lab.add('anna@a.example', 'anna')
  const { drive } = lab.add('ben@a.example', 'ben')
  drive.add('root', 'b.txt', text('b'))
  await lab.run()
  const { connect } = lab.workplace
  const workplace = {
    ...lab.workplace,
    connect: (plan: Parameters<typeof connect>[0]) =>
      plan.source.name === 'anna@a.example' ? Promise.reject(new Error('Out.')) : connect(plan, call),
  }
  const all: (Link | Unlinked)[] = []
  for await (const one of links(workplace, lab.opened(), call)) all.push(one)
  expect(all.map(({ account }) => account)).toEqual(['anna@a.example', 'ben@a.example'])
  expect(all[0]).toHaveProperty('why')
})

const lineOf = (format: LinkFormat, old: string, now: string): string | undefined =>
  LINK_FORMS[format].line({ account: 'anna', path: ['a', 'b'], old, new: now })

it('compares what a browser asks for, and answers with an address', () => {
  const old = 'https://Contoso.sharepoint.com/sites/a b/Pl\u00e4ne.docx?web=1#x'
  expect(lineOf('nginx', old, 'https://cloud.example.org/f/12')).toBe(
    '  "contoso.sharepoint.com/sites/a%20b/Pl%C3%A4ne.docx?web=1" "https://cloud.example.org/f/12";\n',
  )
  expect(lineOf('apache', old, 'https://cloud.example.org/f/12')).toBe(
    'contoso.sharepoint.com/sites/a%20b/Pl%C3%A4ne.docx?web=1 https://cloud.example.org/f/12\n',
  )
})

const EVIL = [
  'https://a.example/"; } map $host $x { default "',
  'https://a.example/x\n  "y" "https://evil.example";',
  'https://a.example/$request_uri',
  ['https://a.example/$', '{offramp:x}'].join(''),
  'https://a.example/a\\" b',
  "https://a.example/a';b#c",
  'https://a.example/a\u2028b\u0000c',
]

it.each(EVIL)('lets nothing out of its place in a list: %j', (address) => {
  for (const [old, now] of [
    [address, 'https://cloud.example.org/f/1'],
    ['https://a.example/old', address],
  ] as const) {
    const nginx = lineOf('nginx', old, now)
    if (nginx !== undefined) expect(nginx).toMatch(/^ {2}"[^"\\\s{}]+" "[^"\\\s{}$;]+";\n$/)
    const apache = lineOf('apache', old, now)
    if (apache !== undefined) expect(apache).toMatch(/^[^\s#"]+ [^\s"$\\]+\n$/)
    const csv = lineOf('csv', old, now)
    expect(csv?.endsWith('\r\n') && csv.split('\n').length === 2).toBe(true)
  }
})

it.each(['javascript:alert(1)', 'data:text/html,x', 'https://user:pass@a.example/', 'file:///etc/passwd', '=cmd()'])(
  'sends nobody to %s',
  (address) => {
    expect(lineOf('nginx', 'https://a.example/x', address)).toBeUndefined()
    expect(lineOf('apache', address, 'https://a.example/x')).toBeUndefined()
    expect(lineOf('csv', address, address)).toBe('anna,a/b,,\r\n')
  },
)

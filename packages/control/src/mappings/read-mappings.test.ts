import { describe, expect, it } from 'vitest'
import { InputRefused, showProblem } from '../project/problem.ts'
import { placesOf } from './mapping.ts'
import { readMappings, type TableFacts } from './read-mappings.ts'

const FACTS: TableFacts = { file: 'mappings.csv', endpoints: [{ name: 'mail', kinds: ['mail'] }] }
const NORTH_SOUTH = ['north', 'south'].map((name) => ({ name, kinds: ['mail'] as const }))
const HEAD = 'source,destination\n'
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string, facts: Partial<TableFacts> = {}) => readMappings(utf8(text), { ...FACTS, ...facts })
const pairs = (bytes: Uint8Array) => readMappings(bytes, FACTS).mappings.map(({ source, destination }) => [source, destination])

function complaints(run: () => unknown): readonly string[] {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof InputRefused) return thrown.problems.map(showProblem)
    throw thrown
  }
  return []
}

const utf16 = (text: string, little: boolean): Uint8Array => {
  const bytes = new Uint8Array(text.length * 2)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), little)
  return bytes
}

describe('a table of mappings, however it was saved', () => {
  const expected = [
    ['anna@example.com', 'anna@example.org'],
    ['jörg@example.com', 'joerg@example.org'],
  ]
  const rows = 'anna@example.com,anna@example.org\njörg@example.com,joerg@example.org\n'
  const text = HEAD + rows
  it.each<[string, Uint8Array]>([
    ['plain UTF-8', utf8(text)],
    ['a byte order mark', utf8(`\ufeff${text}`)],
    ['UTF-16 little endian with a mark', utf16(`\ufeff${text}`, true)],
    ['UTF-16 big endian with a mark', utf16(`\ufeff${text}`, false)],
    ['UTF-16 little endian without a mark', utf16(text, true)],
    ['UTF-16 big endian without a mark', utf16(text, false)],
    ['semicolons', utf8(text.replaceAll(',', ';'))],
    ['tabs', utf8(text.replaceAll(',', '\t'))],
    ["Excel's sep line", utf8(`sep=;\r\n${text.replaceAll(',', ';')}`)],
    ['CRLF', utf8(text.replaceAll('\n', '\r\n'))],
    ['CR', utf8(text.replaceAll('\n', '\r'))],
    ['no line break at the end', utf8(text.trimEnd())],
    ['quotes', utf8(text.replaceAll(/[^,\n]+/g, '"$&"'))],
    ['spaces around every cell', utf8(text.replaceAll(/[^,\n]+/g, '  $&\u00a0 '))],
    ['empty lines', utf8(`\n\n${text.replaceAll('\n', '\n\n')},,\n`)],
    ['columns in another order, with others between', utf8(`Note,To,From\n${rows.replaceAll(/(.*),(.*)\n/g, 'x,$2,$1\n')}`)],
    ['German headings', utf8(`Quelle;Ziel\n${rows.replaceAll(',', ';')}`)],
  ])('reads %s', (_name, bytes) => expect(pairs(bytes)).toEqual(expected))

  it('takes all columns, by their synonyms', () => {
    const [mapping] = read('User Principal Name,Login,Password_Ref,Wave,Server\na@x.com,a,env:PW_A,first,mail\n').mappings
    expect(mapping).toEqual({ line: 2, source: 'a@x.com', destination: 'a', passwordRef: 'env:PW_A', wave: 'first', endpoints: ['mail'] })
  })

  it('counts lines through quoted line breaks of every kind', () => {
    const { mappings } = read('note,source,destination\r\n"one\r\ntwo\nthree",a@x.com,a\r\n\r\nplain,b@x.com,b\r\n')
    expect(mappings.map(({ line }) => line)).toEqual([2, 6])
  })

  it('reads 200,000 rows in a few seconds', () => {
    const many = HEAD + Array.from({ length: 200_000 }, (_, index) => `user${index}@example.com,u${index}@example.org`).join('\n')
    const start = performance.now()
    expect(read(many).mappings).toHaveLength(200_000)
    expect(performance.now() - start).toBeLessThan(15_000)
  })
})

describe('a table that cannot be used is refused with its lines', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', '', /is empty/],
    ['only a head', HEAD, /no account/],
    ['no head', 'a@x.com,a@y.org\n', /mappings\.csv:1: .*must name the columns/],
    ['a column twice', 'source,from,destination\na,b,c\n', /:1: Two columns are named like "source"/],
    ['two sources into one destination', `${HEAD}a@x.com,one\nb@x.com,one\n`, /:3: The same destination stands on line 2\./],
    ['destinations that differ by case', `${HEAD}a@x.com,One\nb@x.com,one\n`, /:3: The same destination stands on line 2 in other letters/],
    [
      'destinations that differ by Unicode form',
      `${HEAD}a@x.com,jo\u0308rg\nb@x.com,j\u00f6rg\n`,
      /:3: The same destination .* in other letters/,
    ],
    ['destinations that differ by an invisible character', `${HEAD}a@x.com,an\u200bna\nb@x.com,anna\n`, /:3: The same destination/],
    ['a source twice', `${HEAD}a@x.com,one\n\nA@X.com,two\n`, /:4: The same source stands on line 2/],
    ['an empty destination', `${HEAD}a@x.com,\n`, /:2: The destination is empty/],
    ['an empty source', `${HEAD} ,one\n`, /:2: The source is empty/],
    ['a missing cell', `${HEAD}a@x.com\n`, /:2: The destination is empty/],
    ['a line break in a login', `${HEAD}a@x.com,"one\r\nA2 DELETE INBOX"\n`, /:2: The destination holds a line break/],
    ['NUL in a login', `${HEAD}a@x.com,on\0e\n`, /:2: The destination holds a line break or another control/],
    ['text direction marks', `${HEAD}a@x.com,\u202eeno\n`, /:2: The destination holds/],
    ['a formula', `${HEAD}a@x.com,"=HYPERLINK(""http://evil.example"")"\n`, /:2: The destination starts with "="/],
    ['@SUM', `${HEAD}@SUM(A1),one\n`, /:2: The source starts with "@"/],
    [
      'an unknown endpoint',
      'source,destination,endpoint\na@x.com,one,mial\n',
      /:2: There is no such destination endpoint\. The project has: mail/,
    ],
    ['quotes that do not end', `${HEAD}a@x.com,"one\n`, /quotes in the table do not match/],
    [
      'a password file outside',
      'source,destination,password\na@x.com,one,file:../../etc/shadow\n',
      /:2: A password file is named relative/,
    ],
    [
      'a password file by absolute path',
      'source,destination,password\na@x.com,one,file:/etc/shadow\n',
      /:2: A password file is named relative/,
    ],
  ])('%s', (_name, text, message) => expect(complaints(() => read(text)).join('\n')).toMatch(message))

  it('names a password in clear without showing it', () => {
    const says = complaints(() => read('source,destination,password\na@x.com,one,hunter2-canary\n')).join('\n')
    expect(says).toMatch(/:2: A password stands here in clear/)
    expect(says).not.toContain('hunter2')
  })

  it('knows that the same name on the same service is the same account', () => {
    expect(read(`${HEAD}a@x.com,a@x.com\n`).mappings).toHaveLength(1)
    expect(complaints(() => read(`${HEAD}a@x.com,A@x.com\n`, { atSource: ['mail'] })).join()).toMatch(/same account on the same service/)
  })

  it('asks for the endpoint where there are several', () => {
    const says = complaints(() => read(`${HEAD}a@x.com,one\n`, { endpoints: NORTH_SOUTH }))
    expect(says.join()).toMatch(/several destinations for one kind .mail.: name one in the column "endpoint" \(north, south\)/)
  })

  const BOTH = [
    { name: 'mail', kinds: ['mail'] as const },
    { name: 'cloud', kinds: ['event', 'contact', 'task'] as const },
  ]

  it('chooses by kind where each kind has one endpoint, with a login of its own where the table has one', () => {
    const table = 'source,destination,groupware login,password ref,app password\na@x.com,anna@y,anna,env:A,env:B\nb@x.com,ben@y,,env:C,\n'
    const [anna, ben] = read(table, { endpoints: BOTH }).mappings.map((mapping) => placesOf(mapping, BOTH))
    expect(anna).toEqual([
      { endpoint: 'mail', kinds: ['mail'], account: 'anna@y', passwordRef: 'env:A' },
      { endpoint: 'cloud', kinds: ['event', 'contact', 'task'], account: 'anna', passwordRef: 'env:B' },
    ])
    expect(ben?.map(({ account, passwordRef }) => [account, passwordRef])).toEqual([
      ['ben@y', 'env:C'],
      ['ben@y', 'env:C'],
    ])
  })

  it('takes two endpoints in one cell, and the only other one for what those do not take', () => {
    const three = [...BOTH, { name: 'old', kinds: ['event'] as const }]
    const table = 'source,destination,endpoint\na@x.com,anna,mail + cloud\nb@x.com,ben,old\n'
    expect(complaints(() => read(table, { endpoints: three }))).toEqual([])
    const [anna, ben] = read(table, { endpoints: three }).mappings.map((mapping) =>
      placesOf(mapping, three).map(({ endpoint, kinds }) => [endpoint, ...kinds]),
    )
    expect(anna).toEqual([
      ['mail', 'mail'],
      ['cloud', 'event', 'contact', 'task'],
    ])
    expect(ben).toEqual([
      ['old', 'event'],
      ['mail', 'mail'],
      ['cloud', 'contact', 'task'],
    ])
    expect(complaints(() => read('source,destination\na@x.com,anna\n', { endpoints: three })).join()).toMatch(/one kind .event.*cloud, old/)
    const both = 'source,destination,endpoint\na@x.com,anna,cloud old\n'
    expect(complaints(() => read(both, { endpoints: three })).join()).toMatch(/Two of the endpoints named here.*cloud, old/)
  })

  it('sees two people who meet in one place of several', () => {
    const table = 'source,destination,groupware login\na@x.com,anna,shared\nb@x.com,ben,Shared\n'
    expect(complaints(() => read(table, { endpoints: BOTH })).join()).toMatch(/:3: The same destination stands on line 2 in other letters/)
  })

  it('takes one login on two endpoints for two places', () => {
    const table = 'source,destination,endpoint\na@x.com,anna,north\nb@x.com,anna,south\n'
    expect(read(table, { endpoints: NORTH_SOUTH }).mappings).toHaveLength(2)
  })

  it('refuses an old code page instead of guessing letters, with the line', () => {
    const bytes = new Uint8Array([...utf8(HEAD), ...utf8('a@x.com,one\n'), ...utf8('b@x.com,j'), 0xf6, ...utf8('rg\n')])
    expect(complaints(() => readMappings(bytes, FACTS)).join()).toMatch(/Line 3 is not UTF-8/)
  })

  it('names all lines at once, in order, and not more than fifty', () => {
    const says = complaints(() => read(HEAD + 'a@x.com,\n'.repeat(80)))
    expect(says).toHaveLength(51)
    expect(says[0]).toMatch(/^mappings\.csv:2: /)
    expect(says[50]).toMatch(/30 further errors/)
  })
})

describe('letters that are drawn like others', () => {
  it.each([
    ['a Cyrillic a in a Latin name', 'аnna@example.com', 'U\\+0430'],
    ['a domain drawn wholly with Cyrillic letters', 'anna@сосо.com', 'U\\+0441'],
  ])('warns of %s', (_name, source, code) => {
    expect(read(`${HEAD}${source},one\n`).warnings.map(showProblem).join()).toMatch(new RegExp(`:2: warning: .*${code}`))
  })

  it('says nothing of a name that is plainly Cyrillic, Greek or accented', () => {
    const rows = ['мария@пример.рф,one', 'γιώργος@example.gr,two', 'jörg.müller@example.de,three', 'łukasz@example.pl,four']
    expect(read(HEAD + rows.join('\n')).warnings).toEqual([])
  })
})

import { MemoryFileLab } from '@offramp/test/lab/memory-files'
import { describe, expect, it } from 'vitest'
import { draftOf } from '../cases/draft.ts'
import { InputRefused, showProblem } from '../project/problem.ts'
import { type EndpointFacts, placesOf } from './mapping.ts'
import { groupsOf, readGroups } from './read-groups.ts'
import { readMappings } from './read-mappings.ts'

const call = { signal: new AbortController().signal }
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const CLOUD: readonly EndpointFacts[] = [
  { name: 'mail', kinds: ['mail'] },
  { name: 'cloud', kinds: ['event', 'contact', 'task', 'file'] },
]
const HEAD = 'source,destination,file folder\n'

function complaints(run: () => unknown): readonly string[] {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof InputRefused) return thrown.problems.map(showProblem)
    throw thrown
  }
  return []
}

const read = (rows: string, head = HEAD) => readMappings(utf8(head + rows), { file: 't.csv', endpoints: CLOUD })

describe('files in the table', () => {
  it('have a login, a password and a folder of their own, or those of calendars', () => {
    const head = 'source,destination,groupware login,groupware password ref,File Login,file-password-ref,file_folder\n'
    const { mappings } = read('a@x.example,a,cal,file:c,fil,file:f,/Old//Stuff/\nb@x.example,b,cal2,file:c2,,,\n', head)
    const places = mappings.map((mapping) =>
      placesOf(mapping, CLOUD).map(({ kinds, account, folder, passwordRef }) => [kinds.join(), account, folder, passwordRef]),
    )
    expect(places).toEqual([
      [
        ['mail', 'a', undefined, undefined],
        ['event,contact,task', 'cal', undefined, 'file:c'],
        ['file', 'fil', 'Old/Stuff', 'file:f'],
      ],
      [
        ['mail', 'b', undefined, undefined],
        ['event,contact,task', 'cal2', undefined, 'file:c2'],
        ['file', 'cal2', undefined, 'file:c2'],
      ],
    ])
  })

  it.each(['..', '../up', 'a/../b', 'a/./b', 'a\\b', ' a/ b'])('are not led out of the account: %s', (folder) => {
    const found = complaints(() => read(`a@x.example,a,"${folder}"\n`))
    expect(found).toEqual([expect.stringContaining('root of the account down')])
  })

  it('may share an account, in folders beside each other', () => {
    const rows = 'https://c.example/sites/a,team,Sites/A\nhttps://c.example/sites/b,team,Sites/B\nhttps://c.example/sites/c,team,Sites/AB\n'
    expect(read(rows).mappings).toHaveLength(3)
  })

  it.each([
    ['the same', 'one,team,Sites\ntwo,team,Sites\n'],
    ['the same in other letters', 'one,team,Sites/M\u00e4rz\ntwo,Team,SITES/Ma\u0308rz\n'],
    ['one in the other', 'one,team,Sites/A\ntwo,team,Sites\n'],
    ['one far in the other', 'one,team,Sites\ntwo,team,Sites/A/B/C\n'],
    ['one in the root of the other', 'one,team,\ntwo,team,Sites\n'],
  ])('must not meet: %s', (_name, rows) => {
    expect(complaints(() => read(rows))).toEqual([
      expect.stringMatching(/^t\.csv:3: The same destination stands on line 2.*(folder|mixed)/),
    ])
  })
})

describe('files in the plan', () => {
  const lab = (): MemoryFileLab => {
    const made = new MemoryFileLab('/nowhere')
    made.add('anna@a.example', 'anna')
    made.add('site', 'team', { kind: 'site' })
    made.add('room@a.example', 'room', { kind: 'room' })
    return made
  }
  const kinds = ['mail', 'event', 'file'] as const

  /** A server that takes everything, and files below folders. */
  const everything = (made: MemoryFileLab) => {
    const [name, end] = [...made.workplace.destinations][0] ?? []
    if (end === undefined || name === undefined) throw new Error('no server')
    const at = (folder: string): typeof end => ({
      ...end,
      kinds,
      addressOf: (account) => `memory://${account}${folder === '' ? '' : `/${folder}`}`,
      below: at,
    })
    return { ...made.workplace, source: { ...made.workplace.source, kinds }, destinations: new Map([[name, at('')]]) }
  }

  const openedBy = (made: MemoryFileLab, rows: readonly (readonly [string, string, string?])[]) =>
    made.opened({
      kinds,
      endpoints: [{ name: 'mail', kinds }],
      mappings: rows.map(([source, destination, fileFolder], index) => ({
        line: index + 2,
        source,
        destination,
        ...(fileFolder === undefined ? {} : { fileFolder }),
      })),
    })

  it('are all that sites have, and what rooms have not', async () => {
    const made = lab()
    const rows = [
      ['anna@a.example', 'anna', 'Old'],
      ['site', 'anna', 'Sites/One'],
      ['room@a.example', 'room'],
    ] as const
    const { lanes } = await draftOf(everything(made), openedBy(made, rows), call)
    expect(lanes.map(({ kind, source, destination }) => [kind, source.name, destination.address])).toEqual([
      ['mail', 'anna@a.example', 'memory://anna'],
      ['event', 'anna@a.example', 'memory://anna'],
      ['file', 'anna@a.example', 'memory://anna/Old'],
      ['file', 'site', 'memory://anna/Sites/One'],
      ['mail', 'room@a.example', 'memory://room'],
      ['event', 'room@a.example', 'memory://room'],
    ])
  })

  it.each([
    [
      [
        ['anna@a.example', 'anna', 'Sites'],
        ['site', 'anna', 'Sites/One'],
      ],
    ],
    [
      [
        ['site', 'anna', 'Sites/One/Deep'],
        ['anna@a.example', 'anna', 'Sites/One'],
      ],
    ],
    [
      [
        ['anna@a.example', 'anna'],
        ['site', 'anna', 'Sites'],
      ],
    ],
    // Only the source can tell that both of these have mail.
    [
      [
        ['anna@a.example', 'anna', 'Old'],
        ['room@a.example', 'anna', 'New'],
      ],
    ],
  ] as const)('must not meet: %j', async (rows) => {
    const made = lab()
    await expect(draftOf(everything(made), openedBy(made, rows), call)).rejects.toThrow(
      /^mappings\.csv:3: This is the same place as the destination on line 2/,
    )
  })
})

describe('groups', () => {
  it('are named in the project, or in a table', () => {
    expect(groupsOf({ 'Staff@A.example': 'staff' }, 'p.yaml').get('staff@a.example')).toBe('staff')
    expect([...readGroups(utf8('destination;source\nstaff;Staff@A.example\nall;organisation\n'), 'g.csv')]).toEqual([
      ['staff@a.example', 'staff'],
      ['organisation', 'all'],
    ])
  })

  it('are never two in one, since the members of each would see what is the other\u2019s', () => {
    expect(complaints(() => groupsOf({ one: 'Staff', two: 'staff' }, 'p.yaml'))).toEqual([expect.stringMatching(/see more than before/)])
    expect(complaints(() => readGroups(utf8('source,destination\none,a\nONE,b\n'), 'g.csv'))).toEqual([
      'g.csv:3: This group of the source stands here twice. Keep one.',
    ])
    expect(complaints(() => readGroups(utf8('from,to\none,a\n'), 'g.csv'))).toHaveLength(1)
  })
})

import type { Account, DestinationEndpoint, Kind, SourceEndpoint } from '@offramp/core'
import { describe, expect, it } from 'vitest'
import { draftPlan } from '../plan/make-plan.ts'
import { InputRefused } from '../project/problem.ts'
import { readMappings } from './read-mappings.ts'

const ENDPOINTS: readonly { readonly name: string; readonly kinds: readonly Kind[] }[] = [{ name: 'cloud', kinds: ['event', 'file'] }]
const SITE = 'https://contoso.sharepoint.com/sites/marketing'

const read = (...lines: readonly string[]) =>
  readMappings(Buffer.from(`${lines.join('\n')}\n`), { file: 'mappings.csv', endpoints: ENDPOINTS })

async function refused(work: () => unknown): Promise<readonly string[]> {
  try {
    await work()
  } catch (thrown) {
    if (thrown instanceof InputRefused) return thrown.problems.map(({ line, says }) => `${line}: ${says}`)
    throw thrown
  }
  return []
}

describe('the column "team folder"', () => {
  it('is one of its own, in several spellings', () => {
    for (const heading of ['team folder', 'Team_Folder', 'group folder', 'Teamordner'])
      expect(read(`source,destination,${heading}`, `${SITE},mover,Marketing`).mappings[0]).toMatchObject({ teamFolder: 'Marketing' })
    expect(read('source,destination,team folder', 'anna@a.example,anna,').mappings[0]).not.toHaveProperty('teamFolder')
  })

  it('names one folder, and excludes a file folder', async () => {
    const head = 'source,destination,file folder,team folder'
    expect(await refused(() => read(head, `${SITE},mover,Sites,Marketing`))).toEqual([
      expect.stringContaining('2: This line names a file folder and a team'),
    ])
    expect(await refused(() => read(head, `${SITE},mover,,Sites/Marketing`))).toEqual([
      expect.stringContaining('2: The team folder is the name of one'),
    ])
    expect(await refused(() => read(head, `${SITE},mover,,=Marketing`))).toEqual([
      expect.stringContaining('2: The team folder starts with "="'),
    ])
  })

  it('takes one site or drive, whichever account moves it, and stands beside what else goes into the account', async () => {
    const head = 'source,destination,team folder,file folder'
    expect(await refused(() => read(head, `${SITE},mover,Marketing,`, '0AAA,other,MARKETING,'))).toEqual([
      '3: The same team folder stands on line 2. One folder takes one site or shared drive: give each its own.',
    ])
    expect(await refused(() => read(head, `${SITE},mover,Marketing,`, '0AAA,mover,Sales,', '0BBB,mover,,Drives/Third'))).toEqual([])
    expect(await refused(() => read(head, `${SITE},mover,Marketing,`, '0BBB,mover,,marketing/Third'))).toEqual([
      expect.stringContaining('3: '),
    ])
  })
})

const endpoint = (team: boolean): DestinationEndpoint => {
  const at = (folder: string): DestinationEndpoint => ({
    name: 'cloud',
    kinds: ['file'],
    addressOf: (account) => `dav://cloud/${account}${folder === '' ? '' : `/${folder.toLowerCase()}`}`,
    below: at,
    ...(team ? { inTeam: at } : {}),
    async *check() {},
    connect: () => Promise.reject(new Error('nobody connects here')),
  })
  return at('')
}

const ACCOUNTS: readonly Account[] = [
  { id: 'site', name: SITE, kind: 'site' },
  { id: 'drive', name: '0AAA', kind: 'drive' },
  { id: 'anna', name: 'anna@a.example', kind: 'user' },
]

const source: SourceEndpoint = {
  name: 'source',
  kinds: ['file'],
  async *check() {},
  async *accounts() {},
  account: async (name) => ACCOUNTS.find((one) => one.name === name),
  connect: () => Promise.reject(new Error('nobody connects here')),
}

const planned = (team: boolean, ...rows: readonly string[]) =>
  draftPlan(
    {
      file: 'mappings.csv',
      sourceId: 's',
      source,
      destinations: new Map([['cloud', endpoint(team)]]),
      kinds: ['file'],
      mappings: read('source,destination,team folder', ...rows).mappings,
      patience: { clock: { now: () => 0, sleep: async () => {} }, tellWait: () => {} },
    },
    { signal: new AbortController().signal },
  )

describe('a plan with team folders', () => {
  it('puts sites and shared drives into them, at the address of a folder of that name', async () => {
    const { lanes } = await planned(true, `${SITE},mover,Marketing`, '0AAA,mover,Sales')
    expect(lanes.map(({ destination }) => destination)).toEqual([
      { endpoint: 'cloud', account: 'mover', address: 'dav://cloud/mover/marketing', team: 'Marketing' },
      { endpoint: 'cloud', account: 'mover', address: 'dav://cloud/mover/sales', team: 'Sales' },
    ])
  })

  it('refuses a person, whose files are their own', async () => {
    expect(await refused(() => planned(true, 'anna@a.example,mover,Marketing'))).toEqual([
      expect.stringContaining('2: A team folder is for a site'),
    ])
  })

  it('refuses a server that has none', async () => {
    await expect(planned(false, `${SITE},mover,Marketing`)).rejects.toMatchObject({ reach: 'run', code: 'no-team-folder' })
  })
})

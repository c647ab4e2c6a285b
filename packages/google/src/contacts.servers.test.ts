import type { Source } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { afterEach, describe, expect, test } from 'vitest'
import { openAll, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, call, closeAll, faultOf, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

async function scene(contacts: object, { choices = {}, more = {} }: { choices?: Choices; more?: object } = {}) {
  const accounts = [
    { address: ADMIN, admin: true },
    { address: ANNA, contacts },
  ]
  const { workspace, endpoint } = await lab({ domain: { accounts, ...more }, settings: { choices }, speed: 200 })
  const connect = (): Promise<Source> => endpoint.connect(userOf(ANNA), 'contact')
  return { workspace, desk: workspace.work(ANNA).contacts, connect, source: await connect() }
}

/** Unfolded. */
const plain = (text: string): string => text.replaceAll(/\r\n[ \t]/g, '')

describe('an address book', () => {
  test('is read whole, with groups and pictures', async () => {
    const { source, workspace, desk } = await scene({ people: 60 })
    const { items, left } = await openAll(source, await walkWork(source))
    expect([items.length, left.size]).toEqual([(await desk.people()).length, 0])
    const card = plain(items.find(({ item }) => item.label === 'Given 0 Family 0')?.text ?? '')
    expect(card).toMatch(/N:Family 0;Given 0/)
    expect(card).toMatch(/CATEGORIES:Customers/)
    expect(card).toMatch(/TEL;[^:]*CELL[^:]*:030 0/i)
    expect(card).toMatch(/BDAY[^:]*:1970-?04-?12/)
    expect(card).toMatch(/PHOTO;[^\r]*iVBORw0KGgo/)
    expect(plain(items.find(({ item }) => item.label === 'Given 5 Family 5')?.text ?? '')).toMatch(/BDAY[^:]*:(1604|--)-?04-?12/)
    const { requests } = await workspace.stats()
    expect(requests).toMatchObject({ 'connections.list': 1, 'contactGroups.list': 1, photo: 10 })
    expect(requests['people.get']).toBeUndefined()
    expect(await workspace.violations()).toEqual([])
  })

  test('with one of everything: nobody is missing, and what a card cannot hold is told', async () => {
    const { source, desk, workspace } = await scene({ hostile: true })
    const { items, left } = await openAll(source, await walkWork(source))
    expect([items.length, left.size]).toEqual([(await desk.people()).length, 0])
    const losses = (label: string) => items.find(({ item }) => item.label === label)?.item.losses
    expect(losses('Huge photo')).toEqual(['Its picture is larger than a card can reasonably hold.'])
    for (const label of ['Photo inside', 'Photo of the cloud', 'Photo is gone'])
      expect([label, losses(label)]).toEqual([label, ['Its picture could not be read from Google.']])
    const many = items.find(({ item }) => item.label === 'Many addresses')
    expect(plain(many?.text ?? '').match(/^EMAIL/gm)).toHaveLength(150)
    for (const { text } of items) expect(plain(text)).toMatch(/^FN:/m)
    expect(plain(items.find(({ item }) => item.label === 'Starred')?.text ?? '')).toContain('CATEGORIES:Starred')
    expect((await workspace.stats()).requests['people.get']).toBe(1)
    expect(await workspace.violations()).toEqual([])
  })

  test('does without what Google collected by itself, unless that is wanted', async () => {
    const without = await scene({ people: 2, others: 30 })
    expect((await walkWork(without.source)).refs.size).toBe(2)
    const { source, workspace } = await scene(
      { people: 2, others: 30 },
      { choices: { contacts: { collected: true } }, more: { quirks: { pageItems: 8 } } },
    )
    const walked = await walkWork(source)
    const { items } = await openAll(source, walked)
    expect(items.filter(({ item }) => item.home.path[0] === 'Other contacts')).toHaveLength(30)
    const [first] = items.filter(({ item }) => item.home.id === 'collected')
    const bare = await source.open({ id: first?.item.id ?? '', version: '' }, call)
    expect(bare.version).toBe(first?.item.version)
    expect(await workspace.violations()).toEqual([])
  })

  test('has a card for each group, where the operator wants them', async () => {
    const { source, workspace } = await scene({ people: 20 }, { choices: { contacts: { groups: 'apple' } } })
    const { items } = await openAll(source, await walkWork(source))
    const group = items.find(({ item }) => item.label === 'Customers')
    const uids = items.filter(({ text }) => plain(text).includes('CATEGORIES:Customers')).map(({ item }) => item.naturalKey)
    expect(uids).toHaveLength(5)
    for (const uid of uids) expect(plain(group?.text ?? '')).toContain(uid)
    expect(await workspace.violations()).toEqual([])
  })
})

describe('changes', () => {
  test('are told alone: edited, added and deleted', async () => {
    const { source, desk, workspace, connect } = await scene({ people: 30 })
    const [first, second] = await desk.people()
    const before = await walkWork(source)
    await desk.put({ ...first, nicknames: [{ value: 'Nick' }] })
    await desk.remove(second?.resourceName ?? '')
    const added = await desk.put({ names: [{ displayName: 'New' }] })
    const after = await walkWork(await connect(), { since: before })
    expect([...after.refs.keys()].sort()).toEqual([first?.resourceName, added.resourceName].sort())
    expect(after.removed).toEqual([second?.resourceName])
    const quiet = await walkWork(source, { since: after })
    expect([quiet.refs.size, quiet.removed.length]).toEqual([0, 0])
    expect(await workspace.violations()).toEqual([])
  })

  test('a contact that was joined with a profile goes by another name, and stays the same item', async () => {
    const { source, desk } = await scene({ people: 3 })
    const [first] = await desk.people()
    const before = await walkWork(source)
    await desk.rename(first?.resourceName ?? '')
    const after = await walkWork(source, { since: before })
    expect([[...after.refs.keys()], after.removed]).toEqual([[first?.resourceName], []])
    expect((await walkWork(source)).refs.size).toBe(3)
    const { item } = (await openAll(source, after)).items[0] ?? {}
    expect((await source.open({ id: item?.id ?? '', version: '' }, call)).naturalKey).toBe(item?.naturalKey)
  })

  test('a group that is renamed is another card of everybody in it', async () => {
    const { source, desk, connect } = await scene({ people: 8 })
    const before = await walkWork(source)
    const group = (await desk.groups()).find(({ name }) => name === 'Customers')
    await desk.renameGroup(group?.resourceName ?? '', 'Clients')
    const later = await connect()
    const after = await walkWork(later, { since: before })
    const changed = [...after.refs.values()].filter(({ id, version }) => before.refs.get(id)?.version !== version)
    expect(changed).toHaveLength(2)
    const { items } = await openAll(later, { ...after, refs: new Map(changed.map((ref) => [ref.id, ref])) })
    for (const { text } of items) expect(plain(text)).toContain('CATEGORIES:Clients')
  })

  test('a token that has expired rewinds the listing, in each of Google’s spellings', async () => {
    const { source, desk } = await scene({ people: 5 })
    for (let round = 0; round < 3; round++) {
      const before = await walkWork(source)
      await desk.expireSyncTokens()
      const fault = await faultOf(() => source.page({ id: 'contacts' }, before.cursors.get('contacts'), 50, call))
      expect([fault.reach, fault.code]).toEqual(['listing', 'google-sync-expired'])
      await desk.put({ names: [{ displayName: `Round ${round}` }] })
    }
  })
})

import type { Measured } from '@offramp/core'
import type { OutlookControl } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { LOSSES } from './losses.ts'
import { ANNA, bytesOf, call, closeAll, everything, lab, listings, walk } from './testing/tenant-lab.ts'

afterEach(closeAll)

async function contactLab(fill: (anna: OutlookControl) => Promise<unknown>, options: Parameters<typeof lab>[0] = {}) {
  const made = await lab({ accounts: [{ address: ANNA }], ...options })
  const anna = made.tenant.outlook(ANNA)
  await fill(anna)
  const source = await made.connect(ANNA, 'contact')
  const text = async (id: string): Promise<string> =>
    (await bytesOf(await source.open({ id, version: '' }, call))).toString().replaceAll('\r\n ', '')
  return { ...made, anna, source, text }
}

describe('which folders', () => {
  test('the default one, which Graph does not list, all below, and hidden ones by name as made by the source', async () => {
    const { source, tenant } = await contactLab(async (anna) => {
      await anna.addContact(null, { displayName: 'In the default folder' })
      const suppliers = await anna.addContactFolder('Suppliers')
      const abroad = await anna.addContactFolder('Abroad', suppliers.id)
      await anna.addContact(abroad.id, { displayName: 'Deep' })
      await anna.addContactFolder('Recipient Cache')
    })
    expect(
      (await listings(source)).map(({ collection, skip, items }) => [collection?.path.join('/'), collection?.role, skip, items]),
    ).toEqual([
      ['Contacts', 'default', undefined, 1],
      ['Suppliers', undefined, undefined, 0],
      ['Recipient Cache', undefined, 'made-by-source', undefined],
      ['Suppliers/Abroad', undefined, undefined, 1],
    ])
    expect((await everything(source)).size).toBe(2)
    expect(tenant.violations()).toEqual([])
  })

  test('an empty default folder is not there, and nothing is missed; once it holds something it is', async () => {
    const { anna, source } = await contactLab((each) => each.addContactFolder('Suppliers'))
    expect((await listings(source)).map(({ collection }) => collection?.path)).toEqual([['Suppliers']])
    await anna.addContact(null, { displayName: 'First' })
    expect((await listings(source)).map(({ collection }) => collection?.path)).toEqual([['Contacts'], ['Suppliers']])
  })

  test('distribution lists, which no request shows, are counted', async () => {
    const { source } = await contactLab(async (anna) => {
      await anna.addContact(null, { displayName: 'One' })
      await anna.addDistributionList(null)
      await anna.addDistributionList(null)
    })
    const measured: Measured[] = []
    for await (const each of source.measure?.(call) ?? []) measured.push(each)
    expect(measured).toMatchObject([{ items: 1, losses: [{ says: LOSSES.lists, items: 2 }] }])
  })
})

describe('changes', () => {
  test('a changed contact comes again, a deleted one is removed, and the rest is not asked for', async () => {
    const { anna, source, tenant } = await contactLab(async (each) => {
      for (let n = 0; n < 30; n++) await each.addContact(null, { displayName: `Contact ${n}` })
    })
    const [listing] = await listings(source)
    if (!listing) throw new Error('no folder')
    const first = await walk(source, listing)
    const [changed, gone] = [...first.refs.keys()]
    await anna.editContact(changed ?? '', { jobTitle: 'Boss' })
    await anna.removeContact(gone ?? '')
    const second = await walk(source, listing, { after: first.cursor })
    expect([[...second.refs.keys()], second.removed]).toEqual([[changed], [gone]])
    expect(tenant.stats().byKind['contact'] ?? 0).toBe(0)
    expect(tenant.violations()).toEqual([])
  })
})

describe('photos', () => {
  test('one request a contact, none for a contact that is known to have none, and a photo below another folder is found', async () => {
    const { anna, source, tenant } = await contactLab(async (each) => {
      await each.addContact(null, { displayName: 'With' }, { size: 3_000 })
      await each.addContact(null, { displayName: 'Without' })
      await each.addContact((await each.addContactFolder('Suppliers')).id, { displayName: 'Deep' }, { size: 2_000 })
    })
    const photos = new Map<string, boolean>()
    for (let time = 0; time < 2; time++) {
      for (const { ref } of (await everything(source)).values()) {
        const item = await source.open(ref, call)
        photos.set(item.label ?? '', (await bytesOf(item)).includes('PHOTO'))
      }
    }
    expect([...photos].sort()).toEqual([
      ['Deep', true],
      ['With', true],
      ['Without', false],
    ])
    expect(tenant.stats().byKind['photo']).toBe(5)
    await anna.editContact((await anna.contacts())[1]?.id ?? '', {}, { size: 2_000 })
    const [listing] = await listings(source)
    if (!listing) throw new Error('no folder')
    const ref = [...(await walk(source, listing)).refs.values()][1]
    expect((await bytesOf(await source.open(ref ?? { id: '', version: '' }, call))).includes('PHOTO')).toBe(true)
  })

  test('a photo of 12 MB is read, and what is no picture is told', async () => {
    const { anna, source } = await contactLab(async (each) => {
      await each.addContact(null, { displayName: 'Large' }, { size: 12 * 2 ** 20 })
      await each.addContact(null, { displayName: 'No picture' }, { base64: Buffer.from('<html>').toString('base64') })
    })
    const [large, none] = await anna.contacts()
    expect((await bytesOf(await source.open({ id: large?.id ?? '', version: '' }, call))).length).toBeGreaterThan(12 * 2 ** 20)
    const item = await source.open({ id: none?.id ?? '', version: '' }, call)
    await bytesOf(item)
    expect(item.losses).toEqual([LOSSES.photo])
  })
})

test('contacts that have broken migrations before are all read, a card each', async () => {
  const { source, tenant } = await contactLab(async () => {}, { accounts: [{ address: ANNA, hostileItems: 0 }] })
  const cards: string[] = []
  for (const { ref } of (await everything(source)).values()) {
    const card = (await bytesOf(await source.open(ref, call))).toString()
    expect(card.match(/^BEGIN:VCARD\r$/gm)).toHaveLength(1)
    cards.push(card)
  }
  expect(cards).toHaveLength(9)
  expect(tenant.violations()).toEqual([])
})

test('an inner name in place of a mail address is looked up, once', async () => {
  const dn = '/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=ben'
  const { anna, text, tenant } = await contactLab(
    async (each) => {
      for (let n = 0; n < 3; n++) await each.addContact(null, { displayName: `Ben ${n}`, emailAddresses: [{ name: 'Ben', address: dn }] })
    },
    { accounts: [{ address: ANNA }, { address: 'ben@contoso.example', x500: [dn] }] },
  )
  const before = tenant.stats().byKind['users'] ?? 0
  for (const { id } of await anna.contacts()) expect(await text(id)).toContain('ben@contoso.example')
  expect((tenant.stats().byKind['users'] ?? 0) - before).toBe(1)
})

import { expect, it } from 'vitest'
import { atDestination, diceOf, effective, gainedIn, madeDrive, treeOf } from './made-drive.ts'
import { planGrants } from './plan-grants.ts'
import { includes, shapeOf } from './shape.ts'
import { standingsOf } from './tree.ts'
import type { People } from './who.ts'

const RUNS = Number(process.env['OFFRAMP_GRANT_RUNS'] ?? 400)

const nameOf = (address: string): string => address.split('@')[0] ?? ''

const people: People = {
  user: (address) => (/^(u[1-4]|owner)@a\.example$/.test(address) ? { id: nameOf(address) } : undefined),
  group: (name) => (/^g[12]@a\.example$/.test(name) ? nameOf(name) : undefined),
  everybody: 'all',
  owner: 'owner',
  links: true,
  outsiders: true,
  now: 0,
}

it(`lets nobody do anything that they could not do before, in ${RUNS} drives`, { timeout: 30_000 + RUNS * 20 }, () => {
  let given = 0
  let lost = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const dice = diceOf(seed)
    const drive = madeDrive(dice)
    const { grants, losses } = planGrants(drive.shares, { nodes: treeOf(drive) }, people, { most: 3 + dice(40) })
    given += grants.length
    lost += losses.length
    expect({ seed, gained: gainedIn(drive, grants) }).toEqual({ seed, gained: [] })
  }
  expect(given, 'a planner that gives nothing would pass as well').toBeGreaterThan(RUNS * 3)
  expect(lost).toBeGreaterThan(RUNS)
})

it(`gives all that is granted where nothing below is open to fewer, in ${RUNS} drives`, { timeout: 30_000 + RUNS * 20 }, () => {
  let compared = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const drive = madeDrive(diceOf(seed), { calm: true })
    const { grants } = planGrants(drive.shares, { nodes: treeOf(drive) }, people)
    for (const node of drive.nodes.filter(({ place }) => place !== '')) {
      for (const person of ['u1', 'u2', 'u3']) {
        const had = effective(node).filter(({ to }) => to.kind === 'user' && to.address === `${person}@a.example`)
        const has = atDestination(node, { person }, grants)
        const missing = had.flatMap((share) => shapeOf(share) ?? []).filter((right) => !has.some((one) => includes(one, right)))
        expect({ seed, node: node.id, person, missing }).toEqual({ seed, node: node.id, person, missing: [] })
        compared += had.length
      }
    }
  }
  expect(compared).toBeGreaterThan(RUNS)
})

it('would be seen to give too much: a folder granted whole over one that is closed', () => {
  for (let seed = 1; ; seed++) {
    const drive = madeDrive(diceOf(seed))
    const closed = drive.nodes.find(
      ({ alone, place, parent, shares }) =>
        alone && parent?.place && place?.startsWith(parent.place) && shares[0]?.to.address === 'owner@a.example',
    )
    if (closed?.parent?.place === undefined) continue
    const share = { collection: { id: 'x', path: [] }, to: { kind: 'user' as const, address: 'u1@a.example' }, access: 'read' as const }
    const grant = { place: closed.parent.place, to: { kind: 'user' as const, id: 'u1' }, access: 'read' as const }
    expect(gainedIn(drive, [{ grant, share }])).toContain(`u1 may read ${closed.id}`)
    return
  }
})

it('knows the folders of the destination by their places, also those that only lie between', () => {
  const standings = standingsOf([{ id: 'a', kind: 'folder', above: [], place: 'One/Two/Three' }], () => false).byPlace
  expect([...standings.keys()]).toEqual(['', 'One/Two/Three', 'One/Two', 'One'])
})

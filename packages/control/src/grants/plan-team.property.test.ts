import { expect, it } from 'vitest'
import { gainedInTeam, inTeam, pathAt } from './cloud-model.ts'
import { atDestination, diceOf, gainedIn, type MadeDrive, madeDrive, treeOf } from './made-drive.ts'
import { type PlannedTeam, planTeam } from './plan-team.ts'
import type { TreeNode } from './tree.ts'
import type { People } from './who.ts'

const RUNS = Number(process.env['OFFRAMP_TEAM_RUNS'] ?? 300)

const people: People = {
  user: (address) => {
    const name = address.split('@')[0] ?? ''
    return /^(u[1-4]|owner)$/.test(name) ? { id: name } : undefined
  },
  group: (name) => (name.startsWith('gx') ? undefined : name.split('@')[0]),
  everybody: 'all',
  owner: 'owner',
  links: true,
  outsiders: true,
  now: 0,
}

/** A site is nothing itself: its libraries stand in the Team folder, and nobody was given the folder of them all. */
function asSite(drive: MadeDrive): { readonly drive: MadeDrive; readonly nodes: readonly TreeNode[] } {
  const [root] = drive.nodes
  root?.shares.splice(0)
  const shares = drive.nodes.flatMap((node) => node.shares)
  const nodes = treeOf({ ...drive, shares }).filter(({ id }) => id !== 'root')
  return {
    drive: { nodes: drive.nodes.slice(1), shares },
    nodes: nodes.map((node) => ({ ...node, above: node.above.filter((id) => id !== 'root') })),
  }
}

interface Planned {
  readonly drive: MadeDrive
  readonly plan: PlannedTeam
}

function plannedFor(seed: number): Planned {
  const dice = diceOf(seed)
  const made = madeDrive(dice, { top: 'Team', rooted: true })
  const { drive, nodes } = dice(3) === 0 ? asSite(made) : { drive: made, nodes: treeOf(made) }
  const plan = planTeam(drive.shares, { nodes }, people, { root: 'Team', isOpen: false, most: 3 + dice(40) })
  return { drive, plan }
}

it(`lets nobody read, change, make, delete or share anything more, in ${RUNS} Team folders`, { timeout: 30_000 + RUNS * 30 }, () => {
  let [members, rules, given] = [0, 0, 0]
  for (let seed = 1; seed <= RUNS; seed++) {
    const { drive, plan } = plannedFor(seed)
    members += plan.rights.members.length
    rules += plan.rights.rules.length
    given += plan.grants.length
    expect({ seed, gained: gainedInTeam(drive, plan.rights) }).toEqual({ seed, gained: [] })
    // What lists cannot say is given by grants, which must not give more either.
    expect({ seed, gained: gainedIn(drive, plan.grants) }).toEqual({ seed, gained: [] })
  }
  expect(members, 'a planner that lets nobody in would pass as well').toBeGreaterThan(RUNS)
  expect(rules).toBeGreaterThan(RUNS * 2)
  expect(given).toBeGreaterThan(RUNS / 2)
})

it(`gives each person all that they had, by membership or by grants, or says what not, in ${RUNS} Team folders`, {
  timeout: 30_000 + RUNS * 30,
}, () => {
  let compared = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const { drive, plan } = plannedFor(seed)
    const lost = new Set(plan.losses.map(({ share }) => share))
    for (const share of drive.shares) {
      const person = share.to.address?.split('@')[0] ?? ''
      if (!/^u[1-4]$/.test(person) || share.to.kind !== 'user' || lost.has(share) || share.noDownload || share.expires !== undefined)
        continue
      const node = drive.nodes.find(({ id }) => id === (share.item?.id ?? share.collection.id))
      if (node?.place === undefined) continue
      const byGrant = atDestination(node, { person }, plan.grants)
        .filter(({ noDownload, expires }) => !noDownload && expires === undefined)
        .reduce((sum, { access, noDelete }) => sum | (access === 'write' ? (noDelete ? 7 : 15) : 1), 0)
      const wanted = share.access === 'read' || share.access === 'comment' ? 1 : share.noDelete ? 7 : 15
      const has = byGrant | inTeam(person, pathAt(node), plan.rights, 'by path')
      const missing = wanted & ~has & (node.kind === 'file' ? ~4 : ~0)
      expect({ seed, node: node.id, person, missing }).toEqual({ seed, node: node.id, person, missing: 0 })
      compared++
    }
  }
  expect(compared).toBeGreaterThan(RUNS)
})

it(`says the same of members in both ways in which servers combine lists, in ${RUNS} Team folders`, { timeout: 30_000 + RUNS * 30 }, () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const { drive, plan } = plannedFor(seed)
    for (const node of drive.nodes)
      for (const person of ['u1', 'u2', 'u3', 'u4'])
        if (node.place !== undefined) {
          const [one, other] = [
            inTeam(person, pathAt(node), plan.rights, 'by path'),
            inTeam(person, pathAt(node), plan.rights, 'by mapping'),
          ]
          expect({ seed, node: node.id, person, same: one === other }).toEqual({ seed, node: node.id, person, same: true })
        }
  }
})

it('would be seen to give too much: lists without the one that closes something', () => {
  let seen = 0
  for (let seed = 1; seed <= 60; seed++) {
    const { drive, plan } = plannedFor(seed)
    for (const closed of plan.rights.rules) {
      const takes = closed.place !== 'Team' && closed.access.some(({ may }) => may === 'none')
      const without = { ...plan.rights, rules: plan.rights.rules.filter((rule) => rule !== closed) }
      if (takes && gainedInTeam(drive, without).length > 0) seen++
    }
  }
  expect(seen).toBeGreaterThan(10)
})

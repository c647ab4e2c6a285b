import type { PutCall } from '@offramp/core'
import { type Connected, startTeamCloud, type TeamCloud } from '@offramp/test/lab/team-cloud'
import { fileItem } from '@offramp/test/servers/files-desk'
import { afterEach, expect, test } from 'vitest'
import { bitsAtSource, inTeam, pathAt } from './cloud-model.ts'
import { diceOf, GROUPS, type MadeDrive, madeDrive, membersOf, treeOf } from './made-drive.ts'
import { type PlannedTeam, planTeam } from './plan-team.ts'

const RUNS = Number(process.env['OFFRAMP_TEAM_SERVER_RUNS'] ?? 4)

/** Team folders that people come to later, each opened anew at every request. */
const LATE = Math.max(3, Math.floor(RUNS / 4))

const closing: TeamCloud[] = []
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close()
})

const USERS = ['u1', 'u2', 'u3', 'u4'] as const

interface Scene extends TeamCloud {
  readonly drive: MadeDrive
  readonly plan: PlannedTeam
}

const groupsOf = (user: string): readonly string[] =>
  [...Object.keys(GROUPS), 'all'].filter((group) => group !== 'gx' && membersOf(group).includes(user))

const people = {
  user: (address: string) => (/^u[1-4]@/.test(address) ? { id: address.split('@')[0] ?? '' } : undefined),
  group: (name: string) => (/^g[12]@/.test(name) ? name.split('@')[0] : undefined),
  everybody: 'all',
  owner: 'mover',
  links: false,
  outsiders: false,
  now: 0,
}

async function sceneOf(seed: number): Promise<Scene> {
  const drive = madeDrive(diceOf(seed), { top: 'Team', rooted: true })
  // The account that moves is in a group that is shut out here and there: it must not be.
  const users = [{ id: 'mover', groups: ['g1'] }, ...USERS.map((id) => ({ id, groups: groupsOf(id) })), { id: 'nobody' }]
  const one = await startTeamCloud('Team', users)
  closing.push(one)
  return { ...one, drive, plan: planTeam(drive.shares, { nodes: treeOf(drive) }, people, { root: 'Team', isOpen: false }) }
}

type Which = (node: MadeDrive['nodes'][number]) => boolean

async function fill({ drive, connect }: Scene, isMeant: Which = () => true): Promise<void> {
  const { destination, call } = await connect()
  await destination.prepare({ id: 'root', path: [] }, call)
  for (const { kind, place } of drive.nodes)
    if (kind === 'folder' && place !== undefined) await destination.prepare({ id: place, path: place.split('/').slice(1) }, call)
  for (const node of drive.nodes.filter(isMeant)) await putNode(drive, node, { destination, call })
}

async function putNode(
  { nodes }: MadeDrive,
  node: MadeDrive['nodes'][number],
  { destination, call }: Pick<Connected, 'destination' | 'call'>,
): Promise<void> {
  const { id, kind, place } = node
  const ask: PutCall = { ...call, owned: async (copies) => copies.map(() => false) }
  if (kind === 'file' && place !== undefined)
    await destination.put({ id: `/${place}`, name: place }, fileItem(nodes.indexOf(node), id), undefined, ask)
}

/** With slashes, as this destination spells places. */
const spelled = ({ rights }: PlannedTeam, drive: MadeDrive) => ({
  members: rights.members,
  rules: rights.rules.map((rule) => ({ ...rule, place: `/${rule.place}` })),
  places: [...new Set(drive.nodes.flatMap(({ place }) => (place === undefined ? [] : [`/${place}`])))],
})

/** Asks again and again, each time stopped some requests later, until it is done. */
async function stoppedOften(
  { connect }: Scene,
  step: number,
  { work, after }: { readonly work: (at: Connected) => Promise<unknown>; readonly after: (endsAt: number) => Promise<unknown> },
): Promise<number> {
  for (let endsAt = 4, stops = 0; ; endsAt += step, stops++) {
    const connected = await connect(endsAt).catch(() => undefined)
    const done =
      connected !== undefined &&
      (await work(connected).then(
        () => true,
        () => false,
      ))
    if (done) return stops
    if (stops > 200) throw new Error('It never ends.')
    await after(endsAt)
  }
}

/** What the emulated server itself says of everybody. `exactly`: it is also all that the model of its lists says. */
async function compare({ cloud, drive, plan }: Scene, at: string, exactly: boolean): Promise<number> {
  let count = 0
  const stands = new Set(['Team', ...(await cloud.sharing.teamTree('Team')).map(({ path }) => `Team/${path}`)])
  for (const node of drive.nodes.filter((one) => one.place !== undefined && stands.has(pathAt(one)))) {
    const reach = await cloud.sharing.reach(`team:${pathAt(node)}`)
    for (const person of [...USERS, 'nobody', 'boss']) {
      const has = reach.find(({ who }) => who === person)?.permissions ?? 0
      expect({ at, node: node.id, person, gains: has & ~bitsAtSource(node, person) }).toEqual({ at, node: node.id, person, gains: 0 })
      const model = inTeam(person, pathAt(node), plan.rights, 'by path') & (node.kind === 'file' ? ~4 : ~0)
      if (exactly) expect({ at, node: node.id, person, has }).toEqual({ at, node: node.id, person, has: model })
      if (has !== 0) count++
    }
  }
  return count
}

test(`an emulated server says of everybody what the model of its lists says, in ${RUNS} Team folders`, {
  timeout: 30_000 + RUNS * 10_000,
}, async () => {
  let entered = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const scene = await sceneOf(seed)
    await fill(scene)
    const { team, call } = await scene.connect()
    expect(await team.state(call)).toBe('closed')
    expect(await compare(scene, `seed ${seed}, closed`, false)).toBe(0)
    if (scene.plan.rights.members.length === 0) continue
    const done = await team.open(spelled(scene.plan, scene.drive), call)
    expect(done.members.map(({ state }) => state)).toEqual(scene.plan.rights.members.map(() => 'joined'))
    entered += await compare(scene, `seed ${seed}`, true)
    const again = await (await scene.connect()).team.open(spelled(scene.plan, scene.drive), call)
    expect([again.members.every(({ state }) => state === 'already'), again.kept]).toEqual([true, []])
    expect(await scene.cloud.violations()).toEqual([])
  }
  expect(entered).toBeGreaterThan(RUNS * 10)
})

const standing = async ({ cloud }: Scene): Promise<unknown> =>
  (await cloud.sharing.teams()).map(({ rules, groups }) => ({ rules: rules.map((one) => JSON.stringify(one)).toSorted(), groups }))

test('stopped at any request and begun again, it never lets anybody in too far, and ends as if nothing had happened', {
  timeout: 120_000,
}, async () => {
  const whole = await sceneOf(2)
  await fill(whole)
  const first = await whole.connect()
  await first.team.open(spelled(whole.plan, whole.drive), first.call)

  const scene = await sceneOf(2)
  // The making of the folder as well as the letting in.
  const made = await stoppedOften(scene, 3, {
    work: ({ destination, call }) => destination.prepare({ id: 'root', path: [] }, call),
    after: async () => {},
  })
  expect(made).toBeGreaterThan(3)
  await fill(scene)
  const opened = await stoppedOften(scene, 5, {
    work: ({ team, call }) => team.open(spelled(scene.plan, scene.drive), call),
    after: (endsAt) => compare(scene, `stopped at ${endsAt}`, false),
  })
  expect(opened).toBeGreaterThan(5)
  await compare(scene, 'at the end', true)
  expect(await standing(scene)).toEqual(await standing(whole))
  expect(await scene.cloud.violations()).toEqual([])
})

test('people who come later get what is theirs, and nobody else more, also where that is broken off', { timeout: 120_000 }, async () => {
  let later = 0
  for (let seed = 2; seed < 2 + LATE; seed++) {
    const scene = await sceneOf(seed)
    await fill(scene)
    const isLate = ({ to }: { readonly to: { readonly address?: string } }): boolean => /^(u3|g2)@/.test(to.address ?? '')
    // What breaks with the folders above is told of everybody from the first.
    const early = scene.drive.shares.filter((share) => !isLate(share) || share.alone)
    const tree = { nodes: treeOf(scene.drive) }
    const first = planTeam(early, tree, people, { root: 'Team', isOpen: false })
    const { team, call } = await scene.connect()
    await team.open(spelled(first, scene.drive), call)
    await compare(scene, `seed ${seed}, early`, false)
    const all = planTeam(scene.drive.shares, tree, people, { root: 'Team', isOpen: true })
    if (first.rights.members.length > 0) expect(await team.state(call)).toBe('open')
    await stoppedOften(scene, 4, {
      work: (at) => at.team.open(spelled(all, scene.drive), at.call),
      after: (endsAt) => compare(scene, `seed ${seed}, late, stopped at ${endsAt}`, false),
    })
    await compare(scene, `seed ${seed}, late`, false)
    later += all.rights.members.length - first.rights.members.length
  }
  expect(later).toBeGreaterThan(0)
})

test('files that come later are open to nobody until they are asked for, also where their writer is stopped, and never wider', {
  timeout: 120_000,
}, async () => {
  let [late, opened] = [0, 0]
  for (let seed = 2; seed < 2 + LATE; seed++) {
    const scene = await sceneOf(seed)
    const { drive, plan } = scene
    const isLate: Which = ({ kind, id }) => kind === 'file' && Number(/\d+$/.exec(id)?.[0] ?? 0) % 2 === 1
    const early = treeOf(drive).filter(({ id }) => !drive.nodes.some((node) => node.id === id && isLate(node)))
    await fill(scene, (node) => !isLate(node))
    const first = planTeam(drive.shares, { nodes: early }, people, { root: 'Team', isOpen: false })
    const { team, call } = await scene.connect()
    await team.open(spelled(first, drive), call)
    if ((await team.state(call)) !== 'open') continue
    for (const node of drive.nodes.filter((one) => isLate(one) && one.place !== undefined)) {
      const after = async (at: unknown): Promise<void> => {
        const reach = await scene.cloud.sharing.reach(`team:${pathAt(node)}`).catch(() => [])
        expect({ seed, at, node: node.id, who: reach.map(({ who }) => who).filter((who) => who !== 'mover') }).toMatchObject({ who: [] })
      }
      await stoppedOften(scene, 5, { work: (at) => putNode(drive, node, at), after })
      await after('at the end')
      late++
    }
    await compare(scene, `seed ${seed}, late files`, false)
    const all = planTeam(drive.shares, { nodes: treeOf(drive) }, people, { root: 'Team', isOpen: true })
    // A copy of which the ledger knows nothing is a stranger's, as far as anybody can tell.
    const known = new Set(drive.nodes.flatMap((one) => (one.stranger ? [] : [`/${pathAt(one)}`])))
    const isKnown = (place: string, locator?: string): boolean => known.has(locator === undefined ? place : `${place}/${locator}`)
    await stoppedOften(scene, 6, {
      work: (at) => at.team.open({ ...spelled(all, drive), isKnown }, at.call),
      after: (endsAt) => compare(scene, `seed ${seed}, late files, stopped at ${endsAt}`, false),
    })
    opened += await compare({ ...scene, plan }, `seed ${seed}, asked again`, false)
    expect(await scene.cloud.violations()).toEqual([])
  }
  expect(late).toBeGreaterThan(2)
  expect(opened).toBeGreaterThan(LATE * 5)
})

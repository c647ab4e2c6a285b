import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { haveApache } from '../servers/apache.ts'
import { cutAnswer, cutMiddle, isMoment, killAt, type Moment } from './files-blows.ts'
import { type FileDeeds, noFileDeeds, reckonFiles } from './files-reckon.ts'
import { type FilesScene, startTenantFiles, startWorkspaceFiles } from './files-scene.ts'
import { deedFor, isPersons, keyOf } from './files-source.ts'
import type { Run } from './scene.ts'
import { suspend } from './suspend.ts'

let scene: FilesScene | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

type Blow = Moment | 'middle' | 'answer' | 'sleep' | 'redis' | 'wipe' | 'person'

const shuffled = ({ dice }: FilesScene, blows: readonly Blow[]): readonly Blow[] => {
  const left = [...blows]
  return blows.flatMap(() => left.splice(dice.int(0, left.length - 1), 1))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function byHand({ end }: FilesScene, deeds: FileDeeds, file: { readonly login: string; readonly path: string }): Promise<void> {
  const text = `by hand: ${file.path}`
  await end.put(file.login, file.path, text)
  deeds.written.push({ ...file, sha256: sha256(text) })
}

/** What has arrived of people's own until now. */
async function personsFiles({ end, lab }: FilesScene, address: string) {
  const stored = await end.stored(lab.loginOf(address))
  return stored.filter(({ path, folder }) => !folder && isPersons(keyOf(path)))
}

/** A person changes what has arrived, in the middle of it all, and writes something of their own beside it. */
async function personAtWork(on: FilesScene, deeds: FileDeeds): Promise<void> {
  for (const address of on.addresses) {
    const login = on.lab.loginOf(address)
    for (const { path } of await personsFiles(on, address)) {
      if (deedFor(keyOf(path)) !== 'edit') continue
      deeds.keys.add(keyOf(path))
      await byHand(on, deeds, { login, path })
    }
    await byHand(on, deeds, { login, path: 'My own/note.txt' })
  }
}

/** A person changes, moves and throws away what arrived long ago; the source changes the same files. */
async function personTidiesUp(on: FilesScene, deeds: FileDeeds): Promise<void> {
  for (const address of on.addresses) {
    const login = on.lab.loginOf(address)
    for (const { path, sha256: hash } of await personsFiles(on, address)) {
      const key = keyOf(path)
      if (deeds.keys.has(key)) continue
      deeds.keys.add(key)
      const deed = deedFor(key)
      const to = `My own/${path.split('/').at(-1)}`
      if (deed === 'edit') await byHand(on, deeds, { login, path })
      else if (deed === 'remove') {
        await on.end.remove(login, path)
        deeds.deleted.add(key)
      } else {
        await on.end.move(login, path, to)
        deeds.written.push({ login, path: to, sha256: hash })
      }
    }
    await on.source.editPersons(address)
  }
}

const editAll = (on: FilesScene): Promise<unknown> => Promise.all(on.addresses.map((address) => on.source.edit(address)))

/** What a whole test needs to know of its blows. */
interface Suffering {
  readonly deeds: FileDeeds
  readonly killed: Moment[]
  wiped: boolean
  asleep: number
  cut: number
}

/** Redis forgets everything, once. */
async function wipe({ lab: { redis } }: FilesScene, so: Suffering): Promise<void> {
  if (so.wiped) return
  so.wiped = true
  await redis.cli('flushall')
}

async function strike(on: FilesScene, run: Run, { blow, so }: { readonly blow: Blow; readonly so: Suffering }): Promise<void> {
  const { redis } = on.lab
  if (isMoment(blow)) {
    await killAt(on, run, blow)
    so.killed.push(blow)
    return
  }
  if (blow === 'sleep') {
    const lanes = await suspend(on, run, [1, 4])
    so.asleep += lanes
    return
  }
  if (blow === 'middle' || blow === 'answer') {
    await (blow === 'middle' ? cutMiddle : cutAnswer)(on, run)
    so.cut++
    return
  }
  await on.progress(run, 1, 4)
  if (blow === 'redis') await redis.restart()
  else if (blow === 'wipe') await wipe(on, so)
  else await personAtWork(on, so.deeds)
}

const filesMeant = async (on: FilesScene): Promise<number> =>
  (await Promise.all(on.addresses.map((address) => on.source.meant(address)))).flat().filter(({ folder }) => !folder).length

/** The ledger knows whose each copy is. */
async function expectSettled(on: FilesScene): Promise<void> {
  const [tally, arrived] = [await on.tally(), await filesMeant(on)]
  if (tally.arrived !== arrived) on.say(`papers kept in ${await on.keepPapers()}`)
  expect(tally).toMatchObject({ arrived, intended: 0, failed: 0 })
}

/** A run whose Redis was wiped may have ended before it had found everything again: then another does. */
async function settle(on: FilesScene): Promise<void> {
  if ((await on.tally()).arrived !== (await filesMeant(on))) await on.run().ended
  await expectSettled(on)
}

/** How many runs one blow may take until it strikes. */
const MOST_RUNS = 3

/** Blow after blow. Where a run is over before the last, the source changes and the next run takes the rest. */
async function suffer(on: FilesScene, blows: readonly Blow[], so: Suffering): Promise<void> {
  let run = on.run()
  const struck = async (blow: Blow, left: number): Promise<void> => {
    try {
      await strike(on, run, { blow, so })
    } catch (thrown) {
      // Nothing of the sort was left to do, or the run is over.
      const isMissed = run.end() !== undefined || /^Within/.test(String(thrown instanceof Error && thrown.message))
      if (!isMissed || left === 1) throw thrown
      await run.ended
      // Not after the source has changed: see below.
      await wipe(on, so)
      await settle(on)
      await editAll(on)
      run = on.run()
      await struck(blow, left - 1)
    }
  }
  for (const blow of blows) await struck(blow, MOST_RUNS)
  await run.ended
  await settle(on)
}

const told = ({ killed, asleep, cut }: Suffering): string =>
  `${killed.length} workers killed (${[...Map.groupBy(killed, (moment) => moment)].map(([moment, all]) => `${all.length} in the middle of a ${moment}`).join(', ')}), ` +
  `one stopped for longer than its lease with ${asleep} drives in hand, ${cut} times connections cut, Redis killed once and wiped once`

const ENDS: readonly {
  readonly ends: string
  readonly start: typeof startTenantFiles
  readonly first: readonly Blow[]
  readonly after: readonly Blow[]
}[] = [
  {
    ends: 'OneDrive -> Nextcloud',
    start: startTenantFiles,
    first: ['bulk', 'wipe', 'chunk', 'redis', 'person'],
    after: ['sleep', 'assembly', 'middle', 'answer', 'chunk', 'stored bulk', 'late assembly'],
  },
  ...(haveApache()
    ? [
        {
          ends: 'Google Drive -> Apache',
          start: startWorkspaceFiles,
          first: ['whole', 'wipe', 'stored whole', 'redis', 'person'] as const,
          after: ['sleep', 'whole', 'middle', 'answer', 'stored whole', 'middle'] as const,
        },
      ]
    : []),
]

test.each(ENDS)(
  'files under blows: each arrives once, as it is at the source, and nothing is left behind ($ends)',
  async ({ ends, start, ...blows }) => {
    const on = await start({ name: `files ${ends.replace(' -> ', ' to ')}`, accounts: 3, small: 32, large: 2 })
    scene = on
    const so: Suffering = { deeds: noFileDeeds(), killed: [], wiped: false, asleep: 0, cut: 0 }
    on.crew.hire(3)
    // The source changes only between runs: a copy of which nobody has heard that it was written, or of which a wiped Redis says nothing any more, is
    // known by its bytes alone. Where the file has others by then, the copy counts as a person's, and the new one is written beside it.
    await suffer(on, blows.first, so)
    // What moves now is written over what stands.
    await Promise.all([editAll(on), personTidiesUp(on, so.deeds)])
    await suffer(on, shuffled(on, blows.after), so)
    // Nobody is killed and nothing cut any more: a Retry-After that never reached anybody cannot be kept, so only now is each of them held
    // against the client.
    await Promise.all([on.source.throttle(), on.end.throttle(), editAll(on)])
    const { code, out } = await on.run().ended
    if (on.end.name === 'Nextcloud') expect(await on.end.faults()).toContain(' x throttle')
    await expectSettled(on)
    await on.crew.dismiss()
    await reckonFiles(on, told(so), so.deeds)
    expect(so.killed.toSorted()).toEqual([...blows.first, ...blows.after].filter(isMoment).toSorted())
    expect(so.wiped).toBe(true)
    expect(so.asleep).toBeGreaterThan(0)
    expect(so.cut).toBe([...blows.first, ...blows.after].filter((blow) => blow === 'middle' || blow === 'answer').length)
    // The report names what people have changed, moved and deleted, and nothing else.
    // What is called otherwise is a table of its own.
    const [exceptions = ''] = out.split('What is called otherwise')
    const named = [...exceptions.matchAll(/(?:File|Large|Twin) \d+ of person-\d+/g)].map(([key]) => key)
    expect(
      named.filter((key) => !so.deeds.keys.has(key)),
      out,
    ).toEqual([])
    expect(named.length).toBeGreaterThan(0)
    expect(code, out).toBe(1)
  },
)

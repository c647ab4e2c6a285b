import { afterEach, expect, test } from 'vitest'
import type { Stored } from './groupware-end.ts'
import { keyOf, noDeeds, type PersonsDeeds, reckonGroupware, titleIn } from './groupware-reckon.ts'
import { type GroupwareScene, startTenantGroupware, startWorkspaceGroupware } from './groupware-scene.ts'
import { isPersons, numberIn } from './groupware-source.ts'
import { killMany, told } from './kill-many.ts'
import type { Run } from './scene.ts'
import { suspend } from './suspend.ts'

let scene: GroupwareScene | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

const CUTS = 5

type Blow = 'kill' | 'sleep' | 'cut' | 'redis' | 'wipe' | 'edit' | 'person'

const BLOWS: readonly Blow[] = [
  ...Array.from({ length: 5 }, () => 'kill' as const),
  ...Array.from({ length: CUTS }, () => 'cut' as const),
  ...(['sleep', 'redis', 'wipe', 'edit', 'edit', 'person'] as const),
]

const shuffled = ({ dice }: GroupwareScene, blows: readonly Blow[]): readonly Blow[] => {
  const left = [...blows]
  return blows.flatMap(() => left.splice(dice.int(0, left.length - 1), 1))
}

/** Cuts the answer to the next PUT somewhere, and sees it done. */
async function cutAnswer({ proxy, dice, until }: GroupwareScene, run: Run): Promise<void> {
  const before = proxy.suffered()
  proxy.cutAnswerTo('PUT /', dice.int(0, 60))
  await until('an answer to cut', run, async () => (proxy.suffered() > before ? true : undefined))
}

/** What stands after a person's program has written: Radicale puts it into its own order. */
async function byHand({ end }: GroupwareScene, login: string, { path, text }: Stored): Promise<PersonsDeeds['written'][number]> {
  await end.edit(login, path, text)
  const now = (await end.stored(login)).find((one) => one.path === path)?.text ?? ''
  expect(titleIn(now)).toBe(titleIn(text))
  return { login, path, text: now }
}

/** A person changes what has arrived of theirs until now, and writes something of their own beside it. */
async function personAtWork(on: GroupwareScene, deeds: PersonsDeeds): Promise<void> {
  for (const address of on.addresses) {
    const login = on.lab.loginOf(address)
    const stored = await on.end.stored(login)
    for (const { path, text } of stored) {
      const title = titleIn(text)
      if (!isPersons(numberIn(title)) || /^BEGIN:VCARD/.test(text) || keyOf(title) === '') continue
      deeds.titles.add(keyOf(title))
      deeds.written.push(await byHand(on, login, { path, text: text.replaceAll(/^(SUMMARY[^:\r\n]*:[^\r\n]*)/gm, '$1 by hand') }))
    }
    const event = stored.find(({ text }) => text.includes('BEGIN:VEVENT'))
    if (event !== undefined) deeds.written.push(await byHand(on, login, { path: event.path.replace(/[^/]*$/, 'my-own.ics'), text: MY_OWN }))
  }
}

const MY_OWN = [
  'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\nBEGIN:VEVENT\r\nUID:my-own\r\nDTSTAMP:20240101T000000Z',
  'DTSTART:20240105T100000Z\r\nDTEND:20240105T110000Z\r\nSUMMARY:My own\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
].join('\r\n')

/** A person throws some contacts away, also such as change at the source, whatever a killed worker had begun to write over them. */
async function personTidiesUp({ end, lab, addresses }: GroupwareScene, deeds: PersonsDeeds): Promise<void> {
  for (const address of addresses) {
    const login = lab.loginOf(address)
    for (const { path, text } of await end.stored(login)) {
      const title = titleIn(text)
      if (!isPersons(numberIn(title)) || !/^BEGIN:VCARD/.test(text)) continue
      await end.remove(login, path)
      deeds.titles.add(keyOf(title))
      deeds.deleted.add(keyOf(title))
    }
  }
}

/** What a whole test needs to know of its blows. */
interface Suffering {
  readonly deeds: PersonsDeeds
  busy: number
  idle: number
  asleep: number
}

async function strike(on: GroupwareScene, run: Run, { blow, deeds }: { readonly blow: Blow; readonly deeds: PersonsDeeds }) {
  const none = { busy: 0, idle: 0, asleep: 0 }
  const { redis } = on.lab
  if (blow === 'kill') return { ...none, ...(await killMany(on, run, { count: 1, every: [1, 5] })) }
  await on.progress(run, 1, 5)
  if (blow === 'sleep') return { ...none, asleep: await suspend(on, run) }
  if (blow === 'cut') await cutAnswer(on, run)
  else if (blow === 'redis') await redis.restart()
  else if (blow === 'wipe') await redis.cli('flushall')
  else if (blow === 'edit') await on.source.edit(on.dice.pick(on.addresses) ?? '')
  else await personAtWork(on, deeds)
  return none
}

const editAll = (on: GroupwareScene): Promise<unknown> => Promise.all(on.addresses.map((address) => on.source.edit(address)))

/** Blow after blow. Where a run is over before the last, the source changes and the next run takes the rest. */
async function suffer(on: GroupwareScene, blows: readonly Blow[], so: Suffering): Promise<void> {
  let run = on.run()
  for (const blow of blows) {
    const struck = await strike(on, run, { blow, deeds: so.deeds }).catch(async (thrown: unknown) => {
      if (run.end() === undefined) throw thrown
      await editAll(on)
      run = on.run()
      return strike(on, run, { blow, deeds: so.deeds })
    })
    so.busy += struck.busy
    so.idle += struck.idle
    so.asleep += struck.asleep
  }
  await run.ended
}

test.each([
  { ends: 'Microsoft 365 -> Radicale', start: startTenantGroupware },
  { ends: 'Google Workspace -> Nextcloud', start: startWorkspaceGroupware },
])(
  'calendars, contacts and tasks under blows: each arrives once, as it is at the source, and nobody hears of it ($ends)',
  async ({ ends, start }) => {
    const on = await start({ name: `groupware ${ends.replace(' -> ', ' to ')}`, accounts: 3, items: 24 })
    scene = on
    const so: Suffering = { deeds: noDeeds(), busy: 0, idle: 0, asleep: 0 }
    on.crew.hire(3)
    await suffer(on, shuffled(on, BLOWS), so)
    // Redis is safe from now on. What moves now is written over what stands.
    await Promise.all([editAll(on), personTidiesUp(on, so.deeds)])
    await suffer(on, ['kill', 'kill', 'cut'], so)
    // What was changed while the last run was on its way, and more. Nobody is killed and no answer cut any more: a Retry-After that never
    // reached anybody cannot be kept, so only now is each of them held against the client.
    await Promise.all([on.source.throttle(), on.end.throttle(), editAll(on)])
    const { code, out } = await on.run().ended
    if (ends.endsWith('Nextcloud')) expect(await on.end.faults()).toContain(' x throttle')
    await on.crew.dismiss()
    expect(so.busy + so.idle).toBe(7)
    expect(so.asleep).toBeGreaterThan(0)
    expect(on.proxy.suffered()).toBeGreaterThanOrEqual(CUTS + 1)
    await reckonGroupware(
      on,
      `${told(so)}, one stopped for longer than its lease, ${on.proxy.suffered()} answers to a PUT cut, Redis killed once and wiped once`,
      so.deeds,
    )
    // The report names what people have changed and deleted, and nothing else.
    const named = [...out.matchAll(/: "((?:Event|Contact|Task|Step) \d+ of person-\d+)/g)].map(([, key = '']) => key)
    expect(named.filter((key) => !so.deeds.titles.has(key))).toEqual([])
    expect(named.length).toBeGreaterThan(0)
    expect(code).toBe(1)
  },
)

import { afterEach, expect, test } from 'vitest'
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

const shuffled = ({ dice }: GroupwareScene): readonly Blow[] => {
  const left = [...BLOWS]
  return BLOWS.flatMap(() => left.splice(dice.int(0, left.length - 1), 1))
}

/** Cuts the answer to the next PUT somewhere, and sees it done. */
async function cutAnswer({ proxy, dice, until }: GroupwareScene, run: Run): Promise<void> {
  const before = proxy.suffered()
  proxy.cutAnswerTo('PUT /', dice.int(0, 60))
  await until('an answer to cut', run, async () => (proxy.suffered() > before ? true : undefined))
}

/** A person changes what has arrived of theirs until now, and writes something of their own beside it. */
async function personAtWork({ end, lab, addresses }: GroupwareScene, deeds: PersonsDeeds): Promise<void> {
  for (const address of addresses) {
    const login = lab.loginOf(address)
    const stored = await end.stored(login)
    for (const { path, text } of stored) {
      const title = titleIn(text)
      if (!isPersons(numberIn(title)) || /^BEGIN:VCARD/.test(text) || keyOf(title) === '') continue
      const edited = text.replaceAll(/^(SUMMARY[^:\r\n]*:[^\r\n]*)/gm, '$1 by hand')
      await end.edit(login, path, edited)
      deeds.titles.add(keyOf(title))
      deeds.written.push({ login, path, text: edited })
    }
    const [event] = stored.filter(({ text }) => text.includes('BEGIN:VEVENT'))
    if (event === undefined) continue
    const path = event.path.replace(/[^/]*$/, 'my-own.ics')
    const own =
      'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\nBEGIN:VEVENT\r\nUID:my-own\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20240105T100000Z\r\nDTEND:20240105T110000Z\r\nSUMMARY:My own\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
    await end.edit(login, path, own)
    deeds.written.push({ login, path, text: own })
  }
}

/** A person throws some contacts away. */
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

async function strike(on: GroupwareScene, run: Run, deeds: PersonsDeeds) {
  const { redis } = on.lab
  const deaths = { busy: 0, idle: 0 }
  let asleep = 0
  const toEdit = on.addresses.slice(1)
  for (const blow of shuffled(on)) {
    if (blow !== 'kill') await on.progress(run, 1, 7)
    if (blow === 'kill') {
      const { busy, idle } = await killMany(on, run, { count: 1, every: [1, 7] })
      deaths.busy += busy
      deaths.idle += idle
    } else if (blow === 'cut') await cutAnswer(on, run)
    else if (blow === 'sleep') asleep += await suspend(on, run)
    else if (blow === 'redis') await redis.restart()
    else if (blow === 'wipe') await redis.cli('flushall')
    else if (blow === 'edit') await on.source.edit(toEdit.shift() ?? '')
    else await personAtWork(on, deeds)
  }
  expect(asleep).toBeGreaterThan(0)
  return deaths
}

test.each([
  { ends: 'Microsoft 365 -> Radicale', start: startTenantGroupware },
  { ends: 'Google Workspace -> Nextcloud', start: startWorkspaceGroupware },
])(
  'calendars, contacts and tasks under blows: each arrives once, as it is at the source, and nobody hears of it ($ends)',
  async ({ ends, start }) => {
    const on = await start({ name: `groupware ${ends.replace(' -> ', ' to ')}`, accounts: 3, items: 20 })
    scene = on
    const deeds = noDeeds()
    on.crew.hire(3)
    const first = on.run()
    const deaths = await strike(on, first, deeds)
    await first.ended

    // Nothing is new any more: what moves now is written over what stands.
    await on.source.edit(on.addresses[0] ?? '')
    await personTidiesUp(on, deeds)
    const second = on.run()
    const more = await killMany(on, second, { count: 2, every: [1, 4] })
    await second.ended

    // What was changed while the second was on its way.
    const last = await on.run().ended
    await on.crew.dismiss()
    const { out } = await on.lab.offramp('report')
    const all = { busy: deaths.busy + more.busy, idle: deaths.idle + more.idle }
    await reckonGroupware(
      on,
      `${told(all)}, one stopped for longer than its lease, ${CUTS} answers to a PUT cut, Redis killed once and wiped once`,
      deeds,
    )
    console.log(out, last.code)
  },
)

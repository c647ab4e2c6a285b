import { fastClock, MemoryGate, type SourceLab, type SourcePerson, sourceSuite } from '@offramp/conformance'
import { silentLog, type Traits } from '@offramp/core'
import { type MailboxControl, type NewMessage, startTenant } from '@offramp/emulators'
import { microsoftSource } from './endpoint.ts'
import { outlookLab } from './testing/outlook-lab.ts'
import { settingsFor } from './testing/tenant-lab.ts'

const ANNA = 'anna@contoso.example'
const call = { signal: new AbortController().signal }

const factsOf = (traits: Traits): Omit<NewMessage, 'poison'> => ({
  ...(traits.read === undefined ? {} : { read: traits.read }),
  ...(traits.flagged === undefined ? {} : { flag: traits.flagged ? 'flagged' : 'notFlagged' }),
  ...(traits.keywords === undefined ? {} : { categories: traits.keywords }),
  ...(traits.importance === undefined ? {} : { importance: traits.importance }),
  ...(traits.answered === undefined ? {} : { answered: traits.answered }),
})

/** Anna at work, through the emulator's own store. */
const personOf = (mailbox: MailboxControl): SourcePerson => ({
  async collection(name, parent) {
    const above = parent === undefined ? [] : ((await mailbox.folders()).find((folder) => folder.id === parent)?.path ?? [])
    return (await mailbox.addFolder([...above, name])).id
  },
  async add(home, body, traits) {
    const receivedAt = traits.receivedAt === undefined ? {} : { receivedAt: traits.receivedAt }
    return (await mailbox.add(home, body, { ...factsOf(traits), ...receivedAt, draft: traits.draft ?? false })).id
  },
  mark: async (id, traits) => void (await mailbox.mark(id, factsOf(traits))),
  edit: async (id, body) => void (await mailbox.edit(id, body)),
  move: async (id, home) => void (await mailbox.move(id, home)),
  remove: (id) => mailbox.remove(id),
})

async function open(options: { readonly overQuota: boolean }): Promise<SourceLab> {
  const clock = fastClock(20)
  const accounts = [{ address: ANNA, overQuota: options.overQuota }]
  const tenant = await startTenant({ seed: 3, accounts, now: clock.now, limits: { raceMs: 5_000 } })
  const endpoint = microsoftSource(settingsFor(tenant), { clock, log: silentLog, gate: new MemoryGate(clock) })
  const account = await endpoint.account(ANNA, call)
  if (!account) throw new Error('no account')
  const mailbox = tenant.mailbox(ANNA)
  return {
    source: await endpoint.connect(account, 'mail'),
    person: personOf(mailbox),
    peek: async () =>
      (await mailbox.messages()).map(({ id, folderId, messageId }) => ({ id, home: folderId, naturalKey: messageId ?? '' })),
    // Listed without changes, a mailbox has no state that could be forgotten.
    ...(options.overQuota ? {} : { forgetCursors: () => mailbox.expireDelta() }),
    secrets: [tenant.clientSecret],
    close: async () => {
      await endpoint.close?.()
      await tenant.close()
      const violations = tenant.violations()
      if (violations.length > 0) throw new Error(violations.join('\n'))
    },
  }
}

sourceSuite({ name: 'microsoft mail', open: () => open({ overQuota: false }) })
sourceSuite({ name: 'microsoft mail, over its quota', open: () => open({ overQuota: true }) })

const CONTACTS = {
  'body: what is gone by then is a fault of the item': 'a photo that is not there and a contact that is not there look the same',
  'changes: a move alone gives the same revision':
    'whether its photo is another shows in the change key alone, which a move changes as well',
}
const READ_WHOLE = 'it is read whole when it is opened, and a body without attachments asks nobody any more'

sourceSuite({
  name: 'microsoft calendars',
  open: () => outlookLab('event'),
  waive: { 'body: what is gone by then is a fault of the item': READ_WHOLE },
})
sourceSuite({
  name: 'microsoft contacts',
  open: () => outlookLab('contact'),
  waive: CONTACTS,
})
sourceSuite({
  name: 'microsoft contacts, over its quota',
  open: () => outlookLab('contact', { overQuota: true }),
  waive: CONTACTS,
})
sourceSuite({
  name: 'microsoft tasks',
  open: () => outlookLab('task'),
  waive: { 'body: what is gone by then is a fault of the item': READ_WHOLE },
})

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastClock, MemoryGate, type SourceLab, type SourcePerson, sourceSuite } from '@offramp/conformance'
import { silentLog, type Traits } from '@offramp/core'
import { type GmailControl, startWorkspace } from '@offramp/emulators'
import { googleSource } from './endpoint.ts'
import type { Bounds } from './mail-bodies.ts'
import { ADMIN, ANNA, settingsFor, userOf } from './testing/workspace-lab.ts'

/** Nothing is kept in memory: every body is in a file. */
const IN_FILES: Bounds = { page: 1, held: 0 }

/** Nothing is kept anywhere: every body is read when it is wanted. */
const NOTHING: Bounds = { ...IN_FILES, folder: join(tmpdir(), 'nothing', 'here') }

/** Anna at work, through the emulator's own store. A collection's id is its label's. */
function personOf(mailbox: GmailControl): SourcePerson {
  const nameOf = async (id: string): Promise<string> => (await mailbox.labels()).find((label) => label.id === id)?.name ?? id
  const marks = ({ read, flagged }: Traits) => ({
    add: [...(read === false ? ['UNREAD'] : []), ...(flagged === true ? ['STARRED'] : [])],
    remove: [...(read === true ? ['UNREAD'] : []), ...(flagged === false ? ['STARRED'] : [])],
  })
  return {
    async collection(name, parent) {
      const above = parent === undefined ? '' : `${await nameOf(parent)}/`
      return (await mailbox.addLabel(above + name)).id
    },
    async add(home, body, traits) {
      const labels = [home, ...marks(traits).add]
      const at = traits.receivedAt === undefined ? {} : { internalDate: traits.receivedAt }
      return (await mailbox.add(body, { labels, ...at })).id
    },
    mark: async (id, traits) => void (await mailbox.relabel(id, marks(traits))),
    async move(id, home) {
      const { labelIds } = (await mailbox.messages()).find((message) => message.id === id) ?? { labelIds: [] }
      await mailbox.relabel(id, { add: [home], remove: labelIds.filter((label) => label.startsWith('Label_')) })
    },
    remove: (id) => mailbox.remove(id),
  }
}

async function open(bounds: Bounds | undefined): Promise<SourceLab> {
  const clock = fastClock(20)
  const workspace = await startWorkspace({
    seed: 3,
    accounts: [{ address: ADMIN, admin: true }, { address: ANNA }],
    now: clock.now,
    limits: { raceMs: 5_000 },
  })
  const settings = settingsFor(workspace)
  const endpoint = googleSource(settings, { clock, log: silentLog, gate: new MemoryGate(clock) }, bounds)
  const mailbox = workspace.mailbox(ANNA)
  const source = await endpoint.connect(userOf(ANNA), 'mail')
  return {
    source,
    person: personOf(mailbox),
    peek: async () =>
      (await mailbox.messages()).map(({ id, labelIds, messageId }) => ({
        id,
        home: labelIds.find((label) => label.startsWith('Label_')) ?? 'ARCHIVE',
        naturalKey: messageId ?? '',
      })),
    separator: '/',
    forgetCursors: () => mailbox.expireHistory(),
    secrets: [workspace.key(), workspace.callerToken],
    close: async () => {
      await source.close?.()
      await endpoint.close?.()
      const violations = await workspace.violations()
      await workspace.stop()
      if (violations.length > 0) throw new Error(violations.join('\n'))
    },
  }
}

const IN_HAND = {
  'body: what is gone by then is a fault of the item':
    'a message is read with its page and paid for, so that its bytes are in hand; the suite below, where none are, does not waive it',
}

sourceSuite({ name: 'google mail', open: () => open(undefined), waive: IN_HAND })
sourceSuite({ name: 'google mail, in files', open: () => open(IN_FILES), waive: IN_HAND })
sourceSuite({ name: 'google mail, nothing held', open: () => open(NOTHING) })

import { fastClock, MemoryGate, type SourceLab } from '@offramp/conformance'
import { type Account, type Reason, type Source, silentLog } from '@offramp/core'
import {
  type EmulatedWorkspace,
  type GoogleDriveControl,
  type NewGoogleFile,
  startWorkspace,
  type WorkspaceOptions,
} from '@offramp/emulators'
import { googleSource } from '../endpoint.ts'
import { ADMIN, ANNA, settingsFor, userOf } from './workspace-lab.ts'

const base64 = (body: Uint8Array): string => Buffer.from(body).toString('base64')

const SKIPS: readonly (readonly [what: string, reason: Reason, facts: NewGoogleFile])[] = [
  ['a form', 'no-open-format', { type: 'form' }],
  ['a map', 'no-open-format', { type: 'application/vnd.google-apps.map' }],
  ['a shortcut', 'pointer', { type: 'shortcut', target: '1gone' }],
  ['what may not be downloaded', 'not-offered', { undownloadable: true }],
  ['what is encrypted', 'protected', { encrypted: true }],
]

interface FilesLabOptions {
  readonly quirks?: WorkspaceOptions['quirks']
  /** The files of a shared drive, of which Anna is a member. */
  readonly shared?: true
  readonly versions?: number
}

export const SHARED = 'Projects'

/** Anna's drive, or a shared one, for the suite that every source passes. */
export async function filesSuiteLab({ quirks = {}, shared, versions }: FilesLabOptions = {}): Promise<SourceLab> {
  const clock = fastClock(20)
  const workspace: EmulatedWorkspace = await startWorkspace({
    seed: 3,
    accounts: [{ address: ADMIN, admin: true }, { address: ANNA }],
    sharedDrives: [{ name: SHARED, members: { [ANNA]: 'organizer' } }],
    now: clock.now,
    quirks,
  })
  const connecting = async (): Promise<{ source: Source; close: () => Promise<void> }> => {
    const settings = { ...settingsFor(workspace), choices: { files: { ...(versions === undefined ? {} : { versions }) } } }
    const endpoint = googleSource(settings, { clock, log: silentLog, gate: new MemoryGate(clock) })
    const drive = workspace.drive(SHARED)
    const account: Account = shared ? { id: await drive.root(), name: SHARED, kind: 'drive' } : userOf(ANNA)
    const source = await endpoint.connect(account, 'file')
    const close = async (): Promise<void> => {
      await source.close?.()
      await endpoint.close?.()
    }
    return { source, close }
  }
  const drive = workspace.drive(shared ? SHARED : ANNA)
  const opened = [await connecting()]
  const [first] = opened
  if (first === undefined) throw new Error('nothing is connected')
  return {
    source: first.source,
    person: personOf(drive),
    peek: async () =>
      (await drive.files())
        .filter(({ trashed }) => !trashed)
        .map(({ id, parents, name }) => ({ id, home: parents[0] ?? '', naturalKey: name })),
    forgetCursors: async () => {
      await drive.expireTokens()
      await drive.breakListings()
    },
    secrets: [workspace.key(), workspace.callerToken],
    files: {
      root: await drive.root(),
      add: (parent, name, body) => drive.add(name, { parent, base64: base64(body) }),
      rename: (id, name) => drive.rename(id, name),
      async moveFolder(id, { name, parent }) {
        if (name !== undefined) await drive.rename(id, name)
        if (parent !== undefined) await drive.move(id, parent)
      },
      twins: true,
      ...(versions === undefined ? {} : { versions }),
      skips: SKIPS.map(([what, reason, facts]) => ({ what, reason, add: (parent) => drive.add(what, { ...facts, parent }) })),
      async again() {
        const one = await connecting()
        opened.push(one)
        return one.source
      },
    },
    async close() {
      for (const one of opened) await one.close()
      const violations = await workspace.violations()
      await workspace.stop()
      if (violations.length > 0) throw new Error(violations.join('\n'))
    },
  }
}

let count = 0

const personOf = (drive: GoogleDriveControl): SourceLab['person'] => ({
  collection: (name, parent) => drive.add(name, { type: 'folder', ...(parent === undefined ? {} : { parent }) }),
  add: (parent, body) => drive.add(`file ${count++}.txt`, { parent, base64: base64(body) }),
  edit: (id, body) => drive.write(id, { base64: base64(body), pinned: true }),
  move: (id, parent) => drive.move(id, parent),
  remove: (id) => drive.remove(id),
})

import { asker, done, read } from '../../control/ask.ts'
import type { CloudControl, UserControl } from './cloud-control.ts'
import type { FilesControl } from './file-control.ts'

type Info = Pick<CloudControl, 'url' | 'ca' | 'version' | 'users'>

type Ask = (name: string, ...given: readonly unknown[]) => Promise<Response>

/** Without what was not given: it would travel as null. */
const some = (...given: readonly unknown[]): readonly unknown[] => given.filter((each) => each !== undefined)

const remoteFiles = (call: Ask): FilesControl => ({
  tree: (below) => read(call('files.tree', ...some(below))),
  seen: () => read(call('files.seen')),
  trash: () => read(call('files.trash')),
  uploads: () => read(call('files.uploads')),
  bytes: (path, from, to) => read(call('files.bytes', path, ...some(from, to))),
  put: (path, text, modified) => done(call('files.put', path, text, ...some(modified))),
  plant: (folder, count) => done(call('files.plant', folder, count)),
  leave: (id, chunkBytes, count) => done(call('files.leave', id, chunkBytes, count)),
  lock: (path, locked) => done(call('files.lock', path, locked)),
  rights: (path) => read(call('files.rights', path)),
})

/** Takes hold of a Nextcloud by the `controlUrl` that its process printed. */
export async function connectNextcloud(controlUrl: string): Promise<CloudControl> {
  const ask = asker(controlUrl)
  const tell = (method: string, path: string, body?: unknown): Promise<void> => done(ask(method, path, body))
  const info = await read<Info>(ask('GET', 'info'))
  const user = (id: string): UserControl => {
    const call = (name: string, ...given: readonly unknown[]): Promise<Response> =>
      ask('POST', `user/${encodeURIComponent(id)}/${name}`, given)
    return {
      credentials: () => read(call('credentials')),
      collections: () => read(call('collections')),
      stored: (below) => read(below === undefined ? call('stored') : call('stored', below)),
      write: (path, text) => done(call('write', path, text)),
      move: (path, to) => done(call('move', path, to)),
      remove: (path) => done(call('remove', path)),
      disable: (disabled) => done(call('disable', disabled)),
      quota: (bytes) => done(call('quota', bytes)),
      revoke: () => done(call('revoke')),
      files: remoteFiles(call),
    }
  }
  const sharing = (name: string, ...given: readonly unknown[]): Promise<Response> => ask('POST', `sharing/${name}`, given)
  return {
    ...info,
    user,
    violations: () => read(ask('GET', 'violations')),
    stats: () => read(ask('GET', 'stats')),
    mails: () => read(ask('GET', 'mails')),
    writes: () => read(ask('GET', 'writes')),
    sharing: {
      shares: () => read(sharing('shares')),
      teams: () => read(sharing('teams')),
      reach: (path) => read(sharing('reach', path)),
      teamTree: (mountPoint) => read(sharing('teamTree', mountPoint)),
    },
    faults: { add: (rule) => tell('POST', 'faults', rule), clear: () => tell('DELETE', 'faults') },
    admin: {
      set: (settings) => tell('POST', 'set', settings),
      limit: (limits) => tell('POST', 'limit', limits),
      forget: () => tell('POST', 'forget'),
      pass: (ms) => tell('POST', 'pass', ms),
    },
  }
}

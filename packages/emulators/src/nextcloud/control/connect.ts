import { asker, done, read } from '../../control/ask.ts'
import type { CloudControl, UserControl } from './cloud-control.ts'

type Info = Pick<CloudControl, 'url' | 'ca' | 'version' | 'users'>

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
    }
  }
  return {
    ...info,
    user,
    violations: () => read(ask('GET', 'violations')),
    stats: () => read(ask('GET', 'stats')),
    mails: () => read(ask('GET', 'mails')),
    writes: () => read(ask('GET', 'writes')),
    faults: { add: (rule) => tell('POST', 'faults', rule), clear: () => tell('DELETE', 'faults') },
    admin: {
      set: (settings) => tell('POST', 'set', settings),
      limit: (limits) => tell('POST', 'limit', limits),
      forget: () => tell('POST', 'forget'),
    },
  }
}

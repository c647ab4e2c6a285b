import { type Ask, done, read } from '../../control/ask.ts'
import { DRIVE_CALLS, type DriveControl } from './drive-control.ts'

/** A drive in another process. */
export function remoteDrive(ask: Ask, name: string): DriveControl {
  const call = (act: keyof DriveControl, ...given: readonly unknown[]): Promise<Response> =>
    ask('POST', `drive/${encodeURIComponent(name)}/${act}`, given)
  return {
    root: () => read(call('root')),
    files: () => read(call('files')),
    folders: () => read(call('folders')),
    add: (file, facts) => read(call('add', file, facts)),
    write: (id, facts) => done(call('write', id, facts)),
    rename: (id, to) => done(call('rename', id, to)),
    move: (id, parent) => done(call('move', id, parent)),
    trash: (id, trashed) => done(call('trash', id, trashed)),
    remove: (id) => done(call('remove', id)),
    share: (id, who, facts) => done(call('share', id, who, facts)),
    unshare: (id, who) => done(call('unshare', id, who)),
    limit: (id, limited) => done(call('limit', id, limited)),
    member: (who, role) => done(call('member', who, role)),
    giveTo: (id, owner) => done(call('giveTo', id, owner)),
    bytes: (id) => read(call('bytes', id)),
    reads: () => read(call('reads')),
    expireTokens: () => done(call('expireTokens')),
    breakListings: () => done(call('breakListings')),
    beIncomplete: (listings) => done(call('beIncomplete', listings)),
  }
}

const isCall = (name: string): name is keyof DriveControl => DRIVE_CALLS.some((each) => each === name)

/** Does what another process asks for: the call, and its arguments as JSON. */
export async function callDrive(desk: DriveControl, name: string, given: readonly unknown[]): Promise<unknown> {
  if (!isCall(name)) throw new Error(`The control API knows no "${name}" of a drive.`)
  const method: unknown = Reflect.get(desk, name)
  if (typeof method !== 'function') throw new Error(`There is no "${name}".`)
  // What is absent travels as null.
  const result: unknown = await Reflect.apply(
    method,
    desk,
    given.map((each) => each ?? undefined),
  )
  return result
}

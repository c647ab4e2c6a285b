import { type DestinationFiles, type DestinationLab, MemoryGate, type Seen } from '@offramp/conformance'
import { type Destination, type Place, type Receipt, silentLog, systemClock } from '@offramp/core'
import { type FilesSettings, filesDestination } from '@offramp/dav'
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts'

/** An account's files by other eyes and hands than the connector's. Paths begin at the account's root: `/A/b.txt`. */
export interface FileShelf {
  /** Everything that is no folder. */
  list(): Promise<readonly { readonly path: string; readonly body: Uint8Array; readonly modifiedAt?: number }[]>
  write(path: string, body: Uint8Array): Promise<void>
  move(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** Of a folder. Undefined where it is not there. */
  changedAt(path: string): Promise<number | undefined>
}

export interface FilesLabWish {
  /** Where the server is, without anything in between. */
  readonly url: string
  readonly account: string
  readonly pass: string
  readonly shelf: FileShelf
  readonly auth?: FilesSettings['auth']
  readonly settings?: Partial<FilesSettings>
  /** The Team folder that everything goes into. */
  readonly team?: string
  /** How the last step of a write begins: `PUT /`, or `MOVE /` where a file is brought to its name last. Default `PUT /`. */
  readonly lastStep?: string
  /** Answers cannot be lost on the way to a live server behind TLS. */
  readonly live?: true
  /** Where the server takes files in parts: what unfinished uploads have left. */
  readonly leftovers?: () => Promise<readonly string[]>
  readonly history?: DestinationFiles['history']
  readonly sharing?: DestinationFiles['sharing']
  readonly clean?: () => Promise<void>
}

const pathOf = ({ place, locator }: Receipt): string => `${place === '/' ? '' : place}/${locator}`

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'

/** The least that a chunk may have, so that a file of 16 MB takes several. */
const CHUNK_BYTES = 5 * 1024 * 1024
const LARGE_BYTES = 16 * 1024 * 1024

function filesOf(wish: FilesLabWish, proxy: CuttingProxy | undefined): DestinationFiles {
  const { shelf, leftovers, history, sharing } = wish
  return {
    add: (place, name, body) => shelf.write(pathOf({ place: place.id, locator: name, size: 0 }), body),
    changedAt: ({ id }) => shelf.changedAt(id),
    removeFolder: ({ id }) => shelf.removeFolder(id),
    ...(history === undefined ? {} : { history }),
    ...(sharing === undefined ? {} : { sharing }),
    ...(leftovers === undefined || proxy === undefined
      ? {}
      : {
          parts: {
            bytes: LARGE_BYTES,
            breakOff: async (after) => proxy.now({ direction: 'up', afterBytes: after, how: 'cut' }),
            taken: async () => proxy.bytesUp(),
            leftovers,
          },
        }),
  }
}

/** A suite's far side on a server that holds files: the connector goes through a proxy that can lose answers; the eyes do not. */
export async function openFilesLab(wish: FilesLabWish): Promise<DestinationLab> {
  const { account, pass, shelf } = wish
  const target = new URL(wish.url)
  const proxy = wish.live ? undefined : await startCuttingProxy({ port: Number(target.port) })
  const url = proxy === undefined ? wish.url : `http://127.0.0.1:${proxy.port}${target.pathname}`
  const closing: (() => Promise<void>)[] = []
  const connect = async (): Promise<Destination> => {
    // One connection, so that a cut after so many bytes means the same each time.
    const usual = { chunkBytes: CHUNK_BYTES, wholeBytes: 0, ...(wish.leftovers === undefined ? {} : { connectionsPerAccount: 1 }) }
    const auth = wish.auth ?? { kind: 'password' as const, secret: async () => pass }
    const settings: FilesSettings = { name: 'laboratory', url, auth, ...usual, ...wish.settings }
    const endpoint = filesDestination(settings, { gate: new MemoryGate(systemClock), log: silentLog, clock: systemClock })
    closing.push(async () => endpoint.close?.())
    const at = wish.team === undefined ? endpoint : endpoint.inTeam?.(wish.team)
    if (at === undefined) throw new Error('There are no Team folders.')
    return at.connect(account, 'file', { signal: new AbortController().signal })
  }
  const peek = async (): Promise<readonly Seen[]> =>
    (await shelf.list()).map(({ path, body, modifiedAt }) => ({
      place: folderOf(path),
      locator: path.slice(path.lastIndexOf('/') + 1),
      body,
      traits: modifiedAt === undefined ? {} : { modifiedAt },
    }))
  let added = 0
  return {
    destination: await connect(),
    again: connect,
    files: filesOf(wish, proxy),
    person: {
      add: ({ id }: Place, body) => shelf.write(`${id}/a-person-${added++}.bin`, body),
      flag: async () => undefined,
      edit: (receipt, body) => shelf.write(pathOf(receipt), body),
      move: (receipt, to) => shelf.move(pathOf(receipt), pathOf({ ...receipt, place: to.id })),
      remove: (receipt) => shelf.remove(pathOf(receipt)),
    },
    peek,
    ...(proxy === undefined ? {} : { loseNextAnswer: async () => proxy.loseAnswerTo(wish.lastStep ?? 'PUT /') }),
    async close() {
      for (const close of closing) await close()
      await wish.clean?.()
      await proxy?.stop()
    },
  }
}

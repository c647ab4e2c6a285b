import { MemoryGate, type SpecimenFacts, specimen } from '@offramp/conformance'
import {
  type Clock,
  type Destination,
  type DestinationEndpoint,
  type Item,
  type Place,
  type PutCall,
  silentLog,
  systemClock,
} from '@offramp/core'
import { type FilesSettings, filesDestination } from '@offramp/dav'
import { type CloudEffect, type EmulatedNextcloud, type NextcloudOptions, startNextcloud } from '@offramp/emulators'

/** Chunks of the least size that servers take. */
export const CHUNK_BYTES = 5 * 1024 * 1024

export interface FilesDesk {
  readonly cloud: EmulatedNextcloud
  readonly destination: Destination
  readonly place: Place
  /** The account connected once more, as another process would. */
  again(more?: Partial<FilesSettings>): Promise<Destination>
  /** So many times, for requests of this method whose path fits. */
  fault(effect: CloudEffect, at: { readonly method: string; readonly path?: string; readonly times?: number }): Promise<void>
  names(): Promise<readonly string[]>
  close(): Promise<void>
}

export const filesEndpoint = (
  url: string,
  pass: string,
  more: Partial<FilesSettings> = {},
  clock: Clock = systemClock,
): DestinationEndpoint =>
  filesDestination(
    { name: 'desk', url, auth: { kind: 'password', secret: async () => pass }, chunkBytes: CHUNK_BYTES, wholeBytes: 0, ...more },
    { gate: new MemoryGate(clock), log: silentLog, clock },
  )

export const FOLDER = { id: 'folder', path: ['Folder'] }

/** A call that ends, and owns nothing. */
export const soonPut = (ms = 60_000): PutCall => ({ signal: AbortSignal.timeout(ms), owned: async (copies) => copies.map(() => false) })

export const fileItem = (n: number, naturalKey: string, facts: Omit<SpecimenFacts, 'naturalKey'> = {}): Item =>
  specimen('file', FOLDER, n, { ...facts, naturalKey })

/** One account on an emulated Nextcloud, with a folder in it. */
export async function openFilesDesk(options: Partial<NextcloudOptions> = {}, clock: Clock = systemClock): Promise<FilesDesk> {
  const cloud = await startNextcloud({ seed: 1, users: [{ id: 'anna' }], version: '32.0.7', scheme: 'http', ...options })
  const { appPassword } = await cloud.user('anna').credentials()
  const closing: (() => Promise<void>)[] = []
  const again = async (more: Partial<FilesSettings> = {}): Promise<Destination> => {
    const endpoint = filesEndpoint(cloud.url, appPassword, more, clock)
    closing.push(async () => endpoint.close?.())
    return endpoint.connect('anna', 'file', soonPut())
  }
  const destination = await again()
  return {
    cloud,
    destination,
    place: await destination.prepare(FOLDER, soonPut()),
    again,
    fault: (effect, { method, path, times = 1 }) => cloud.faults.add({ method, times, effect, ...(path === undefined ? {} : { path }) }),
    names: async () => (await cloud.user('anna').files.tree()).filter(({ kind }) => kind === 'file').map(({ path }) => path),
    async close() {
      for (const close of closing) await close()
      await cloud.stop()
    },
  }
}

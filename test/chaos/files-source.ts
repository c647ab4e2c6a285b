import type { Lab } from '../lab/lab.ts'
import type { WorkspaceLab } from '../lab/workspace-lab.ts'

/** A file or folder as it truly is at the source. */
export interface Meant {
  readonly path: readonly string[]
  readonly folder: boolean
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number
  /** Of its bytes; of folders empty. */
  readonly sha256: string
}

/** The owner of a drive at work while it moves. Small files are numbered from 0. */
export interface FilesSource {
  readonly requests: () => Promise<number>
  /** It has no bad days any more, but asks for patience. While Redis may lose its data nobody knows that it has. */
  readonly throttle: () => Promise<void>
  readonly violations: () => Promise<readonly string[]>
  readonly fill: (address: string, files: { readonly small: number; readonly large: number }) => Promise<void>
  /** Writes some files, large ones among them, gives others new names or folders, and a folder with a folder in it a new name. May be called again. */
  readonly edit: (address: string) => Promise<void>
  /** Writes what people at the destination have changed, moved or deleted (`isPersons`). */
  readonly editPersons: (address: string) => Promise<void>
  readonly meant: (address: string) => Promise<readonly Meant[]>
}

type Bytes = { readonly text: string } | { readonly size: number }

/** What both providers can do in a drive. */
interface Desk {
  addFolder(name: string, parent: string | undefined): Promise<string>
  addFile(name: string, parent: string, bytes: Bytes): Promise<string>
  write(id: string, bytes: Bytes): Promise<void>
  rename(id: string, name: string): Promise<void>
  move(id: string, parent: string): Promise<void>
  meant(): Promise<readonly Meant[]>
}

const MEGABYTE = 1024 * 1024

const nameOf = (address: string): string => address.split('@')[0] ?? address

/** The part of a file's name that never changes; empty of one that no test has made. */
export const keyOf = (path: string): string => /(?:File|Large|Twin) \d+ of person-\d+/.exec(path.split('/').at(-1) ?? '')?.[0] ?? ''

const numberIn = (key: string): number => Number(/ (\d+) of /.exec(key)?.[1] ?? -1)

/** The first so many lie in a folder that nobody moves. */
const STILL = 24

/** A person at the destination has these for themselves: 0, 4, 8 ..., and none that is ever moved at the source. */
export const isPersons = (key: string): boolean => key.startsWith('File ') && numberIn(key) % 4 === 0 && numberIn(key) < STILL

/** What a person does with one of theirs. */
export const deedFor = (key: string): 'edit' | 'move' | 'remove' => (['edit', 'move', 'remove'] as const)[(numberIn(key) / 4) % 3] ?? 'edit'

const textOf = (key: string, round: number): Bytes => ({
  text: `${key}, text ${round}. `.repeat(20 + ((key.length * 7 + numberIn(key) * 31) % 400)),
})

/** Three chunks, the last of them small, and another number of bytes in each round. */
const largeOf = (n: number, round: number): Bytes => ({ size: 10 * MEGABYTE + 12_345 * (1 + ((n * 3 + round) % 5)) + round })

interface Kept {
  readonly folders: { readonly still: string; readonly moving: string; readonly inner: string; readonly odd: string }
  readonly files: Map<string, string>
  round: number
}

/** `odd`: the name of a folder that the destination cannot have as it is. `twins`: the provider takes two files of one name. */
function filesOf(deskOf: (address: string) => Desk, odd: string, twins: boolean) {
  const kept = new Map<string, Kept>()
  const of = (address: string): Kept => {
    const found = kept.get(address)
    if (found === undefined) throw new Error(`Nothing was made for ${address}.`)
    return found
  }
  const fill: FilesSource['fill'] = async (address, { small, large }) => {
    const desk = deskOf(address)
    const still = await desk.addFolder('Folder 0', undefined)
    const moving = await desk.addFolder('Folder 1', undefined)
    const folders = { still, moving, inner: await desk.addFolder('Inner', moving), odd: await desk.addFolder(odd, undefined) }
    await desk.addFolder('Empty', folders.odd)
    const files = new Map<string, string>()
    const add = async (key: string, parent: string, bytes: Bytes) => void files.set(key, await desk.addFile(`${key}.bin`, parent, bytes))
    const parents = [still, moving, folders.inner, folders.odd]
    // Those of one folder come one after the other, so that many of them go at once.
    const folderOf = (n: number): string => (n < STILL ? still : (parents[1 + (Math.floor(n / 7) % 3)] ?? still))
    for (let n = 0; n < small; n++) {
      // Large ones among the others, so that there is always one to come.
      if (n % Math.ceil(small / large) === 1) {
        const at = Math.floor(n / Math.ceil(small / large))
        await add(`Large ${at} of ${nameOf(address)}`, parents[(at + 1) % 4] ?? still, largeOf(at, 0))
      }
      const key = `File ${n} of ${nameOf(address)}`
      await add(key, folderOf(n), textOf(key, 0))
    }
    for (const text of twins ? ['one', 'two'] : []) await desk.addFile(`Twin 0 of ${nameOf(address)}.txt`, still, { text })
    kept.set(address, { folders, files, round: 0 })
  }
  const edit: FilesSource['edit'] = async (address) => {
    const desk = deskOf(address)
    const own = of(address)
    const round = ++own.round
    for (const [key, id] of own.files) {
      const n = numberIn(key)
      if (key.startsWith('Large')) await desk.write(id, largeOf(n, round))
      else if (n % 8 === 1) await desk.write(id, textOf(key, round))
      else if (n % 8 === 3) await desk.rename(id, `${key}, name ${round}.bin`)
      else if (n % 8 === 5) await desk.move(id, round % 2 === 1 ? own.folders.odd : own.folders.moving)
    }
    for (let n = 0; n < NEW_ONES; n++) {
      const key = `File ${1_000 + round * NEW_ONES + n} of ${nameOf(address)}`
      await desk.addFile(`${key}.bin`, own.folders.odd, textOf(key, round))
    }
    await desk.rename(own.folders.moving, `Folder 1, name ${round}`)
  }
  const editPersons: FilesSource['editPersons'] = async (address) => {
    for (const [key, id] of of(address).files) if (isPersons(key)) await deskOf(address).write(id, textOf(key, 100))
  }
  return { fill, edit, editPersons, meant: (address: string) => deskOf(address).meant() }
}

/** Files that each round adds, so that there is something to send at once. */
const NEW_ONES = 6

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A tenant of Microsoft's. */
export function tenantFiles({ tenant }: Lab): FilesSource {
  let made = 0
  const bytesOf = (bytes: Bytes) => ('text' in bytes ? { base64: base64(bytes.text) } : { seed: `large ${made++}`, size: bytes.size })
  const deskOf = (address: string): Desk => {
    const drive = tenant.drive(address)
    // On the whole second, in which Nextcloud counts.
    return {
      addFolder: (name, parent) => drive.addFolder(name, parent ?? null, { modifiedAt: Date.UTC(2021, 1, 3, 4, 5, made++ % 60) }),
      addFile: (name, parent, bytes) =>
        drive.addFile(name, parent, bytesOf(bytes), { modifiedAt: Date.UTC(2022, 5, 7, 8, 9, made++ % 60) }),
      write: (id, bytes) => drive.edit(id, bytesOf(bytes), Date.UTC(2025, 5, 7, 8, made % 60, made++ % 60)),
      rename: drive.rename,
      move: drive.move,
      async meant() {
        const folders = (await drive.folders()).filter(({ path }) => path.length > 0)
        const files = await drive.files()
        return [
          ...folders.map(({ path, modifiedAt }) => ({ path, folder: true, modifiedAt, sha256: '' })),
          ...(await Promise.all(
            files.map(async ({ id, path, modifiedAt }) => ({ path, folder: false, modifiedAt, sha256: await drive.hash(id) })),
          )),
        ]
      },
    }
  }
  return {
    requests: async () => (await tenant.stats()).requests,
    throttle: async () => {
      await tenant.faults.clear()
      await tenant.faults.add({ path: '/(drives?|download)', when: { every: 7 }, times: 2, effect: { kind: 'throttle', retryAfter: 2 } })
    },
    violations: () => tenant.violations(),
    ...filesOf(deskOf, 'Folder 2 A\u0308', false),
  }
}

/** A Workspace domain of Google's: there names may have slashes, and two files of a folder the same name. */
export function workspaceFiles({ workspace }: WorkspaceLab): FilesSource {
  const bytesOf = (bytes: Bytes) => ('text' in bytes ? { base64: base64(bytes.text) } : { size: bytes.size })
  const deskOf = (address: string): Desk => {
    const drive = workspace.drive(address)
    return {
      addFolder: (name, parent) => drive.add(name, { type: 'folder', ...(parent === undefined ? {} : { parent }) }),
      addFile: (name, parent, bytes) => drive.add(name, { parent, type: 'application/octet-stream', ...bytesOf(bytes) }),
      write: (id, bytes) => drive.write(id, bytesOf(bytes)),
      rename: drive.rename,
      move: drive.move,
      async meant() {
        const folders = (await drive.folders()).map((one) => ({ ...one, folder: true }))
        const files = (await drive.files()).map((one) => ({ ...one, folder: false }))
        return [...folders, ...files].map(({ path, name, folder, modifiedAt, sha256 = '' }) => ({
          path: [...path, name],
          folder,
          modifiedAt,
          sha256,
        }))
      },
    }
  }
  return {
    requests: async () => Object.values((await workspace.stats()).requests).reduce((sum, one) => sum + one, 0),
    throttle: async () => {
      await workspace.faults.clear()
      await workspace.faults.add({
        path: '/drive/',
        when: { every: 7 },
        times: 2,
        effect: { kind: 'throttle', status: 503, retryAfter: 2 },
      })
    },
    violations: () => workspace.violations(),
    ...filesOf(deskOf, 'Folder 2 A\u0308/B', true),
  }
}

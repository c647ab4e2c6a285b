import type { DestinationLab } from '@offramp/conformance'
import type { FilesSettings } from '@offramp/dav'
import type { CloudControl, UserControl } from '@offramp/emulators'
import { type FileShelf, openFilesLab } from './files-lab.ts'
import { historyOf } from './raw-cloud.ts'

interface Wish {
  readonly cloud: CloudControl
  readonly account: string
  readonly settings?: Partial<FilesSettings>
  /** Another account, to whom something can be given. */
  readonly other?: string
}

const below = (path: string): string => path.replace(/^\//, '')

export function cloudShelf(user: UserControl): FileShelf {
  const { files } = user
  return {
    async list() {
      const found = (await files.tree()).filter(({ kind }) => kind === 'file')
      return Promise.all(
        found.map(async ({ path, size, modified }) => {
          const parts: Buffer[] = []
          for (let at = 0; at < size; at += 16 * 1024 * 1024) parts.push(Buffer.from(await files.bytes(path, at), 'base64'))
          return { path: `/${path}`, body: Buffer.concat(parts), modifiedAt: modified * 1000 }
        }),
      )
    },
    write: (path, body) => files.put(below(path), Buffer.from(body).toString()),
    move: (from, to) => user.move(`files${from}`, `files${to}`),
    remove: (path) => user.remove(`files${path}`),
    removeFolder: (path) => user.remove(`files${path}`),
    async changedAt(path) {
      const found = (await files.tree()).find((one) => one.kind === 'folder' && one.path === below(path))
      return found && found.modified * 1000
    },
  }
}

/** The suite's far side on an emulated Nextcloud (over plain HTTP): the person and the eyes are the emulator's own. */
export async function openCloudFilesLab({ cloud, account, settings, other }: Wish): Promise<DestinationLab> {
  const user = cloud.user(account)
  const { appPassword: pass } = await user.credentials()
  return openFilesLab({
    url: cloud.url,
    account,
    pass,
    shelf: cloudShelf(user),
    ...(settings === undefined ? {} : { settings }),
    leftovers: async () => (await user.files.uploads()).map(({ id }) => id),
    history: (receipt) => historyOf({ url: cloud.url, user: account, pass }, receipt),
    ...(other === undefined
      ? {}
      : {
          sharing: {
            to: { kind: 'user', id: other },
            nobody: { kind: 'user', id: 'nobody.here' },
            grants: async () => (await cloud.sharing.shares()).filter(({ by }) => by === account).length,
          },
        }),
  })
}

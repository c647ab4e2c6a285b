import type { DestinationLab } from '@offramp/conformance'
import type { FilesSettings } from '@offramp/dav'
import type { CloudControl, UserControl } from '@offramp/emulators'
import { type FileShelf, openFilesLab } from './files-lab.ts'

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
  const authorization = `Basic ${Buffer.from(`${account}:${pass}`).toString('base64')}`
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(new URL(path, cloud.url), { method, headers: { authorization, depth: '1' } })
  return openFilesLab({
    url: cloud.url,
    account,
    pass,
    shelf: cloudShelf(user),
    ...(settings === undefined ? {} : { settings }),
    leftovers: async () => (await user.files.uploads()).map(({ id }) => id),
    async history({ place, locator }) {
      const path = below(`${place}/${locator}`)
      const file = (await user.files.tree()).find((one) => one.path === path)
      const root = `/remote.php/dav/versions/${account}/versions/${file?.id ?? 0}/`
      const listed = await (await ask('PROPFIND', root)).text()
      const seconds = [...listed.matchAll(/href>[^<]*\/(\d+)<\/[^>]*href>/g)].map(([, one]) => Number(one))
      const bytes: Uint8Array[] = []
      for (const one of seconds.sort((a, b) => a - b)) bytes.push(Buffer.from(await (await ask('GET', `${root}${one}`)).arrayBuffer()))
      return bytes
    },
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

import type { Call } from '@offramp/core'
import type { Link } from './attachments.ts'
import type { DavClient } from './client.ts'
import { type Home, lookAt } from './discover.ts'
import { isRefusal } from './faults.ts'
import { textOf } from './multistatus.ts'
import { fileName } from './names.ts'
import type { Server } from './server.ts'

/** The account's own files. */
export interface FileSpace {
  /** Keeps a file there, once for the same name and content, and says under which address people find it. */
  keep(file: { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }, call: Call): Promise<Link>
}

/** The folder that Nextcloud's own calendar uses. */
const FOLDER = 'Calendar attachments'

interface Where {
  /** Path of the folder, with a slash at its end. */
  readonly folder: string
  /** The same as people see it in their files. */
  readonly shown: string
  readonly webRoot: string | undefined
}

const encoded = (part: string): string =>
  encodeURIComponent(part).replace(/['()*!]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

interface Known {
  readonly server: Server
  readonly home: Home
}

/** Undefined where the account has no files, as far as is known. */
export function fileSpaceOf(client: DavClient, known: Known, setting: string | undefined): FileSpace | undefined {
  const where = placeOf(client, known, setting)
  return where && { keep: (file, call) => keep(client, where, file, call) }
}

function placeOf(client: DavClient, { server, home }: Known, setting: string | undefined): Where | undefined {
  if (setting !== undefined) {
    const path = client.pathOf(setting.replaceAll('{account}', encoded(client.account)))
    return path === undefined ? undefined : { folder: path.replace(/\/?$/, '/'), shown: '', webRoot: undefined }
  }
  if (server.kind !== 'nextcloud' && server.kind !== 'owncloud') return undefined
  // Nextcloud lets people log in with their mail address; their files are under their id, which is the principal's.
  const id = decodeURIComponent(home.principal.replace(/\/$/, '').split('/').at(-1) ?? client.account)
  const folder = `${server.webRoot}/remote.php/dav/files/${encoded(id)}/${encoded(FOLDER)}/`
  return { folder, shown: `/${FOLDER}/`, webRoot: server.webRoot }
}

type File = Parameters<FileSpace['keep']>[0]

async function keep(client: DavClient, where: Where, file: File, call: Call): Promise<Link> {
  const name = fileName(file.name, file.bytes)
  const path = where.folder + encoded(name)
  const put = () =>
    client.send(
      {
        method: 'PUT',
        href: path,
        body: file.bytes,
        asks: 'file',
        any: true,
        headers: { 'content-type': file.mediaType, 'if-none-match': '*' },
      },
      call,
    )
  try {
    await put()
  } catch (thrown) {
    // Missing folder: mod_dav says 409, Nextcloud 404.
    if (isRefusal(thrown, 404, 409)) {
      await client.send({ method: 'MKCOL', href: where.folder, asks: 'make' }, call).catch((refused: unknown) => {
        if (!isRefusal(refused, 405)) throw refused
      })
      await put().catch(unlessThere)
    } else unlessThere(thrown)
  }
  const props = await lookAt(client, path, ['O:fileid', 'D:getcontentlength'], call)
  const fileId = props && textOf(props, 'O:fileid')
  const isShown = where.webRoot !== undefined && fileId !== undefined
  return {
    url: client.urlOf(isShown ? `${where.webRoot}/f/${fileId}` : path),
    path: where.shown + name,
    ...(isShown ? { fileId } : {}),
  }
}

/** The name holds a print of the content, so what stands there is the same. */
function unlessThere(thrown: unknown): void {
  if (!isRefusal(thrown, 412)) throw thrown
}

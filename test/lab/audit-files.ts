import { createHash } from 'node:crypto'
import { request } from 'node:https'
import type { DriveControl, GoogleDriveControl } from '@offramp/emulators'

/** A file or folder as a server shows it to anybody who asks by WebDAV. */
export interface SeenFile {
  /** From the folder that was asked for, decoded. */
  readonly path: string
  readonly folder: boolean
  /** Seconds since the Unix epoch. */
  readonly modified: number
}

export interface Asked {
  /** Where the account's files start, with a slash at the end. */
  readonly root: string
  readonly login: string
  readonly password: string
  /** PEM. Absent: plain HTTP. */
  readonly ca?: string
}

interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** One request over a bare socket of Node's: none of our own code is asked. */
async function ask(
  { login, password, ca }: Asked,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
  const { request: plain } = await import('node:http')
  const send = url.protocol === 'https:' ? request : plain
  return new Promise((resolve, reject) => {
    const asked = send(url, { method, headers: { authorization, ...headers }, ...(ca === undefined ? {} : { ca }) }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

const tag = (xml: string, name: string): string | undefined => new RegExp(`<(?:[\\w-]+:)?${name}[^>]*>([^<]*)</`, 'i').exec(xml)?.[1]

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&')

/** Everything below a folder, listed folder by folder. */
export async function listed(asked: Asked, below = ''): Promise<readonly SeenFile[]> {
  const url = new URL(
    asked.root +
      below
        .split('/')
        .filter(Boolean)
        .map((part) => `${encodeURIComponent(part)}/`)
        .join(''),
  )
  const { status, body } = await ask(asked, 'PROPFIND', url, { depth: '1' })
  if (status === 404) return []
  if (status !== 207) throw new Error(`PROPFIND ${url.pathname}: ${status}`)
  const seen: SeenFile[] = []
  for (const response of body
    .toString()
    .split(/<(?:[\w-]+:)?response[\s>]/i)
    .slice(1)) {
    const href = decodeURIComponent(new URL(unescaped(tag(response, 'href') ?? ''), url).pathname)
    const own = href.slice(decodeURIComponent(new URL(asked.root).pathname).length).replace(/\/$/, '')
    if (own === below || own === '') continue
    const folder = /<(?:[\w-]+:)?collection\s*\/?>/i.test(response)
    const modified = Math.floor(Date.parse(tag(response, 'getlastmodified') ?? '') / 1000)
    seen.push({ path: own, folder, modified })
    if (folder) seen.push(...(await listed(asked, own)))
  }
  return seen
}

export async function readFileOver(asked: Asked, path: string): Promise<Buffer> {
  const url = new URL(asked.root + path.split('/').map(encodeURIComponent).join('/'))
  const { status, body } = await ask(asked, 'GET', url)
  if (status !== 200) throw new Error(`GET ${url.pathname}: ${status}`)
  return body
}

/** One file or folder as it truly is at the source. */
export interface TrueFile {
  readonly path: readonly string[]
  readonly folder: boolean
  /** Milliseconds since the Unix epoch. Absent: it does not matter. */
  readonly modifiedAt?: number
  /** SHA-256 of its bytes. Absent: it is made anew in another format. */
  readonly sha256?: string
}

export interface FilesAudit {
  readonly expected: number
  readonly found: number
  /** Stand at the source, and nowhere at the destination. */
  readonly lost: readonly string[]
  /** Stand at the destination, and nowhere at the source. */
  readonly doubled: readonly string[]
  readonly altered: readonly string[]
  readonly misdated: readonly string[]
}

const hashed = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** `stem (abcd1234).ext` -> `stem.ext`: what a second one of a name is called. */
const bare = (path: string): string => path.replaceAll(/ \([0-9a-f]{8}\)(?=(\.[^./]*)?(\/|$))/g, '')

/** Names, bytes and dates of a tree, compared by a client that is not Offramp's. `folder`: below which the tree stands. */
export async function auditFiles(
  truth: readonly TrueFile[],
  asked: Asked,
  { folder = '', besides = [] }: { readonly folder?: string; readonly besides?: readonly string[] } = {},
): Promise<FilesAudit> {
  const seen = (await listed(asked, folder)).map((one) => ({
    ...one,
    at: one.path,
    path: folder === '' ? one.path : one.path.slice(folder.length + 1),
  }))
  const audit = { lost: [] as string[], doubled: [] as string[], altered: [] as string[], misdated: [] as string[] }
  const left = new Set(seen.filter(({ path }) => !besides.includes(path)))
  for (const one of truth) {
    const name = one.path.map((part) => part.normalize('NFC')).join('/')
    const alike = [...left].filter(({ path, folder: isFolder }) => isFolder === one.folder && (path === name || bare(path) === name))
    const bytes = await Promise.all(
      alike.map(async (found) => ({ found, hash: found.folder ? '' : hashed(await readFileOver(asked, found.at)) })),
    )
    const match = bytes.find(({ hash }) => one.folder || one.sha256 === undefined || hash === one.sha256)
    if (match === undefined) (alike.length === 0 ? audit.lost : audit.altered).push(name)
    else {
      left.delete(match.found)
      if (one.modifiedAt !== undefined && match.found.modified !== Math.floor(one.modifiedAt / 1000)) audit.misdated.push(name)
    }
  }
  audit.doubled.push(...[...left].map(({ path }) => path))
  return {
    expected: truth.filter(({ folder: isFolder }) => !isFolder).length,
    found: seen.filter(({ folder: isFolder }) => !isFolder).length,
    ...audit,
  }
}

interface AtCloud {
  readonly cloud: { readonly url: string; readonly ca: string }
  readonly login: string
  readonly password: string
  readonly folder: string
  readonly besides?: readonly string[]
}

const cloudRoot = ({ cloud, login }: AtCloud): string =>
  `${cloud.url.replace(/\/$/, '')}/remote.php/dav/files/${encodeURIComponent(login)}/`

/** A drive of the emulated tenant, against what stands in a Nextcloud. */
export async function auditMicrosoftFiles(drive: DriveControl, at: AtCloud): Promise<FilesAudit> {
  const files = (await drive.files()).filter(({ refused }) => refused === undefined)
  const folders = (await drive.folders()).filter(({ path }) => path.length > 0)
  const truth: TrueFile[] = [
    ...folders.map(({ path, modifiedAt }) => ({ path, folder: true, modifiedAt })),
    ...(await Promise.all(
      files.map(async ({ id, path, modifiedAt }) => ({ path, folder: false, modifiedAt, sha256: await drive.hash(id) })),
    )),
  ]
  const asked = { root: cloudRoot(at), login: at.login, password: at.password, ca: at.cloud.ca }
  return auditFiles(truth, asked, { folder: at.folder, ...(at.besides === undefined ? {} : { besides: at.besides }) })
}

/** Ending of what a document of Google's becomes by default. */
const OPEN: Readonly<Record<string, string>> = { document: '.odt', spreadsheet: '.ods', presentation: '.odp', drawing: '.svg' }

const NATIVE = /^application\/vnd\.google-apps\.(.+)$/

/** A drive of the emulated domain, against what stands on a server. Documents are looked for under their open formats. */
export async function auditGoogleFiles(
  drive: GoogleDriveControl,
  asked: Asked,
  how: { readonly folder?: string; readonly besides?: readonly string[] } = {},
): Promise<FilesAudit> {
  const here = (await drive.files()).filter(({ trashed }) => !trashed)
  const truth = here.flatMap(({ name, path, mimeType, modifiedAt, sha256 }): readonly TrueFile[] => {
    const native = NATIVE.exec(mimeType)?.[1]
    if (native !== undefined && OPEN[native] === undefined) return []
    const ending = native === undefined ? '' : (OPEN[native] ?? '')
    return [{ path: [...path, `${name}${ending}`].map(slashed), folder: false, modifiedAt, ...(sha256 === undefined ? {} : { sha256 }) }]
  })
  const folders = (await drive.folders()).filter(({ trashed }) => !trashed)
  const all = [...folders.map(({ name, path }) => ({ path: [...path, name].map(slashed), folder: true })), ...truth]
  return auditFiles(all, asked, how)
}

/** A slash in a name stands there in its full width. */
const slashed = (name: string): string => name.replaceAll('/', '\uff0f')

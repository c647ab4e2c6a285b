import type { Call } from '@offramp/core'
import { Fault } from '@offramp/core'
import { type Json, objectsOf, textOf, textsOf } from '@offramp/wire'
import { orMissing } from './fault-codes.ts'
import type { DriveClient } from './files-client.ts'
import { FILE_FIELDS, FOLDER, FOLDER_FIELDS, filesIn, type RemoteFile, readFile } from './files-model.ts'
import { PAGE } from './limits.ts'

/** One drive: somebody's own, or a shared one. */
export interface Corpus {
  /** Of a shared drive. */
  readonly driveId: string | undefined
}

/** Without these, what is in shared drives is missing, or not found, and nothing says why. */
export const WHOLE = { supportsAllDrives: true } as const
const ITEMS = { ...WHOLE, includeItemsFromAllDrives: true } as const

const corpusOf = ({ driveId }: Corpus) => (driveId === undefined ? { corpora: 'user' } : { corpora: 'drive', driveId })

const both = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined).join(' and ')

/** Quoted for a query. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

export interface FilesQuestion extends Corpus {
  /** Beside whose they are. */
  readonly q?: string
  readonly fields?: string
  readonly limit?: number
  readonly token?: string | undefined
  /** Not only what is one's own. */
  readonly anybodys?: true
}

export interface FilesPage {
  readonly files: readonly RemoteFile[]
  /** Absent: the last. */
  readonly token?: string
}

/** A page may be short, or empty, and not the last. One that says it is incomplete is no page at all: files would be missing unsaid. */
export async function readFiles(client: DriveClient, asked: FilesQuestion, call: Call): Promise<FilesPage> {
  const q = both(asked.driveId === undefined && !asked.anybodys ? "'me' in owners" : undefined, asked.q)
  const json = await client.json(
    {
      asks: 'files',
      units: 'list',
      send: (api, common, options) =>
        api.files.list(
          {
            ...common,
            ...ITEMS,
            ...corpusOf(asked),
            spaces: 'drive',
            pageSize: Math.min(asked.limit ?? PAGE.files, PAGE.files),
            fields: `nextPageToken,incompleteSearch,files(${asked.fields ?? FILE_FIELDS})`,
            ...(q === '' ? {} : { q }),
            ...(asked.token === undefined ? {} : { pageToken: asked.token }),
          },
          options,
        ),
    },
    call,
  )
  if (json['incompleteSearch'] === true)
    throw new Fault({
      reach: 'call',
      code: 'google-incomplete',
      message: `Google has not searched all of ${client.about}; it is listed again.`,
    })
  const token = textOf(json['nextPageToken'])
  return { files: filesIn(json), ...(token === undefined ? {} : { token }) }
}

/** All pages of a listing. */
export async function* allFiles(client: DriveClient, asked: FilesQuestion, call: Call): AsyncGenerator<readonly RemoteFile[]> {
  let token: string | undefined
  do {
    const page: FilesPage = await readFiles(client, { ...asked, token }, call)
    yield page.files
    token = page.token
  } while (token !== undefined)
}

/** All folders of a drive: 100 units for 1,000 of them, where one by one they cost 5 each. */
export const allFolders = (client: DriveClient, corpus: Corpus, call: Call): AsyncGenerator<readonly RemoteFile[]> =>
  allFiles(client, { ...corpus, q: `mimeType = ${quoted(FOLDER)}`, fields: FOLDER_FIELDS }, call)

/** What stands in a folder, at once below it. One question a folder: asked for several, Google at times finds nothing (rclone). */
export const childrenOf = (
  client: DriveClient,
  corpus: Corpus & { readonly folder: string },
  call: Call,
): AsyncGenerator<readonly RemoteFile[]> => allFiles(client, { driveId: corpus.driveId, q: `${quoted(corpus.folder)} in parents` }, call)

/** Undefined where there is nothing of that id, or nothing for us. */
export async function readOne(
  client: DriveClient,
  id: string,
  on: { readonly fields?: string; readonly call: Call },
): Promise<RemoteFile | undefined> {
  const json = await orMissing(
    client.json(
      {
        asks: 'file',
        units: 'read',
        send: (api, common, options) => api.files.get({ ...common, ...WHOLE, fileId: id, fields: on.fields ?? FILE_FIELDS }, options),
      },
      on.call,
    ),
    ['google-gone'],
  )
  return json === undefined ? undefined : readFile(json)
}

/** Where changes stand now: asked before a listing begins. */
export async function startToken(client: DriveClient, { driveId }: Corpus, call: Call): Promise<string> {
  const json = await client.json(
    {
      asks: 'changes',
      units: 'other',
      send: (api, common, options) =>
        api.changes.getStartPageToken({ ...common, ...WHOLE, ...(driveId === undefined ? {} : { driveId }) }, options),
    },
    call,
  )
  const token = textOf(json['startPageToken'])
  if (token === undefined)
    throw new Fault({ reach: 'call', code: 'google-no-token', message: `Google does not say where the changes of ${client.about} stand.` })
  return token
}

export interface Change {
  readonly id: string
  /** Undefined: deleted, or no longer for us. */
  readonly file: RemoteFile | undefined
}

export interface ChangesPage {
  readonly changes: readonly Change[]
  /** Where the next one begins. */
  readonly token: string
  readonly last: boolean
}

export async function readChanges(
  client: DriveClient,
  { driveId, token, limit }: Corpus & { readonly token: string; readonly limit: number },
  call: Call,
): Promise<ChangesPage> {
  const json = await client.json(
    {
      asks: 'changes',
      units: 'list',
      send: (api, common, options) =>
        api.changes.list(
          {
            ...common,
            ...ITEMS,
            pageToken: token,
            pageSize: Math.min(limit, PAGE.changes),
            includeRemoved: true,
            spaces: 'drive',
            fields: `nextPageToken,newStartPageToken,changes(changeType,removed,fileId,file(${FILE_FIELDS}))`,
            ...(driveId === undefined ? {} : { driveId }),
          },
          options,
        ),
    },
    call,
  )
  const changes = objectsOf(json['changes']).flatMap((change): readonly Change[] => {
    const id = textOf(change['fileId'])
    // Of membership in shared drives there is nothing to do here.
    if (id === undefined || change['changeType'] === 'drive') return []
    const [file] = change['removed'] === true ? [] : filesIn({ files: [change['file']] })
    return [{ id, file }]
  })
  const [next, start] = [textOf(json['nextPageToken']), textOf(json['newStartPageToken'])]
  const behind = next ?? start
  if (behind === undefined)
    throw new Fault({ reach: 'call', code: 'google-no-token', message: `Google does not say how the changes of ${client.about} go on.` })
  return { changes, token: behind, last: next === undefined }
}

/** What Google turns which documents into: it is the authority. And how much there is. */
export async function readAbout(client: DriveClient, call: Call): Promise<{ readonly formats: Json; readonly quota: Json }> {
  const json = await client.json(
    {
      asks: 'about',
      units: 'read',
      send: (api, common, options) => api.about.get({ ...common, fields: 'exportFormats,storageQuota' }, options),
    },
    call,
  )
  const { exportFormats, storageQuota } = json
  const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null
  return { formats: isJson(exportFormats) ? exportFormats : {}, quota: isJson(storageQuota) ? storageQuota : {} }
}

export const formatsFor = (formats: Json, mimeType: string): readonly string[] => textsOf(formats[mimeType])

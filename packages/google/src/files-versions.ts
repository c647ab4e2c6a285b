import { type Call, Fault, type Version } from '@offramp/core'
import { type Json, numberOf, objectsOf, textOf, type WireAnswer } from '@offramp/wire'
import type { DriveClient } from './files-client.ts'
import { keyHeaders, type RemoteFile } from './files-model.ts'
import { PAGE } from './limits.ts'

async function readRevisions(client: DriveClient, file: RemoteFile, call: Call): Promise<readonly Json[]> {
  const revisions: Json[] = []
  let token: string | undefined
  do {
    const pageToken = token
    const json = await client.json(
      {
        asks: 'revisions',
        units: 'read',
        send: (api, common, options) =>
          api.revisions.list(
            {
              ...common,
              fileId: file.id,
              pageSize: PAGE.revisions,
              fields: 'nextPageToken,revisions(id,modifiedTime,size,keepForever)',
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            options,
          ),
      },
      call,
    )
    revisions.push(...objectsOf(json['revisions']))
    token = textOf(json['nextPageToken'])
  } while (token !== undefined)
  return revisions
}

interface Revision {
  readonly id: string
  readonly modifiedAt: number
  readonly size: number
  readonly kept: boolean
}

/** Earlier states of one file: those that Google gives out, the oldest first, and what is to be said of the others. */
export interface Earlier {
  readonly given: readonly Revision[]
  readonly losses: readonly string[]
}

const WITHHELD =
  'Google gives out only those earlier states of a file that are marked "Keep forever". Others stayed behind; mark them in Drive (Manage versions) before the move to take them along.'

/** Of a document that exists only inside Google. */
export const NO_EARLIER = 'Google keeps earlier states of its own documents in a way of its own, so that only the present one was copied.'

const NOT_GIVEN = 'google-revision-restricted'

/** Whether Google gives out an earlier state that nobody has marked. Asked for its first byte; once it was refused, no other is asked for in this connection. */
export function unmarkedStates(client: DriveClient): (file: RemoteFile, revision: Revision, call: Call) => Promise<boolean> {
  let isRefused = false
  return async (file, revision, call) => {
    if (isRefused) return false
    try {
      ;(await askFor(client, { file, ...revision, part: revision.size > 0 ? 'bytes=0-0' : undefined }, call)).discard()
      return true
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== NOT_GIVEN) throw thrown
      isRefused = true
      return false
    }
  }
}

/**
 * The last so many states before the present one that can be had. Only what is marked "Keep forever" is given out for sure; the guide says that all others are
 * refused (https://developers.google.com/workspace/drive/api/guides/manage-revisions), and some were seen to be given for as long as Google
 * has them, some thirty days: so it is tried.
 */
export async function earlierStates(
  client: DriveClient,
  file: RemoteFile,
  on: { readonly most: number; readonly mayHave: ReturnType<typeof unmarkedStates>; readonly call: Call },
): Promise<Earlier> {
  const revisions = (await readRevisions(client, file, on.call))
    .flatMap((revision): readonly Revision[] => {
      const [id, at, size] = [textOf(revision['id']), Date.parse(textOf(revision['modifiedTime']) ?? ''), numberOf(revision['size'])]
      if (id === undefined || id === file.head || size === undefined || Number.isNaN(at)) return []
      return [{ id, modifiedAt: at, size, kept: revision['keepForever'] === true }]
    })
    .sort((left, right) => left.modifiedAt - right.modifiedAt)
  const given: Revision[] = []
  let isWithheld = false
  for (const revision of revisions.toReversed()) {
    if (given.length >= on.most) break
    if (revision.kept || (await on.mayHave(file, revision, on.call))) given.push(revision)
    else isWithheld = true
  }
  return { given: given.reverse(), losses: isWithheld ? [WITHHELD] : [] }
}

export async function* readVersions(client: DriveClient, file: RemoteFile, { given }: Earlier): AsyncGenerator<Version> {
  for (const revision of given) yield { ...revision, body: (call) => bodyOf(client, { file, ...revision }, call) }
}

interface Asked {
  readonly file: RemoteFile
  readonly id: string
  readonly size: number
  readonly part?: string | undefined
}

const askFor = (client: DriveClient, { file, id, size, part }: Asked, call: Call): Promise<WireAnswer> =>
  client.bytes(
    {
      asks: 'media',
      units: 'download',
      headers: { ...keyHeaders(file), ...(part === undefined ? {} : { range: part }) },
      send: (api, common, options) => api.revisions.get({ ...common, fileId: file.id, revisionId: id, alt: 'media' }, options),
    },
    { size: part === undefined ? size : 1 },
    call,
  )

async function* bodyOf(client: DriveClient, asked: Asked, call: Call): AsyncGenerator<Uint8Array> {
  yield* (await askFor(client, asked, call)).body
}

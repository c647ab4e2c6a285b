import type { Call, Version } from '@offramp/core'
import { type Json, numberOf, objectsOf, textOf } from '@offramp/wire'
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

/**
 * The last so many states before the present one, the oldest first. Only what is marked "keep forever" can be downloaded for sure: the rest Google
 * throws away after a month, or refuses (https://developers.google.com/workspace/drive/api/guides/manage-revisions).
 */
export async function* readVersions(
  client: DriveClient,
  file: RemoteFile,
  on: { readonly most: number; readonly call: Call },
): AsyncGenerator<Version> {
  const revisions = (await readRevisions(client, file, on.call))
    .flatMap((revision) => {
      const [id, at, size] = [textOf(revision['id']), Date.parse(textOf(revision['modifiedTime']) ?? ''), numberOf(revision['size'])]
      if (id === undefined || id === file.head || size === undefined || Number.isNaN(at) || revision['keepForever'] !== true) return []
      return [{ id, modifiedAt: at, size }]
    })
    .sort((left, right) => left.modifiedAt - right.modifiedAt)
  for (const revision of revisions.slice(-on.most)) yield { ...revision, body: (call) => bodyOf(client, { file, ...revision }, call) }
}

async function* bodyOf(
  client: DriveClient,
  { file, id, size }: { readonly file: RemoteFile; readonly id: string; readonly size: number },
  call: Call,
): AsyncGenerator<Uint8Array> {
  const answer = await client.bytes(
    {
      asks: 'media',
      units: 'download',
      headers: keyHeaders(file),
      send: (api, common, options) => api.revisions.get({ ...common, fileId: file.id, revisionId: id, alt: 'media' }, options),
    },
    { size },
    call,
  )
  yield* answer.body
}

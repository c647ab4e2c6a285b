import type { Call, Version } from '@offramp/core'
import { type Json, numberOf, objectsOf, textOf } from '@offramp/wire'
import { linkOf } from './client.ts'
import { type BytesSource, readBytes } from './drive-bytes.ts'
import { isPage, lies, nameOf } from './drive-item.ts'
import { itemPath, type Opening, type Told } from './drive-present.ts'
import { measured } from './drive-size.ts'
import { given } from './given.ts'

/**
 * Earlier states of a file, the oldest first. Microsoft names the newest first, the present one among them, whose bytes it does not give as a version
 * (OneDrive/onedrive-api-docs#1112).
 */
export async function* readVersions(
  opening: Opening,
  { told, kept }: { readonly told: Told; readonly kept: number },
  call: Call,
): AsyncGenerator<Version> {
  const base = itemPath(told.drive, told.item)
  const listed: Json[] = []
  let path: string | undefined = `${base}/versions?$select=id,size,lastModifiedDateTime`
  while (path !== undefined && listed.length <= kept) {
    const page: Json = await opening.client.json({ path, asks: 'drive-item', units: 2 }, call)
    listed.push(...objectsOf(page['value']))
    path = linkOf(page, '@odata.nextLink')
  }
  for (const version of listed.slice(1, kept + 1).reverse()) {
    const id = textOf(version['id'])
    if (id === undefined) continue
    const bytes = versionBytes(opening, told, { base, version })
    const size = lies(nameOf(told.item)) ? await measured(bytes, call) : bytes.size
    const modifiedAt = Date.parse(textOf(version['lastModifiedDateTime']) ?? '')
    yield {
      id,
      modifiedAt: Number.isNaN(modifiedAt) ? 0 : modifiedAt,
      size,
      body: (bodyCall) => readBytes({ ...bytes, size }, 0, bodyCall),
    }
  }
}

/** Each request for it is sent on to an address of its own, which is never kept. */
function versionBytes({ client }: Opening, told: Told, on: { readonly base: string; readonly version: Json }): BytesSource {
  const path = `${on.base}/versions/${encodeURIComponent(textOf(on.version['id']) ?? '')}/content`
  const size = numberOf(on.version['size']) ?? 0
  const page = isPage(told.item)
  return {
    size,
    about: `An earlier version of a file of ${client.about}`,
    ask: (offset, tag, call) =>
      client.bytes(
        { at: { path }, ...(offset === 0 ? {} : { range: `bytes=${offset}-`, ...given('ifRange', tag) }), isPage: page, bytes: size },
        call,
      ),
    first: (call) => client.bytes({ at: { path }, range: 'bytes=0-0', isPage: page, bytes: 1 }, call),
    same: async () => {},
  }
}

import { type Call, Fault } from '@offramp/core'
import { objectOf, textOf, type WireAnswer } from '@offramp/wire'
import type { DriveClient } from './files-client.ts'
import type { Target } from './files-formats.ts'
import { keyHeaders, type RemoteFile } from './files-model.ts'

/** A document, and what it is wanted as. */
export interface Wanted {
  readonly client: DriveClient
  readonly file: RemoteFile
  readonly target: Target
  /** One of the target's, as Google knows it. */
  readonly mimeType: string
}

/** An operation is asked after so often: about half an hour. */
const MOST_POLLS = 180
const POLL_MS = { first: 1_000, most: 10_000 }

/** What the first way cannot do, another may. A server that fails does so each time with some large ones (ruby-client#664). */
const ELSEWHERE: readonly string[] = ['google-export-too-large', 'google-no-export', 'http-500', 'http-502', 'http-503', 'http-504']

type Way = (wanted: Wanted, call: Call) => Promise<WireAnswer | undefined>

/** At most 10 MB, and the cheapest. */
const byExport: Way = ({ client, file, target, mimeType }, call) =>
  target.downloadOnly
    ? Promise.resolve(undefined)
    : client.bytes(
        {
          asks: 'export',
          units: 'download',
          headers: keyHeaders(file),
          send: (api, common, options) => api.files.export({ ...common, fileId: file.id, mimeType }, options),
        },
        { size: undefined },
        call,
      )

/** Without that limit: what people's own browsers use. */
const byLink: Way = async ({ client, file, target, mimeType }, call) => {
  const link = textOf(file.exportLinks[mimeType])
  return link === undefined || target.downloadOnly ? undefined : client.linked(link, 'export-link', call)
}

/** An operation, which takes its time and is asked after. */
const byDownload: Way = async ({ client, file, mimeType }, call) => {
  let operation = await client.json(
    {
      asks: 'operation',
      units: 'download',
      verb: 'POST',
      headers: keyHeaders(file),
      send: (api, common, options) => api.files.download({ ...common, fileId: file.id, mimeType }, options),
    },
    call,
  )
  const name = textOf(operation['name'])
  for (let polls = 0; operation['done'] !== true; polls++) {
    if (name === undefined || polls >= MOST_POLLS)
      throw new Fault({ reach: 'call', code: 'google-export-slow', message: `Google does not get done with an export of ${client.about}.` })
    await client.pause(Math.min(POLL_MS.first * 2 ** polls, POLL_MS.most), call)
    operation = await client.json(
      { asks: 'operation', units: 'other', send: (api, common, options) => api.operations.get({ ...common, name }, options) },
      call,
    )
  }
  const link = textOf(objectOf(operation['response'])['downloadUri'])
  if (link !== undefined) return client.linked(link, 'export-link', call)
  const why = textOf(objectOf(operation['error'])['message']) ?? 'no reason'
  throw new Fault({
    reach: 'item',
    reason: 'unreadable-at-source',
    code: 'google-export-failed',
    message: `Google cannot export a document of ${client.about}. It says: ${why.slice(0, 200)}`,
  })
}

/** A document in the wanted format, by the first way that gives it. */
export async function askExport(wanted: Wanted, call: Call): Promise<WireAnswer> {
  const refused: Fault[] = []
  for (const way of [byExport, byLink, byDownload]) {
    try {
      const answer = await way(wanted, call)
      if (answer !== undefined) return answer
    } catch (thrown) {
      if (!(thrown instanceof Fault) || !ELSEWHERE.includes(thrown.code)) throw thrown
      refused.push(thrown)
    }
  }
  // Where a server only failed, another time it may not.
  const [first] = [...refused.filter(({ reach }) => reach === 'call'), ...refused]
  if (first !== undefined) throw first
  const message = `A document of ${wanted.client.about} cannot be exported.`
  throw new Fault({ reach: 'item', reason: 'no-open-format', code: 'google-no-export', message })
}

const ENDS: Readonly<Record<Target['ends'], (head: Buffer, tail: Buffer) => boolean>> = {
  // The directory stands at the end: without it the archive is broken off.
  zip: (head, tail) => head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')) && tail.includes(Buffer.from('PK\u0005\u0006')),
  pdf: (head, tail) => head.subarray(0, 4).toString('latin1') === '%PDF' && tail.includes('%%EOF'),
  svg: (_, tail) => /<\/svg>\s*$/.test(tail.toString('utf8')),
  json: (head, tail) => /^\s*[{[]/.test(head.toString('utf8')) && /[}\]]\s*$/.test(tail.toString('utf8')),
  mp4: (head) => head.subarray(4, 8).toString('latin1') === 'ftyp',
}

/** The end of an archive may have a comment of up to 64 kB behind it; Google writes none. */
export const END_BYTES = 1_024

/** Throws where an export is no such document, or not a whole one: it has no checksum, and its length was not announced. */
export function mustBeWhole({ client, target }: Wanted, head: Buffer, tail: Buffer): void {
  if (ENDS[target.ends](head, tail)) return
  const message = `An export of ${client.about} is no whole ${target.ending}: it broke off, or is something else.`
  throw new Fault({ reach: 'call', code: 'google-export-broken', message, connection: true })
}

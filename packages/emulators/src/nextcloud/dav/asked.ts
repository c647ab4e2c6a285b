import type { IncomingHttpHeaders } from 'node:http'
import type { Blob } from '../files/blob.ts'
import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { readXml, type XmlElement } from '../xml/read.ts'
import type { Writer } from './shelf.ts'

/** Something that takes the server longer than its answer. */
export interface Late {
  readonly ms: number
  readonly status?: number
}

/** One request below the DAV root, by someone who is known. */
export interface Asked {
  readonly state: CloudState
  readonly viewer: CloudUser
  /** A person is one who acts by the control interface. */
  readonly by: 'client' | 'person'
  readonly method: string
  /** Without query, as it came. */
  readonly path: string
  /** Below the root, decoded. */
  readonly segments: readonly string[]
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The body of a PUT of a file, which may be larger than memory: `body` is empty then. */
  readonly upload?: Blob
  readonly late?: Late
  readonly query: URLSearchParams
}

export const writerOf = ({ by, viewer }: Asked): Writer => ({ by, user: viewer.id })

export function header({ headers }: Pick<Asked, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The document in a request's body; undefined where there is none. */
export function bodyXml({ body }: Asked): XmlElement | undefined {
  if (body.length === 0) return undefined
  try {
    return readXml(body.toString())
  } catch (error) {
    throw new DavError(400, `This request contained invalid XML: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** `Prefer: return=minimal`, or `Brief: t`. */
export const isMinimal = (asked: Asked): boolean =>
  /\breturn[=-]minimal\b/.test(header(asked, 'prefer') ?? '') || header(asked, 'brief')?.toLowerCase() === 't'

export const isStrict = (asked: Asked): boolean => /\bhandling=strict\b/.test(header(asked, 'prefer') ?? '')

/** `Depth`, where `infinity` is 1: Nextcloud goes no deeper in calendars. */
export function depthOf(asked: Asked, otherwise: 0 | 1): 0 | 1 {
  const depth = header(asked, 'depth')
  if (depth === undefined) return otherwise
  if (depth === '0') return 0
  return 1
}

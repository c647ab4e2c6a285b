import type { Reply } from '../../serve/reply.ts'
import { escapeXml } from '../xml/write.ts'

export interface DavErrorFacts {
  readonly message: string
  /** The class that PHP would name. */
  readonly exception?: string
  /** XML of the precondition that was broken, for instance `<cal:no-uid-conflict/>`. */
  readonly condition?: string
  readonly headers?: Readonly<Record<string, string>>
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'Sabre\\DAV\\Exception\\BadRequest',
  401: 'Sabre\\DAV\\Exception\\NotAuthenticated',
  403: 'Sabre\\DAV\\Exception\\Forbidden',
  404: 'Sabre\\DAV\\Exception\\NotFound',
  405: 'Sabre\\DAV\\Exception\\MethodNotAllowed',
  409: 'Sabre\\DAV\\Exception\\Conflict',
  412: 'Sabre\\DAV\\Exception\\PreconditionFailed',
  413: 'OCA\\DAV\\Connector\\Sabre\\Exception\\EntityTooLarge',
  415: 'Sabre\\DAV\\Exception\\UnsupportedMediaType',
  423: 'OCA\\DAV\\Connector\\Sabre\\Exception\\FileLocked',
  429: 'OCA\\DAV\\Connector\\Sabre\\Exception\\TooManyRequests',
  500: 'Exception',
  501: 'Sabre\\DAV\\Exception\\NotImplemented',
  503: 'Sabre\\DAV\\Exception\\ServiceUnavailable',
  507: 'Sabre\\DAV\\Exception\\InsufficientStorage',
}

/** An answer that is an error, in sabre's envelope. */
export class DavError extends Error {
  readonly status: number
  readonly facts: DavErrorFacts

  constructor(status: number, facts: string | DavErrorFacts) {
    const known = typeof facts === 'string' ? { message: facts } : facts
    super(known.message)
    this.name = 'DavError'
    this.status = status
    this.facts = known
  }
}

export const XML_TYPE = 'application/xml; charset=utf-8'

export function errorReply({ status, facts }: DavError): Reply {
  const exception = facts.exception ?? EXCEPTIONS[status] ?? 'Exception'
  const body =
    '<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:cal="urn:ietf:params:xml:ns:caldav" xmlns:card="urn:ietf:params:xml:ns:carddav">\n' +
    `  <s:exception>${escapeXml(exception)}</s:exception>\n  <s:message>${escapeXml(facts.message)}</s:message>\n${facts.condition ?? ''}</d:error>\n`
  return { status, headers: facts.headers ?? {}, body: [Buffer.from(body)], type: XML_TYPE }
}

export const notFound = (name: string): DavError => new DavError(404, `File not found: ${name}`)

export const forbidden = (message: string): DavError => new DavError(403, message)

export const wrongMethod = (method: string): DavError => new DavError(405, `The ${method} method is not allowed on this path`)

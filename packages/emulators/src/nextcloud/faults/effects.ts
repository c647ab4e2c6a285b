import { retryAfterOf } from '../../faults/retry-after.ts'
import type { CommonEffect } from '../../faults/rule.ts'
import type { Reply } from '../../serve/reply.ts'
import { DavError, errorReply } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudEffect } from './rule.ts'

const HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n'
const LOGIN =
  '<!DOCTYPE html>\n<html class="ng-csp" data-placeholder-focus="false" lang="en"><head><meta charset="utf-8"><title>Login – Nextcloud</title></head><body id="body-login"><noscript>This application requires JavaScript for correct operation.</noscript></body></html>\n'

const BOMB = `<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a0 "lol">${Array.from({ length: 12 }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`).join('')}<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<d:multistatus xmlns:d="DAV:"><d:response><d:href>&a12;&x;</d:href></d:response></d:multistatus>\n`

const MESSAGES: Readonly<Record<number, string>> = {
  423: '"" is locked',
  500: 'Internal Server Error',
  503: 'System is in maintenance mode.',
  507: 'Insufficient space in the target, 0 bytes available',
}

const plain = (status: number, body: string, type: string): Reply => ({ status, body: [Buffer.from(body)], type })

function statusReply(effect: Extract<CommonEffect, { readonly kind: 'status' }>): Reply {
  if (effect.body === 'empty') return { status: effect.status, body: [] }
  if (effect.body === 'html') return plain(effect.status, HTML, 'text/html')
  if (effect.body === 'text') return plain(effect.status, 'upstream request timeout', 'text/plain')
  if (effect.body === 'json') return plain(effect.status, '{"message":"failed"}', 'application/json')
  const message = effect.message ?? MESSAGES[effect.status] ?? 'Unknown Error'
  return errorReply(new DavError(effect.status, { message, ...(effect.code !== undefined && { exception: effect.code }) }))
}

/** What an effect answers instead; undefined where it only disturbs the wire, or the answer. */
export function replacementFor(effect: CloudEffect, state: CloudState, user: string): Reply | undefined {
  switch (effect.kind) {
    case 'throttle': {
      const { header, seconds = 0 } = retryAfterOf(effect, state.now())
      if (seconds > 0) state.manners.told(user, state.now() + seconds * 1000)
      const reply = errorReply(new DavError(effect.status ?? 429, { message: effect.code ?? 'Too many requests' }))
      return header === undefined ? reply : { ...reply, headers: { ...reply.headers, 'retry-after': header } }
    }
    case 'status':
      return statusReply(effect)
    case 'sign-in-page':
      return plain(200, LOGIN, 'text/html; charset=UTF-8')
    case 'expired-token':
      return errorReply(new DavError(401, 'No public access to this resource., Username or password was incorrect'))
    case 'xml-bomb':
      return { status: 207, body: [Buffer.from(BOMB)], type: 'application/xml; charset=utf-8' }
    case 'pretend':
      return { status: effect.status ?? 201, body: [], type: 'text/html; charset=UTF-8' }
    default:
      return undefined
  }
}

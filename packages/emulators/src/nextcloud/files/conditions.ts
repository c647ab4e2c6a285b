import { type Asked, header } from '../dav/asked.ts'
import { DavError } from '../serve/errors.ts'
import { fileSegments, quoted, seenAt } from './asked.ts'

/** `If: <address> (["etag"])`: the only condition on what stands at a destination, as `If-Match` speaks of the address asked for. */
export function checkTaggedIf(asked: Asked): void {
  const value = header(asked, 'if')
  if (value === undefined) return
  for (const [, address = '', lists = ''] of value.matchAll(/<([^>]*)>((?:\s*\([^)]*\))+)/g)) {
    const path = URL.canParse(address) ? new URL(address).pathname : address
    const [root, user, ...segments] = fileSegments(path, asked.viewer.id) ?? []
    if (root !== 'files' || user !== asked.viewer.id) continue
    const seen = seenAt(asked, segments)
    const etag = seen && quoted(seen.node)
    if (![...lists.matchAll(/\[([^\]]*)\]/g)].some(([, wanted]) => wanted === etag))
      throw new DavError(412, { message: 'None of the tokens in the If header matched', condition: '<s:header>If</s:header>\n' })
  }
}

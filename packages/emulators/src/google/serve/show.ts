import type { Reply } from '../../serve/reply.ts'
import type { Asked, Shown } from './asked.ts'
import { invalidArgument, JSON_TYPE, jsonReply } from './errors.ts'
import { parseFields, picked, strangerIn } from './fields.ts'
import type { Route } from './routes.ts'

/** Bytes turned into base64 at once; divisible by three, so that pieces can be put together. */
const PIECE = 3 * 256 * 1024

/** The answer of a method, with nothing in it that `fields` does not name. */
export function showReply(route: Route, asked: Asked, shown: Shown): Reply {
  if (shown.reply !== undefined) return shown.reply
  const fields = asked.query.get('fields') ?? route.usual ?? null
  const mask = fields === null ? 'all' : parseFields(fields)
  const stranger = mask === 'all' ? undefined : strangerIn(mask, knownOf(route))
  if (stranger !== undefined) throw invalidArgument(`Invalid field selection ${stranger}`)
  const json = picked(shown.json, mask)
  if (!shown.raw) return jsonReply(json)
  const head = JSON.stringify(json).slice(0, -1)
  const begin = `${head}${head === '{' ? '' : ','}"raw":"`
  return { status: 200, body: [Buffer.from(begin), ...base64url(shown.raw), Buffer.from('"}')], type: JSON_TYPE }
}

const known = new WeakMap<Route, ReturnType<typeof parseFields>>()

/** What a method's answer may hold; parsed once. */
function knownOf(route: Route): ReturnType<typeof parseFields> {
  const mask = known.get(route) ?? parseFields(route.fields)
  known.set(route, mask)
  return mask
}

/** With padding, as Gmail writes it. */
function base64url(pieces: readonly Buffer[]): Buffer[] {
  const bytes = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
  const encoded: Buffer[] = []
  for (let at = 0; at < bytes.length; at += PIECE) encoded.push(Buffer.from(bytes.subarray(at, at + PIECE).toString('base64url'), 'latin1'))
  const padding = (3 - (bytes.length % 3)) % 3
  if (padding > 0) encoded.push(Buffer.from('='.repeat(padding)))
  return encoded
}

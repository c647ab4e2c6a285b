import type { Reply } from '../../serve/reply.ts'
import type { Asked } from '../serve/asked.ts'
import type { DriveContent } from './content.ts'
import { egressUsedUp, rangeNotSatisfiable } from './errors.ts'

/** First and last byte that are asked for. Undefined: all. */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  // Of nothing there is no part: a range on an empty file always fails (rclone).
  if (first > last || first >= size) throw rangeNotSatisfiable()
  return [first, last]
}

/** The bytes, or those that are asked for. */
export function mediaReply(asked: Asked, content: DriveContent, type: string): Reply {
  const header = asked.headers['range']
  const range = rangeOf(typeof header === 'string' ? header : undefined, content.size)
  const [first, last] = range ?? [0, content.size - 1]
  const size = last - first + 1
  const { egress } = asked.state.drive
  const now = asked.state.now()
  if (!egress.fits(size, now)) throw egressUsedUp()
  egress.take(size, now)
  return {
    status: range === undefined ? 200 : 206,
    type,
    body: [],
    headers: {
      'accept-ranges': 'bytes',
      ...(range !== undefined && { 'content-range': `bytes ${first}-${last}/${content.size}` }),
    },
    stream: { size, pieces: () => content.read(first, last + 1) },
  }
}

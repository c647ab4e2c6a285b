import type { Reply } from '../../serve/reply.ts'
import type { WorkspaceState } from './state.ts'

const PATH = /^\/photo\/([^=]+)(?:=[\w-]+)?$/

export const isPhoto = (path: string): boolean => path.startsWith('/photo/')

/** A picture as the host of all of Google's pictures serves it: to anybody who knows its address, and never for a token. */
export function photoReply(state: WorkspaceState, path: string, authorization: string | undefined): Reply {
  if (authorization !== undefined) state.violations.note('a token sent to the host of pictures')
  const id = decodeURIComponent(PATH.exec(path)?.[1] ?? '')
  for (const { book } of state.accounts) {
    const photo = book.photos.get(id)
    if (photo !== undefined) return { status: 200, body: [Buffer.from(photo.bytes)], type: photo.mediaType }
  }
  return { status: 404, body: [Buffer.from('Not found')], type: 'text/html; charset=UTF-8' }
}

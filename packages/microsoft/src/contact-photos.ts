import { type Call, type Collection, Fault, type Log } from '@offramp/core'
import type { Photo } from '@offramp/formats'
import type { GraphClient } from './client.ts'
import { LOSSES } from './losses.ts'
import { readBytes } from './outlook-attachments.ts'

interface PhotoReader {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
  readonly log: Log
}

export interface ContactPhotos {
  /**
   * One request, unless it is known that there is none: only asking tells whether a contact has a photo, and a batch of such questions counts as
   * many requests as it holds.
   */
  read(
    contact: { readonly id: string; readonly folder: Collection; readonly change: string },
    call: Call,
  ): Promise<{ readonly photo?: Photo; readonly losses: readonly string[] }>
}

/** Contacts without a photo that are remembered; the oldest are forgotten, and then asked for once more. */
const MOST_REMEMBERED = 20_000

export function contactPhotos({ mailbox, user, log }: PhotoReader): ContactPhotos {
  const without = new Set<string>()

  function remember(key: string): void {
    without.add(key)
    const oldest = without.keys().next()
    if (without.size > MOST_REMEMBERED && oldest.done !== true) without.delete(oldest.value)
  }

  return {
    async read({ id, folder, change }, call) {
      call.signal.throwIfAborted()
      const key = `${id} ${change}`
      if (without.has(key)) return { losses: [] }
      // By way of its folder: those outside the default one are not found otherwise.
      const within = folder.role === 'default' ? '' : `/contactFolders/${encodeURIComponent(folder.id)}`
      try {
        const bytes = await readBytes(mailbox, `${user}${within}/contacts/${encodeURIComponent(id)}/photo/$value`, call)
        const mediaType = typeOf(bytes)
        if (mediaType !== undefined) return { photo: { mediaType, bytes }, losses: [] }
        remember(key)
        return { losses: bytes.length === 0 ? [] : [LOSSES.photo] }
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.reach !== 'item') throw thrown
        remember(key)
        if (thrown.reason === 'gone') return { losses: [] }
        log.warn({ code: thrown.code }, 'A photo cannot be read; the contact is copied without it.')
        return { losses: [LOSSES.photo] }
      }
    },
  }
}

/** By its first bytes: Graph calls every photo `image/jpeg`. */
export function typeOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('\x89PNG\r\n')) return 'image/png'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp'
  return undefined
}

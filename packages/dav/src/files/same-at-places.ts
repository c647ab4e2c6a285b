import type { PutCall } from '@offramp/core'
import type { Content } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { SAMPLE_BYTES, SAMPLES } from './limits.ts'
import { readBytes } from './prove.ts'

/** Where a file of this size is looked at: its first bytes, its last ones, and as far apart as can be between them. */
export function placesOf(size: number): readonly number[] {
  const last = Math.max(0, size - SAMPLE_BYTES)
  return [...new Set(Array.from({ length: SAMPLES }, (_, nth) => Math.floor((last / (SAMPLES - 1)) * nth)))]
}

/** Whether the bytes at the destination are those of the source, at each of the places: the proof of what is too large to be read for one. */
export async function isSameAtPlaces(
  desk: FilesDesk,
  { href, content }: { readonly href: string; readonly content: Content },
  call: PutCall,
): Promise<boolean> {
  for (const at of placesOf(content.size)) {
    const wanted = content.bodyFrom?.(at, call)
    if (wanted === undefined) return false
    const [here, there] = await Promise.all([sampleOf(wanted), sampleOf(readBytes(desk, href, call, at))])
    if (!here.equals(there)) return false
    call.progress?.()
  }
  return true
}

/** The first bytes of a body, which is then broken off. */
async function sampleOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    parts.push(part)
    length += part.length
    if (length >= SAMPLE_BYTES) break
  }
  return Buffer.concat(parts).subarray(0, SAMPLE_BYTES)
}

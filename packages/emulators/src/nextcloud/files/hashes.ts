import { type Asked, header } from '../dav/asked.ts'
import { type Algorithm, type Blob, hashNow } from './blob.ts'

const ALL: readonly Algorithm[] = ['md5', 'sha1', 'sha256']

/** What `X-Hash` or `X-Recalculate-Hash` asks for. */
export function algorithmsIn(value: string | undefined): readonly Algorithm[] {
  const wish = value?.trim().toLowerCase()
  return wish === 'all' ? ALL : ALL.filter((each) => each === wish)
}

/** `X-Hash-SHA256` and its like, of what truly stands there: the only proof that this server gives (facts 4.3). */
export const hashHeaders = (asked: Asked, blob: Blob): Readonly<Record<string, string>> =>
  Object.fromEntries(algorithmsIn(header(asked, 'x-hash')).map((each) => [`x-hash-${each}`, hashNow(blob, each)]))

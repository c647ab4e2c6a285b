/** Below which everything of WebDAV stands. */
export const ROOT = '/remote.php/dav/'

/** As sabre writes a segment: all but letters, digits and `-_.~()` as lower-case hex. A client that compares texts of paths goes wrong. */
export function encodeSegment(name: string): string {
  let out = ''
  for (const byte of Buffer.from(name)) {
    const char = String.fromCharCode(byte)
    out += /[A-Za-z0-9_\-.~()]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`
  }
  return out
}

/** The address of a collection, with a slash at its end. */
export const collectionHref = (...segments: readonly string[]): string =>
  `${ROOT}${segments.map((segment) => `${encodeSegment(segment)}/`).join('')}`

/** The address of something in a collection. */
export const memberHref = (collection: string, name: string): string => `${collection}${encodeSegment(name)}`

/**
 * The segments of a path below the root, decoded; undefined where it is not below it. `%2F` becomes a slash before paths are cut, as
 * PHP has it: a name with one inside leads elsewhere (facts 6: 404).
 */
export function segmentsOf(path: string): readonly string[] | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const trimmed = decoded.replace(/\/+$/, '')
  if (`${trimmed}/` === ROOT) return []
  if (!trimmed.startsWith(ROOT)) return undefined
  return trimmed
    .slice(ROOT.length)
    .split('/')
    .filter((segment) => segment !== '')
}

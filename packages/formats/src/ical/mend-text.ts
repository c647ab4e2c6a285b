/** Characters that iCalendar, vCard or the XML of a CalDAV answer cannot hold: controls but tab and line feed, and noncharacters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufdd0-\ufdef\ufffe\uffff]/g

/**
 * Text as every format and server can hold it: line ends as line feeds, half of a surrogate pair as U+FFFD, no control characters. Unicode's own line
 * separators become line feeds, at which Python's `splitlines` (Radicale) would cut a property in two.
 */
export const mendText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll(UNWRITABLE, '')

/** The same on one line, for names and addresses. */
export const mendLine = (text: string): string => mendText(text).replaceAll(/\s+/g, ' ').trim()

const isBlank = (char: string): boolean => char === ' ' || char === '\t'

/** The same without blanks at both ends, which libical 3 (Cyrus 3.6) takes away from any value. */
export function mendBlock(text: string): string {
  const mended = mendText(text)
  let from = 0
  let to = mended.length
  while (from < to && isBlank(mended.charAt(from))) from++
  while (to > from && isBlank(mended.charAt(to - 1))) to--
  return mended.slice(from, to)
}

/**
 * A value of a parameter on one line. Backslashes become strokes and carets before what RFC 6868 escapes become circumflexes: libical 3 (Cyrus 3.6) reads
 * `\\"` as the value going on, and writes `^^n` back as `^n`, which is another text.
 */
export const mendParameter = (text: string): string =>
  mendLine(text)
    .replaceAll('\\', '/')
    .replaceAll(/\^(?=[n'^])/g, '\u02c6')

/** A URI that ends where it ends: white space, quotes and angle brackets as escapes. */
export const mendUri = (uri: string): string =>
  mendText(uri.trim())
    .replaceAll('\n', '')
    .replaceAll(/[\s"<>\\^`{|}]/g, (char) => encodeURIComponent(char))

/** The escapes of TEXT (RFC 5545, 3.3.11), for properties that ical.js does not know. */
export const escapeText = (text: string): string => text.replaceAll(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n')

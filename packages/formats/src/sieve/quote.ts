/** What stands in a script, is written here: whatever the text holds, it stays inside its string or its comment. */

/** Longest comment line, in characters. */
const COMMENT_LINE = 200

/**
 * A string (RFC 5228, 2.4.2). Scripts of ours never require `variables` or `encoded-character`, so that `${x}` is four characters. Throws for
 * what no string can hold: NUL, and line ends, which servers do not agree upon.
 */
export function quoted(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new TypeError('a NUL or a line end in a quoted string')
  return `"${text.toWellFormed().replaceAll(/["\\]/g, '\\$&')}"`
}

/** One string, or a list of several. */
export function strings(texts: readonly string[]): string {
  const [only] = texts
  return texts.length === 1 && only !== undefined ? quoted(only) : `[${texts.map(quoted).join(', ')}]`
}

const lineEnds = /\r\n|\r|\n/

/** `text:`, with a dot before each that begins a line. Ends with a line of its own; NUL is left out. */
export function multiLine(text: string): string {
  const lines = text.toWellFormed().replaceAll('\0', '').split(lineEnds)
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return ['text:', ...lines.map((line) => (line.startsWith('.') ? `.${line}` : line)), '.', ''].join('\n')
}

/** Control characters and those that break a line or turn the direction of the text, for display. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu

/** A stranger's text on one line. */
export function oneLine(text: string, most = COMMENT_LINE): string {
  const characters = [...text.toWellFormed().replaceAll(HIDDEN, ' ').trim()]
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

/** Every line behind a `#`, whatever ends a line for whom. */
export const commented = (text: string): string =>
  text
    .split(lineEnds)
    .map((line) => (line === '' ? '#' : `# ${line.replaceAll(HIDDEN, ' ')}`))
    .join('\n')

/**
 * A word that a header or body may hold, or undefined for one that cannot be looked for. Comparison in Sieve knows only the case of ASCII
 * letters (RFC 4790, i;ascii-casemap), so that other words are looked for in each usual case.
 */
export function spellings(word: string): readonly string[] | undefined {
  const text = word.toWellFormed().normalize('NFC')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (text === '' || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is looked for
  if (!/[^\u0000-\u007f]/.test(text)) return [text]
  const [first = '', ...rest] = [...text.toLowerCase()]
  const all = [text, first + rest.join(''), first.toUpperCase() + rest.join(''), text.toUpperCase()]
  return [...new Set(all)]
}

/** What a pattern (`:matches`) takes as it is. */
export const literal = (text: string): string => text.replaceAll(/[*?\\]/g, '\\$&')

/** Addresses that every mail server takes, so that a script is not refused for one: ASCII, without quotes and comments. */
export const isPlainAddress = (text: string): boolean =>
  text.length <= 254 && /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z\d-]+(?:\.[a-z\d-]+)*$/i.test(text)

const MOST = 75

/** Folded after 75 bytes, never inside a letter. */
function fold(line: string): string {
  if (Buffer.byteLength(line) === line.length) return foldAscii(line)
  const rows: string[] = []
  let row = ''
  let bytes = 0
  for (const letter of line) {
    const size = Buffer.byteLength(letter)
    if (bytes + size > MOST) {
      rows.push(row)
      row = ' '
      bytes = 1
    }
    row += letter
    bytes += size
  }
  return [...rows, row].join('\r\n')
}

/** Every letter is a byte: attachments are, and have millions. */
function foldAscii(line: string): string {
  const rows = [line.slice(0, MOST)]
  for (let at = MOST; at < line.length; at += MOST - 1) rows.push(` ${line.slice(at, at + MOST - 1)}`)
  return rows.join('\r\n')
}

/** Without folds, and the parts of each rule in one order, which says nothing (RFC 5545, 3.3.10). */
const plain = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('utf8')
    .replaceAll(/\r?\n[ \t]/g, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/^RRULE:.*$/gm, (rule) => `RRULE:${rule.slice('RRULE:'.length).split(';').sort().join(';')}`)

/**
 * Whether two calendars or cards are the same but for their folds and the order in a rule, which is what libical (Cyrus) changes: a twentieth of the time
 * that comparing what they mean takes. Where they are not, they may still mean the same.
 */
export const sameLines = (one: Uint8Array, other: Uint8Array): boolean => plain(one) === plain(other)

/** Each line of a calendar or card with those that continue it, as they stand. */
const WHOLE = /[^\n]*\n(?:[ \t][^\n]*(?:\n|$))*|[^\n]+$/g

/**
 * Exchanges the lines of one property and leaves every other byte as it is: ical.js 2.2.1 loses the backslashes of `\,` and `\;` where it writes a card
 * anew. `change` is given the whole line without its folds; undefined takes it out.
 */
export function exchangeLines(bytes: Uint8Array, name: string, change: (line: string) => string | undefined): Uint8Array {
  const wanted = new RegExp(`^(?:[A-Za-z0-9-]+\\.)?${name}[;:]`, 'i')
  const lines = Buffer.from(bytes).toString('utf8').match(WHOLE) ?? []
  const changed = lines.map((line) => {
    if (!wanted.test(line)) return line
    const unfolded = line.replaceAll(/\r?\n[ \t]/g, '').trimEnd()
    const now = change(unfolded)
    if (now === unfolded) return line
    return now === undefined ? '' : `${fold(now)}\r\n`
  })
  return Buffer.from(changed.join(''), 'utf8')
}

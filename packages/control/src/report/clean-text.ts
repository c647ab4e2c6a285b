/**
 * Escape sequences of terminals (ECMA-48: CSI, OSC and other strings, two-character escapes). Whole, so that their letters do not stay
 * behind as text.
 */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g

/** All else that moves a cursor, breaks a line, hides, or turns the direction of the text around it. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+/gu

/** A subject or folder name from a stranger, fit for one line of a terminal, a log or a report. At most `most` characters. */
export function cleanText(text: string, most = 200): string {
  const plain = text.toWellFormed().replaceAll(SEQUENCES, '').replaceAll(CONTROLS, ' ').replaceAll(/ {2,}/g, ' ').trim()
  const characters = [...plain]
  return characters.length <= most ? plain : `${characters.slice(0, most - 1).join('')}…`
}

/** A cell of a CSV file: quoted where needed, and never a formula to a spreadsheet (OWASP: CSV injection). */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = cleanText(value, 1000)
  const safe = /^[=+\-@|%]/.test(text) ? `'${text}` : text
  return /[",;\r\n\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

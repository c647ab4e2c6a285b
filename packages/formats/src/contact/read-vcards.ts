import { type Found, readComponents } from '../ical/read-components.ts'
import { VCARD3, VCARD4 } from './vcard-design.ts'

const version = (found: Found): unknown => found.properties.find(([name]) => name === 'version')?.[3]

const QUOTED = /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i

/** Bytes of a line in quoted-printable, in the character set that the line names. */
function decodeQuoted(value: string, head: string): string {
  const bytes = Buffer.from(
    value.replaceAll(/=([\dA-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).replaceAll(/[^\0-\xff]/g, '?'),
    'latin1',
  )
  const charset = /CHARSET="?([\w-]+)/i.exec(head)?.[1]
  const utf8 = bytes.toString('utf8')
  try {
    return charset === undefined || /utf-?8/i.test(charset) ? utf8 : new TextDecoder(charset).decode(bytes)
  } catch {
    return utf8
  }
}

/** `;WORK;VOICE` of vCard 2.1 as `;TYPE=WORK;TYPE=VOICE`. */
function typed(head: string): string {
  const [name = '', ...parameters] = head.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  const named = parameters
    .filter((one) => one !== '' && !/^(?:ENCODING=)?(?:QUOTED-PRINTABLE|8BIT|7BIT)$/i.test(one) && !/^CHARSET=/i.test(one))
    .map((one) => (one.includes('=') ? one : /^(?:BASE64|B)$/i.test(one) ? 'ENCODING=b' : `TYPE=${one}`))
  return [name, ...named].join(';')
}

/** A line of any version of vCard as ical.js can read it: what versions 2.1 and the old Macs wrote is put into the words of 3.0. */
function mend(line: string): string {
  const colon = /^(?:[^":]|"[^"]*")*:/.exec(line)?.[0].length ?? 0
  if (colon === 0) return line
  const head = line.slice(0, colon - 1)
  const value = line.slice(colon)
  if (!QUOTED.test(line)) return `${typed(head)}:${value}`
  return `${typed(head)}:${decodeQuoted(value, head).replaceAll(/\r\n?|\n/g, '\\n')}`
}

/** All cards of a file. Lenient; never throws. */
export const readVCards = (bytes: Uint8Array): readonly Found[] =>
  readComponents(bytes, {
    designOf: (component) => (version(component) === '4.0' ? VCARD4 : VCARD3),
    mend,
    continues: (line) => line.endsWith('=') && QUOTED.test(line),
  }).filter(({ name }) => name === 'vcard')

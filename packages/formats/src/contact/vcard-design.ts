import ICAL from 'ical.js'

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', ';': '\\;', ',': '\\,', '\n': '\\n' }

/** TEXT of RFC 2426: the semicolon is escaped, too. ical.js 2.2.1 writes it bare, and leaves `\;` as it stands when it reads. */
const text = {
  toICAL: (value: unknown): string => String(value).replaceAll(/[\\;,\n]/g, (char) => ESCAPES[char] ?? char),
  fromICAL: (value: string): string =>
    value.replaceAll(/\\([\\;,:nN])/g, (_, char: string) => (char === 'n' || char === 'N' ? '\n' : char)),
}

/** A URI as it stands: ical.js 2.2.1 writes `data:image/jpeg;base64\,`, which sabre takes for something else. */
const uri = {}

const flat = { defaultType: 'text' }

const design3 = ICAL.design.vcard3
/** vCard 3.0 in the words of ical.js. A note is one text, and has as many commas as it likes. */
export const VCARD3: typeof design3 = {
  ...design3,
  value: { ...design3.value, text, uri, 'phone-number': text },
  property: { ...design3.property, note: flat, impp: { defaultType: 'uri' } },
}

const design4 = ICAL.design.vcard
/** vCard 4.0 in the words of ical.js. */
export const VCARD4: typeof design4 = {
  ...design4,
  value: { ...design4.value, text, uri },
  property: { ...design4.property, prodid: flat },
}

import { createHash } from 'node:crypto'
import type { Call, Collection, Item, Kind, Traits } from '@offramp/core'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a specimen says about itself; all that is absent is chosen from `n`. */
export interface SpecimenFacts {
  /** `''`: none in the body. */
  readonly naturalKey?: string
  readonly body?: Uint8Array
  readonly traits?: Traits
  /** Bytes of text to fill the body with. */
  readonly fill?: number
}

/** 2021-03-04 05:06:07 UTC and `n` minutes: whole seconds, and never today. */
export const receivedAt = (n: number): number => Date.UTC(2021, 2, 4, 5, 6, 7) + n * 60_000

/** A message, CRLF throughout, as small as RFC 5322 allows. */
export function mailBytes(n: number, facts: SpecimenFacts = {}): Uint8Array {
  const key = facts.naturalKey ?? `<specimen-${n}@example.org>`
  const lines = [
    'From: Anna Ber <anna@example.org>',
    'To: ben@example.org',
    `Subject: Specimen ${n}`,
    'Date: Thu, 04 Mar 2021 05:06:07 +0000',
    ...(key === '' ? [] : [`Message-ID: ${key}`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `Specimen number ${n}.`,
  ]
  const line = `${'x'.repeat(70)}\r\n`
  return bytes(`${lines.join('\r\n')}\r\n${line.repeat(Math.ceil((facts.fill ?? 0) / line.length))}`)
}

/** Text of about so many bytes, folded at 75 as iCalendar and vCard want it. */
function folded(line: string, fill: number): string {
  const rows = [line]
  for (let left = fill; left > 0; left -= 73) rows.push(` ${'x'.repeat(Math.min(73, left))}`)
  return rows.join('\r\n')
}

/** An hour on a day in March 2021, later by `n` minutes. */
function calendar(part: 'VEVENT' | 'VTODO', n: number, { naturalKey, fill = 0 }: SpecimenFacts): Uint8Array {
  const at = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
  const start = receivedAt(n)
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Offramp//specimen//EN',
    `BEGIN:${part}`,
    `UID:${naturalKey ?? `specimen-${n}`}`,
    'DTSTAMP:20210304T050607Z',
    `DTSTART:${at(start)}`,
    `${part === 'VEVENT' ? 'DTEND' : 'DUE'}:${at(start + 3_600_000)}`,
    `SUMMARY:Specimen ${n}`,
    ...(fill > 0 ? [folded('DESCRIPTION:', fill)] : []),
    `END:${part}`,
    'END:VCALENDAR',
  ]
  return bytes(`${lines.join('\r\n')}\r\n`)
}

function card(n: number, { naturalKey, fill = 0 }: SpecimenFacts): Uint8Array {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${naturalKey ?? `specimen-${n}`}`,
    `FN:Specimen ${n}`,
    `N:Specimen;Number ${n};;;`,
    `EMAIL;TYPE=INTERNET:specimen-${n}@example.org`,
    ...(fill > 0 ? [folded('NOTE:', fill)] : []),
    'END:VCARD',
  ]
  return bytes(`${lines.join('\r\n')}\r\n`)
}

const BODIES: Readonly<Record<Kind, (n: number, facts: SpecimenFacts) => Uint8Array>> = {
  mail: mailBytes,
  event: (n, facts) => calendar('VEVENT', n, facts),
  task: (n, facts) => calendar('VTODO', n, facts),
  contact: card,
  file: (n, { fill }) => bytes(`Specimen ${n}\n${'x'.repeat(fill ?? 0)}`),
}

const KEYS: Readonly<Record<Kind, (n: number) => string>> = {
  mail: (n) => `<specimen-${n}@example.org>`,
  event: (n) => `specimen-${n}`,
  task: (n) => `specimen-${n}`,
  contact: (n) => `specimen-${n}`,
  file: (n) => `specimen-${n}.txt`,
}

/** Body of the `n`th specimen of a kind. */
export const specimenBytes = (kind: Kind, n: number, facts: SpecimenFacts = {}): Uint8Array => facts.body ?? BODIES[kind](n, facts)

/** An item that did not come from a source, to hand to a destination. The same arguments give the same item. */
export function specimen(kind: Kind, home: Collection, n: number, facts: SpecimenFacts = {}): Item {
  const body = specimenBytes(kind, n, facts)
  const revision = createHash('sha256').update(body).digest('hex').slice(0, 16)
  const dated = kind === 'file' ? { modifiedAt: receivedAt(n) } : { read: n % 2 === 0, receivedAt: receivedAt(n) }
  const traits = facts.traits ?? dated
  return {
    id: `specimen-${n}`,
    version: `${revision} ${JSON.stringify(traits)} ${home.id}`,
    size: body.length,
    kind,
    naturalKey: facts.naturalKey ?? KEYS[kind](n),
    home,
    traits,
    revision,
    label: `Specimen ${n}`,
    body: (call) => parts(body, call),
    ...(kind === 'file' ? { bodyFrom: (offset, call) => parts(body.subarray(offset), call) } : {}),
  }
}

async function* parts(body: Uint8Array, { signal }: Call): AsyncIterable<Uint8Array> {
  for (let at = 0; at < body.length; at += 65_536) {
    signal.throwIfAborted()
    yield body.subarray(at, at + 65_536)
  }
}

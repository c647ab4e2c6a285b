import { createHash } from 'node:crypto'
import type { Collection, Item, Kind, Traits } from '@offramp/core'

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

/** Text to fill a body with, as the value of a property that goes on over folded lines. */
const filling = (fill = 0): string => 'x'.repeat(fill).replace(/.{70}(?=.)/g, '$&\r\n ')

const calendar = (n: number, { naturalKey, fill }: SpecimenFacts, part: 'VEVENT' | 'VTODO'): Uint8Array => {
  const time = (hour: number): string => `20210304T0${hour}${String(n % 60).padStart(2, '0')}00Z`
  return bytes(
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Offramp//specimen//EN\r\nBEGIN:${part}\r\nUID:${naturalKey ?? `specimen-${n}`}\r\n` +
      `DTSTAMP:20210304T050607Z\r\nDTSTART:${time(5)}\r\n${part === 'VEVENT' ? `DTEND:${time(6)}\r\n` : ''}SUMMARY:Specimen ${n}\r\n` +
      `DESCRIPTION:Specimen number ${n}.${filling(fill)}\r\nEND:${part}\r\nEND:VCALENDAR\r\n`,
  )
}

/** vCard 3.0, which everybody reads and which wants a name of its own. */
const card = (n: number, { naturalKey, fill }: SpecimenFacts): Uint8Array =>
  bytes(
    `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${naturalKey ?? `specimen-${n}`}\r\nFN:Specimen ${n}\r\nN:${n};Specimen;;;\r\n` +
      `NOTE:Specimen number ${n}.${filling(fill)}\r\nEND:VCARD\r\n`,
  )

const BODIES: Readonly<Record<Kind, (n: number, facts: SpecimenFacts) => Uint8Array>> = {
  mail: mailBytes,
  event: (n, facts) => calendar(n, facts, 'VEVENT'),
  task: (n, facts) => calendar(n, facts, 'VTODO'),
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
  const traits = facts.traits ?? { read: n % 2 === 0, receivedAt: receivedAt(n) }
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
    async *body(call) {
      for (let at = 0; at < body.length; at += 65_536) {
        call.signal.throwIfAborted()
        yield body.subarray(at, at + 65_536)
      }
    },
  }
}

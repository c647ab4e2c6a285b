import { type Component, readComponent, serialise, textOf } from '../calendars/component.ts'
import { type Finding, judge, NO_UTF8, type Verdict } from '../dav/findings.ts'
import { CONTROL, ensureUnicode } from '../dav/unicode.ts'
import { DavError } from '../serve/errors.ts'

export interface CheckedCard extends Verdict {
  readonly bytes: Buffer
  readonly uid: string
}

interface Checking {
  readonly strict: boolean
  readonly newUid: () => string
}

const VERSION_21 = /^VERSION:2\.1\s*$/im

/** What sabre makes of a card: refused with 415, repaired unless the client is strict, or stored as it is, a second card in it included. */
export function checkCard(sent: Buffer, { strict, newUid }: Checking): CheckedCard {
  const { text, transcoded } = ensureUnicode(sent)
  if (VERSION_21.test(text)) throw new DavError(415, 'Validation error in vCard: CardDAV servers are not allowed to accept vCard 2.1.')
  const card = parsed(text)
  const findings = [
    ...(transcoded && strict ? [NO_UTF8] : []),
    ...(CONTROL.test(text) ? [{ level: strict ? 3 : 1, message: 'Property contained a control character' } as const] : []),
    ...versionFindings(card, strict),
    ...uidFindings(card, strict ? undefined : newUid),
    ...nameFindings(card, strict),
    ...partsFindings(card, strict),
    ...dateFindings(card),
  ]
  const verdict = judge(findings, 'vCard')
  const bytes = verdict.warning !== undefined ? serialise(card) : transcoded ? Buffer.from(text) : sent
  return { modified: verdict.modified || transcoded, warning: verdict.warning, bytes, uid: textOf(card, 'uid') ?? '' }
}

function parsed(text: string): Component {
  let card: Component
  try {
    card = readComponent(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new DavError(415, `This resource only supports valid vCard or jCard data. Parse error: ${why}`)
  }
  if (card.name !== 'vcard') throw new DavError(415, 'This collection can only support vcard objects.')
  return card
}

function versionFindings(card: Component, strict: boolean): readonly Finding[] {
  const version = textOf(card, 'version')
  if (version === '3.0' || version === '4.0') return []
  if (version !== undefined)
    return [{ level: 3, message: 'Only vcard version 4.0 (RFC6350), version 3.0 (RFC2426) or version 2.1 (icm-vcard-2.1) are supported.' }]
  if (!strict) card.addPropertyWithValue('version', '4.0')
  return [{ level: strict ? 3 : 1, message: 'VERSION MUST appear exactly once in a VCARD component' }]
}

function uidFindings(card: Component, made: (() => string) | undefined): readonly Finding[] {
  if (card.hasProperty('uid')) return []
  if (made) card.addPropertyWithValue('uid', made())
  return [{ level: made ? 1 : 3, message: 'vCards on CardDAV servers MUST have a UID property.' }]
}

/** Where a name comes from that is missing. */
function nameFindings(card: Component, strict: boolean): readonly Finding[] {
  const count = card.getAllProperties('fn').length
  if (count === 1) return []
  const message = 'The FN property must appear in the VCARD component exactly 1 time'
  const name = strict || count > 1 ? undefined : madeName(card)
  if (name === undefined) return [{ level: 3, message }]
  card.addPropertyWithValue('fn', name)
  return [{ level: 1, message }]
}

/** Family, given, additional names, prefixes, suffixes: of those who are strict all five (seen with 32.0.1). */
function partsFindings(card: Component, strict: boolean): readonly Finding[] {
  const n: unknown = card.getFirstPropertyValue('n')
  const count = n === null ? 5 : Array.isArray(n) ? n.length : 1
  return count < 5 && strict ? [{ level: 3, message: `The N property must have at least 5 values. It only has ${count}` }] : []
}

/** A day that is none is refused of everybody (seen with 32.0.1). */
const dateFindings = (card: Component): readonly Finding[] =>
  card.getAllProperties('bday').flatMap((property): readonly Finding[] => {
    try {
      property.getValues().map(String)
      return []
    } catch {
      return [{ level: 3, message: 'The supplied value is not a correct DATE-AND-OR-TIME property' }]
    }
  })

function madeName(card: Component): string | undefined {
  const n: unknown = card.getFirstPropertyValue('n')
  if (Array.isArray(n)) return n[1] ? `${n[1]} ${n[0]}` : String(n[0])
  return ['n', 'org', 'nickname', 'email'].map((name) => textOf(card, name)).find((text) => text !== undefined)
}

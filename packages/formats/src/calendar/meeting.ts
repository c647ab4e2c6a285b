import { derivedUid } from '../meaning/derived-uid.ts'
import type { CalendarEvent, EventFacts, Meeting, RichText } from './model.ts'

/** What is lost with a link to a meeting that nobody replaced, by its service. */
export const MEETING_LOSS = {
  teams: 'Its Teams link will stop working when the account at Microsoft is closed.',
  meet: 'Its Meet link will stop working when the account at Google is closed.',
} as const

const REST = `[^\\s"'<>\\])]*`
const KNOWN: readonly (readonly [Meeting['service'], RegExp])[] = [
  [
    'teams',
    new RegExp(
      `https://(?:[\\w-]+\\.)*(?:teams\\.microsoft\\.(?:com|us)|teams\\.microsoftonline\\.cn|teams\\.live\\.com)/(?:l/meetup-join|l/meeting|meet)/${REST}`,
      'gi',
    ),
  ],
  ['meet', new RegExp(`https?://meet\\.google\\.com/(?:lookup/)?[a-z\\d][a-z\\d-]*(?:\\?${REST})?`, 'gi')],
]

/** The first meeting in any of the texts that ends with its source (Teams, Meet); undefined where there is none. Other services go on. */
export function meetingOf(...texts: readonly (string | undefined)[]): Meeting | undefined {
  for (const text of texts) {
    for (const [service, link] of KNOWN) {
      const url = text?.match(link)?.[0].replace(/[.,;]+$/, '')
      if (url !== undefined) return { url: url.replaceAll('&amp;', '&'), service }
    }
  }
  return undefined
}

/** Syllables that can be read aloud on the telephone in most languages. */
const CONSONANTS = 'bdfgklmnprstvz'
const VOWELS = 'aeiou'

/** `bodu-kesi-lamo-rife`: 70 to the power of 8 names, the same for the same UID. */
function slugOf(uid: string): string {
  const bytes = Buffer.from(derivedUid('meeting', uid).replaceAll('-', ''), 'hex')
  const syllables = Array.from({ length: 8 }, (_, at) => {
    // The bytes that hold a UUID's version and variant are left out.
    const value = bytes.readUInt8(at < 6 ? at : at + 3)
    return `${CONSONANTS.charAt(value % 14)}${VOWELS.charAt(Math.floor(value / 14) % 5)}`
  })
  return syllables.join('').replaceAll(/(.{4})(?=.)/g, '$1-')
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

interface Swap {
  readonly from: readonly string[]
  readonly to: string
}

/** All the links that end, as they stand in the texts of these facts. */
function linksOf(facts: EventFacts): readonly string[] {
  const texts = [facts.meeting?.url, facts.url, facts.location, facts.description?.text, facts.description?.html]
  const found = texts.flatMap((text) => KNOWN.flatMap(([, link]) => text?.match(link) ?? []))
  return [...new Set(found.map((link) => link.replace(/[.,;]+$/, '')))].sort((a, b) => b.length - a.length)
}

const swapped = (text: string, { from, to }: Swap): string => from.reduce((now, link) => now.replaceAll(link, to), text)

/** The line that keeps the original, under the new link. */
const keptLine = (link: string): string => `Before the move: ${link}`

function describe(description: RichText | undefined, { from, to }: Swap): RichText {
  const plain = [...new Set(from.map((link) => link.replaceAll('&amp;', '&')))]
  const text = swapped(description?.text ?? '', { from, to })
  const lines = [...(text.includes(to) ? [] : [to]), ...plain.map(keptLine)]
  const next: RichText = { text: text.trim() === '' ? lines.join('\n') : `${text.trimEnd()}\n\n${lines.join('\n')}` }
  if (description?.html === undefined) return next
  const html = swapped(description.html, { from, to: escapeHtml(to) })
  const kept = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')
  const end = html.search(/<\/body\s*>/i)
  return { ...next, html: end < 0 ? `${html}${kept}` : `${html.slice(0, end)}${kept}${html.slice(end)}` }
}

function replaceIn<T extends EventFacts>(facts: T, to: string): T {
  const from = linksOf(facts)
  if (from.length === 0) return facts
  const swap = { from, to }
  const dead = facts.meeting === undefined || meetingOf(facts.meeting.url) !== undefined
  return {
    ...facts,
    ...(facts.location === undefined ? {} : { location: swapped(facts.location, swap) }),
    ...(facts.url === undefined ? {} : { url: swapped(facts.url, swap) }),
    ...(dead ? { meeting: { url: to, service: 'other' } } : {}),
    description: describe(facts.description, swap),
  }
}

/**
 * The event with every link to a Teams or Meet meeting replaced by `template` (`{slug}` stands for a name that the same UID always gives, in all
 * occurrences), in meeting, address, location and description. The original stays as a line of the description. An event without such a link comes
 * back as it is.
 */
export function replaceMeeting(event: CalendarEvent, template: string): CalendarEvent {
  const to = template.replaceAll('{slug}', slugOf(event.uid))
  const replaced = replaceIn(event, to)
  const overrides = event.overrides?.map((one) => replaceIn(one, to))
  return overrides === undefined ? replaced : { ...replaced, overrides }
}

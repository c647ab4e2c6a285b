import ICAL from 'ical.js'
import { type Finding, judge, NO_UTF8, type Verdict } from '../dav/findings.ts'
import { CONTROL, ensureUnicode } from '../dav/unicode.ts'
import { written } from '../scheduling/event-info.ts'
import { DavError } from '../serve/errors.ts'
import { type Component, KINDS, kindsIn, readComponent, serialise, textOf } from './component.ts'
import { ruleFindings } from './validate-rule.ts'

export interface CheckedCalendar extends Verdict {
  /** What is stored: what was sent, or what became of it. */
  readonly bytes: Buffer
  readonly calendar: Component
  readonly component: string
  readonly uid: string
}

interface Checking {
  readonly strict: boolean
  /** What the collection takes. */
  readonly components: readonly string[]
  /** What is made up for a missing UID. */
  readonly newUid: () => string
  readonly now: number
}

const ONCE = {
  VEVENT: ['UID', 'DTSTAMP', 'DTSTART'],
  VTODO: ['UID', 'DTSTAMP'],
  VJOURNAL: ['UID', 'DTSTAMP'],
} as const

const AT_MOST_ONCE = [
  ...['CLASS', 'CREATED', 'DESCRIPTION', 'GEO', 'LAST-MODIFIED', 'LOCATION', 'ORGANIZER', 'PRIORITY', 'SEQUENCE', 'STATUS', 'SUMMARY'],
  ...['TRANSP', 'URL', 'RECURRENCE-ID', 'RRULE', 'DTEND', 'DURATION', 'DUE', 'COMPLETED', 'PERCENT-COMPLETE'],
]

/** What sabre makes of a calendar object (facts 5.2): refused with 415 or 403, repaired unless the client is strict, or stored as it is. */
export function checkCalendar(sent: Buffer, checking: Checking): CheckedCalendar {
  const { text, transcoded } = ensureUnicode(sent)
  const calendar = parsed(text)
  const kinds = kindsIn(calendar)
  const component = kinds.at(-1)?.name.toUpperCase()
  if (component === undefined || !checking.components.includes(component))
    throw new DavError(403, {
      message: `iCalendar objects must at least have a component of type ${checking.components.join(', ')}`,
      exception: 'Sabre\\CalDAV\\Exception\\InvalidComponentType',
      condition: '<cal:supported-calendar-component/>\n',
    })
  const control = CONTROL.test(text) ? [{ level: checking.strict ? 3 : 1, message: 'Property contained a control character' } as const] : []
  // What cannot be read as what it should be is refused before anything else looks at it.
  judge(kinds.flatMap(valueFindings), 'iCalendar')
  const verdict = judge(
    [
      ...(transcoded && checking.strict ? [NO_UTF8] : []),
      ...control,
      ...headFindings(calendar, checking),
      ...kinds.flatMap((each) => findings(each, checking)),
      ...objectFindings(calendar),
    ],
    'iCalendar',
  )
  const modified = verdict.modified || transcoded
  return {
    modified,
    warning: verdict.warning,
    calendar,
    component,
    uid: textOf(kinds[0] ?? calendar, 'uid') ?? '',
    bytes: verdict.modified ? cleaned(calendar) : transcoded ? Buffer.from(text) : sent,
  }
}

const cleaned = (calendar: Component): Buffer => Buffer.from(serialise(calendar).toString().replace(new RegExp(CONTROL, 'g'), ''))

function parsed(text: string): Component {
  let calendar: Component
  try {
    calendar = readComponent(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new DavError(415, `This resource only supports valid iCalendar 2.0 data. Parse error: ${why}`)
  }
  if (calendar.name !== 'vcalendar') throw new DavError(415, 'This collection can only support iCalendar objects.')
  return calendar
}

/** One that must be there once: made up where it is missing and the client is lenient. */
function needed(component: Component, name: string, made: (() => unknown) | undefined): readonly Finding[] {
  const count = component.getAllProperties(name.toLowerCase()).length
  if (count === 1) return []
  const message = `${name} MUST appear exactly once in a ${component.name.toUpperCase()} component`
  if (count > 1 || !made) return [{ level: 3, message }]
  component.addPropertyWithValue(name.toLowerCase(), made())
  return [{ level: 1, message }]
}

function headFindings(calendar: Component, { strict }: Checking): readonly Finding[] {
  const lenient = <Made>(made: () => Made): (() => Made) | undefined => (strict ? undefined : made)
  const found = [
    ...needed(
      calendar,
      'PRODID',
      lenient(() => '-//Sabre//Sabre VObject 4.5.6//EN'),
    ),
    ...needed(
      calendar,
      'VERSION',
      lenient(() => '2.0'),
    ),
  ]
  if (textOf(calendar, 'version') === '2.0') return found
  return [...found, { level: 3, message: 'Only iCalendar version 2.0 as defined in rfc5545 is supported.' }]
}

function findings(component: Component, { strict, newUid, now }: Checking): readonly Finding[] {
  const kind = KINDS.find((each) => each === component.name.toUpperCase()) ?? 'VEVENT'
  const made: Readonly<Record<string, () => unknown>> = { UID: newUid, DTSTAMP: () => ICAL.Time.fromJSDate(new Date(now), true) }
  const missing = ONCE[kind].flatMap((name) => needed(component, name, strict ? undefined : made[name]))
  const many = AT_MOST_ONCE.filter((name) => component.getAllProperties(name.toLowerCase()).length > 1)
  return [
    ...missing,
    ...many.map((name): Finding => ({ level: 3, message: `${name} MUST NOT appear more than once in a ${kind} component` })),
    ...ruleFindings(component, strict),
    ...component.getAllSubcomponents('valarm').flatMap((alarm) => ['ACTION', 'TRIGGER'].flatMap((name) => needed(alarm, name, undefined))),
    ...dueFindings(component),
  ]
}

/** Times that are none; of rules sabre has an opinion of its own. */
const valueFindings = (component: Component): readonly Finding[] =>
  component.getAllProperties().flatMap((property): readonly Finding[] => {
    if (property.name === 'rrule' || property.name === 'exrule') return []
    try {
      property.getValues()
      return []
    } catch {
      return [{ level: 3, message: `The supplied value (${written(property)}) is not a correct ${property.type.toUpperCase()}` }]
    }
  })

function dueFindings(component: Component): readonly Finding[] {
  const [due, start] = [component.getFirstPropertyValue('due'), component.getFirstPropertyValue('dtstart')]
  if (!(due instanceof ICAL.Time) || !(start instanceof ICAL.Time)) return []
  if (due.isDate !== start.isDate)
    return [{ level: 3, message: 'The value type (DATE or DATE-TIME) must be identical for DUE and DTSTART' }]
  return due.compare(start) < 0 ? [{ level: 3, message: 'DUE must occur after DTSTART' }] : []
}

function objectFindings(calendar: Component): readonly Finding[] {
  const kinds = kindsIn(calendar)
  const refused: string[] = []
  const masters = new Set<string>()
  for (const each of kinds) {
    const uid = textOf(each, 'uid') ?? ''
    if (each.hasProperty('recurrence-id')) continue
    if (masters.has(uid)) refused.push(`More than one master object was found for the object with UID ${uid}`)
    masters.add(uid)
  }
  if (new Set(kinds.map((each) => textOf(each, 'uid'))).size > 1)
    refused.push('A calendar object on a CalDAV server may only have components with the same UID.')
  if (new Set(kinds.map(({ name }) => name)).size > 1)
    refused.push('A calendar object on a CalDAV server may only have 1 type of component (VEVENT, VTODO or VJOURNAL).')
  if (calendar.hasProperty('method')) refused.push('A calendar object on a CalDAV server MUST NOT have a METHOD property.')
  return refused.map((message) => ({ level: 3, message }))
}

import ICAL from 'ical.js'

/** The first VTIMEZONE of a calendar, as a calendar of its own. */
export function timeZoneOf(bytes: Uint8Array): string | undefined {
  const calendar = ICAL.Component.fromString(Buffer.from(bytes).toString('utf8'))
  const zone = calendar.getFirstSubcomponent('vtimezone')
  if (zone === null) return undefined
  const alone = new ICAL.Component('vcalendar')
  alone.updatePropertyWithValue('version', '2.0')
  alone.updatePropertyWithValue('prodid', '-//Offramp//Offramp//EN')
  alone.addSubcomponent(zone)
  return `${alone.toString()}\r\n`
}

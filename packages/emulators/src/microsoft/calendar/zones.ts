/**
 * Time zones, told by the runtime's own data and by nothing else of this project: what Microsoft says of an instant must not come from where the client has it.
 */

/** What Windows calls the zones in which generated people live. https://unicode.org/cldr, windowsZones, territory 001. */
const WINDOWS: Readonly<Record<string, string>> = {
  'W. Europe Standard Time': 'Europe/Berlin',
  'Romance Standard Time': 'Europe/Paris',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Central European Standard Time': 'Europe/Warsaw',
  'GMT Standard Time': 'Europe/London',
  'Greenwich Standard Time': 'Atlantic/Reykjavik',
  'FLE Standard Time': 'Europe/Kiev',
  'GTB Standard Time': 'Europe/Bucharest',
  'Turkey Standard Time': 'Europe/Istanbul',
  'Russian Standard Time': 'Europe/Moscow',
  'Israel Standard Time': 'Asia/Jerusalem',
  'Egypt Standard Time': 'Africa/Cairo',
  'South Africa Standard Time': 'Africa/Johannesburg',
  'Morocco Standard Time': 'Africa/Casablanca',
  'Iran Standard Time': 'Asia/Tehran',
  'India Standard Time': 'Asia/Calcutta',
  'Nepal Standard Time': 'Asia/Katmandu',
  'China Standard Time': 'Asia/Shanghai',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'Singapore Standard Time': 'Asia/Singapore',
  'AUS Eastern Standard Time': 'Australia/Sydney',
  'Cen. Australia Standard Time': 'Australia/Adelaide',
  'Lord Howe Standard Time': 'Australia/Lord_Howe',
  'New Zealand Standard Time': 'Pacific/Auckland',
  'Samoa Standard Time': 'Pacific/Apia',
  'Hawaiian Standard Time': 'Pacific/Honolulu',
  'Alaskan Standard Time': 'America/Anchorage',
  'Pacific Standard Time': 'America/Los_Angeles',
  'US Mountain Standard Time': 'America/Phoenix',
  'Mountain Standard Time': 'America/Denver',
  'Central Standard Time': 'America/Chicago',
  'Central Standard Time (Mexico)': 'America/Mexico_City',
  'Eastern Standard Time': 'America/New_York',
  'Atlantic Standard Time': 'America/Halifax',
  'Newfoundland Standard Time': 'America/St_Johns',
  'SA Pacific Standard Time': 'America/Bogota',
  'Pacific SA Standard Time': 'America/Santiago',
  'E. South America Standard Time': 'America/Sao_Paulo',
  'Argentina Standard Time': 'America/Buenos_Aires',
  'Greenland Standard Time': 'America/Godthab',
  'Azores Standard Time': 'Atlantic/Azores',
  'tzone://Microsoft/Utc': 'UTC',
  UTC: 'UTC',
}

/** Undefined for a name that is none: empty, or of somebody's own making. */
export function ianaOf(name: string | null | undefined): string | undefined {
  if (name === null || name === undefined || name.trim() === '') return undefined
  const known = WINDOWS[name]
  if (known !== undefined) return known
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** What Windows calls a zone; its IANA name where Windows has none. */
export const windowsOf = (iana: string): string =>
  iana === 'UTC' ? 'UTC' : (Object.entries(WINDOWS).find(([, each]) => each === iana)?.[0] ?? iana)

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const formats = new Map<string, Intl.DateTimeFormat>()
const dayOffsets = new Map<string, Map<number, number>>()

/** Milliseconds that clocks of a zone are ahead of UTC, asked of the runtime anew. */
function askOffset(zone: string, at: number): number {
  let format = formats.get(zone)
  if (format === undefined) {
    const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', { timeZone: zone, hourCycle: 'h23', ...fields })
    formats.set(zone, format)
  }
  const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const number = (name: Intl.DateTimeFormatPartTypes): number => part.get(name) ?? 0
  const wall = Date.UTC(number('year'), number('month') - 1, number('day'), number('hour'), number('minute'), number('second'))
  return wall - Math.floor(at / 1000) * 1000
}

/** The same from memory where the offset did not change within the day. */
function offsetAt(zone: string, at: number): number {
  if (zone === 'UTC') return 0
  const days = dayOffsets.get(zone) ?? new Map<number, number>()
  dayOffsets.set(zone, days)
  const of = (day: number): number => {
    const offset = days.get(day) ?? askOffset(zone, day * DAY_MS)
    days.set(day, offset)
    return offset
  }
  const day = Math.floor(at / DAY_MS)
  const [before, after] = [of(day), of(day + 1)]
  return before === after ? before : askOffset(zone, at)
}

/** `YYYY-MM-DDTHH:MM:SS` as the clock on the wall shows it. */
export const wallAt = (at: number, zone: string): string => new Date(at + offsetAt(zone, at)).toISOString().slice(0, 19)

/**
 * What a clock on the wall shows, as an instant. Where it shows that twice, the first time; where it never does because clocks went forward, as if they
 * had not.
 */
export function instantAt(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}Z`)
  const offsets = [offsetAt(zone, asUtc - DAY_MS), offsetAt(zone, asUtc + DAY_MS)] as const
  const candidates = offsets.map((offset) => asUtc - offset).filter((at) => at + offsetAt(zone, at) === asUtc)
  return candidates.length === 0 ? asUtc - offsets[0] : Math.min(...candidates)
}

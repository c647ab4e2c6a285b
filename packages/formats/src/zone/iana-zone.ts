import { WINDOWS_TO_IANA_MAP } from 'windows-iana'
import { offsetAt } from './offset-at.ts'
import { nameToday } from './zone-names.ts'

const WINDOWS: ReadonlyMap<string, string> = new Map(
  WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === '001').map(({ windowsName, iana }) => [windowsName.toLowerCase(), iana[0]]),
)

/** What CLDR's table (windowsZones) lacks: obsolete Windows names, Exchange's own words, and how Windows shows whole regions to people. */
const OTHERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'tzone://microsoft/utc': 'UTC',
    'coordinated universal time': 'UTC',
    'utc-02': 'Etc/GMT+2',
    z: 'UTC',
    'mid-atlantic standard time': 'Etc/GMT+2',
    'mid-atlantic': 'Etc/GMT+2',
    'mid-atlantic - old': 'Etc/GMT+2',
    'kamchatka standard time': 'Asia/Kamchatka',
    'petropavlovsk-kamchatsky - old': 'Asia/Kamchatka',
    'armenian standard time': 'Asia/Yerevan',
    'mexico standard time': 'America/Mexico_City',
    'mexico standard time 2': 'America/Chihuahua',
    'eastern time (us & canada)': 'America/New_York',
    'eastern time (us and canada)': 'America/New_York',
    'central time (us & canada)': 'America/Chicago',
    'central time (us and canada)': 'America/Chicago',
    'mountain time (us & canada)': 'America/Denver',
    'mountain time (us and canada)': 'America/Denver',
    'pacific time (us & canada)': 'America/Los_Angeles',
    'pacific time (us and canada)': 'America/Los_Angeles',
    'atlantic time (canada)': 'America/Halifax',
    'indiana (east)': 'America/Indiana/Indianapolis',
    arizona: 'America/Phoenix',
    alaska: 'America/Anchorage',
    hawaii: 'Pacific/Honolulu',
    newfoundland: 'America/St_Johns',
    'baja california': 'America/Tijuana',
    brasilia: 'America/Sao_Paulo',
    'buenos aires': 'America/Argentina/Buenos_Aires',
    'central america': 'America/Guatemala',
    saskatchewan: 'America/Regina',
    'chennai, kolkata, mumbai, new delhi': 'Asia/Kolkata',
    'beijing, chongqing, hong kong, urumqi': 'Asia/Shanghai',
    'kuala lumpur, singapore': 'Asia/Singapore',
    'islamabad, karachi': 'Asia/Karachi',
    'abu dhabi, muscat': 'Asia/Dubai',
    'kuwait, riyadh': 'Asia/Riyadh',
    'harare, pretoria': 'Africa/Johannesburg',
    'west central africa': 'Africa/Lagos',
    'osaka, sapporo, tokyo': 'Asia/Tokyo',
    'canberra, melbourne, sydney': 'Australia/Sydney',
    'auckland, wellington': 'Pacific/Auckland',
    'dublin, edinburgh, lisbon, london': 'Europe/London',
  }),
)

/** The runtime's name, whatever the case and the alias; undefined for what is no name of a zone. */
function known(name: string): string | undefined {
  // The runtime also takes offsets for names (`+01:00`), which no other reader of a TZID does.
  if (!/^[a-z]/i.test(name)) return undefined
  try {
    return nameToday(new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone)
  } catch {
    return undefined
  }
}

const cities: ReadonlyMap<string, readonly string[]> = Map.groupBy(Intl.supportedValuesOf('timeZone'), (zone) =>
  nameToday(zone).replace(/^.*\//, '').replaceAll('_', ' ').toLowerCase(),
)

const MINUTE = 60_000

/** What Windows shows to people: `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`. */
function shown(name: string): string | undefined {
  const parts = /^\((?:UTC|GMT)(?:([+-])(\d{2}):?(\d{2}))?\)\s*(.*)$/i.exec(name)
  if (parts === null) return undefined
  const [, sign, hours, minutes, places = ''] = parts
  const offset = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE
  const direct = OTHERS.get(places.toLowerCase())
  if (direct !== undefined) return direct
  for (const place of places.toLowerCase().split(/\s*,\s*/)) {
    // The name says the winter's offset.
    const found = cities.get(place)?.find((zone) => [0, 6].some((month) => offsetAt(zone, Date.UTC(2024, month, 1)) === offset))
    if (found !== undefined) return mainOf(found)
  }
  if (/universal|^$/i.test(places)) return known(offset === 0 ? 'UTC' : '')
  return undefined
}

/** The zone after which Windows names the group of a city: one name for what Windows takes for one. */
function mainOf(zone: string): string {
  const group = WINDOWS_TO_IANA_MAP.find(({ iana, territory }) => territory !== '001' && iana.some((one) => one === zone))
  return (group === undefined ? undefined : WINDOWS.get(group.windowsName.toLowerCase())) ?? zone
}

/** The end of a globally unique name (RFC 5545, 3.2.19): `/freeassociation.sourceforge.net/Europe/Berlin`. */
function unprefixed(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '')
  for (let from = 1; from < parts.length; from++) {
    const found = parts.length - from > 1 ? known(parts.slice(from).join('/')) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

const remembered = new Map<string, string | undefined>()

function resolve(name: string): string | undefined {
  const lower = name.toLowerCase()
  const named = WINDOWS.get(lower) ?? OTHERS.get(lower) ?? shown(name)
  return named === undefined ? (known(name) ?? unprefixed(name)) : known(named)
}

/**
 * IANA's name of today for a zone in whatever words: a Windows id or what Windows shows to people, an IANA name in any case, an alias, Exchange's
 * `tzone://Microsoft/Utc`, a name with a prefix. Undefined for what is unknown or says nothing (`Customized Time Zone`, `tzone://Microsoft/Custom`).
 */
export function ianaZone(name: string | undefined): string | undefined {
  const trimmed = name?.trim().replaceAll(/^"|"$/g, '') ?? ''
  if (trimmed === '' || trimmed.length > 200) return undefined
  if (remembered.has(trimmed)) return remembered.get(trimmed)
  const found = resolve(trimmed)
  if (remembered.size < 5000) remembered.set(trimmed, found)
  return found
}

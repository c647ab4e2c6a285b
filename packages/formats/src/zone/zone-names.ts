/**
 * Zones of which the runtime (CLDR) keeps an older spelling: what IANA calls them today. We write IANA's, because Debian 13 keeps the older ones in a
 * package of its own, and the older one beside it (X-LIC-LOCATION) for servers whose data is older than the new name.
 */
const RENAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'Africa/Asmera': 'Africa/Asmara',
    'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
    'America/Catamarca': 'America/Argentina/Catamarca',
    'America/Coral_Harbour': 'America/Atikokan',
    'America/Cordoba': 'America/Argentina/Cordoba',
    'America/Godthab': 'America/Nuuk',
    'America/Indianapolis': 'America/Indiana/Indianapolis',
    'America/Jujuy': 'America/Argentina/Jujuy',
    'America/Louisville': 'America/Kentucky/Louisville',
    'America/Mendoza': 'America/Argentina/Mendoza',
    'Asia/Calcutta': 'Asia/Kolkata',
    'Asia/Katmandu': 'Asia/Kathmandu',
    'Asia/Rangoon': 'Asia/Yangon',
    'Asia/Saigon': 'Asia/Ho_Chi_Minh',
    'Atlantic/Faeroe': 'Atlantic/Faroe',
    'Europe/Kiev': 'Europe/Kyiv',
    'Pacific/Enderbury': 'Pacific/Kanton',
    'Pacific/Ponape': 'Pacific/Pohnpei',
    'Pacific/Truk': 'Pacific/Chuuk',
  }),
)

const FORMER: ReadonlyMap<string, string> = new Map([...RENAMED].map(([former, now]) => [now, former]))

/** IANA's name of today for the runtime's name of a zone. */
export const nameToday = (name: string): string => RENAMED.get(name) ?? name

/** What a zone was called before, where data of some years ago knows only that. */
export const formerName = (name: string): string | undefined => FORMER.get(name)

/** What a server refuses in the name of a file or folder, and how long it may be. */
export interface NameRules {
  /** Each refused sign, and what stands in its place. */
  readonly images: ReadonlyMap<string, string>
  /** The same the other way round. */
  readonly meant: ReadonlyMap<string, string>
  /** Whole names, in lower case. */
  readonly names: ReadonlySet<string>
  /** Names up to their first dot, in lower case: `con` refuses `CON.txt`. */
  readonly basenames: ReadonlySet<string>
  /** Endings, in lower case: `.part`, and the dot and the space of Windows. */
  readonly endings: readonly string[]
  /** Bytes of one name. */
  readonly bytes: number
  /** Bytes of a whole path. */
  readonly pathBytes: number
  /** Names that differ only in case are one. */
  readonly caseless: boolean
}

export interface Refused {
  readonly characters?: readonly string[]
  readonly names?: readonly string[]
  readonly basenames?: readonly string[]
  readonly endings?: readonly string[]
  readonly bytes?: number
  readonly pathBytes?: number
  readonly caseless?: boolean
}

/** What Windows refuses, and Nextcloud with its `windows_compatible_filenames`. */
export const WINDOWS: Refused = {
  characters: [...'<>:"|?*\\'],
  basenames: ['con', 'prn', 'aux', 'nul', ...Array.from('0123456789', (n) => [`com${n}`, `lpt${n}`]).flat()],
  endings: ['.', ' '],
}

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))

/** Full width for ASCII, the pictures of control characters, circled letters for whatever else a server may think of. */
function imageOf(sign: string, odd: readonly string[]): string {
  const code = sign.codePointAt(0) ?? 0
  if (code < 32) return String.fromCodePoint(0x2400 + code)
  if (code === 127) return '\u2421'
  if (code > 32 && code < 127) return String.fromCodePoint(code + 0xfee0)
  return String.fromCodePoint(0x24b6 + (odd.indexOf(sign) % 52))
}

const lower = (all: readonly string[]): readonly string[] => [...new Set(all.map((one) => one.toLowerCase()))]

/** Everything that any of these refuses. A slash and control characters are refused everywhere: the one parts a path, the others XML cannot hold. */
export function rulesOf(...all: readonly Refused[]): NameRules {
  const every = (pick: (one: Refused) => readonly string[] | undefined): readonly string[] => all.flatMap((one) => pick(one) ?? [])
  const signs = [...new Set([...CONTROLS, '\u007f', '/', ...every(({ characters }) => characters)])].filter((sign) => sign !== ' ')
  const odd = signs.filter((sign) => (sign.codePointAt(0) ?? 0) > 127).sort()
  const least = (pick: (one: Refused) => number | undefined, usual: number): number =>
    Math.min(...all.map((one) => pick(one) ?? usual), usual)
  const images = new Map(signs.map((sign) => [sign, imageOf(sign, odd)]))
  return {
    images,
    meant: new Map([...images].map(([sign, image]) => [image, sign])),
    names: new Set(lower(every(({ names }) => names))),
    basenames: new Set(lower(every(({ basenames }) => basenames))),
    // The longest first: what it ends with is then said once.
    endings: [...lower(every(({ endings }) => endings))].filter((one) => one !== '').sort((a, b) => b.length - a.length),
    bytes: least(({ bytes }) => bytes, 255),
    pathBytes: least(({ pathBytes }) => pathBytes, 4_000),
    caseless: all.some(({ caseless }) => caseless === true),
  }
}

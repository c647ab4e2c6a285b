/** Names of CSS (RFC 7986, 5.9) that are far enough apart to be told from each other. */
const COLORS: Readonly<Record<string, string>> = {
  black: '000000',
  blue: '0000ff',
  brown: 'a52a2a',
  coral: 'ff7f50',
  cornflowerblue: '6495ed',
  crimson: 'dc143c',
  cyan: '00ffff',
  darkblue: '00008b',
  darkgreen: '006400',
  darkorange: 'ff8c00',
  darkorchid: '9932cc',
  darkslategray: '2f4f4f',
  deeppink: 'ff1493',
  dodgerblue: '1e90ff',
  forestgreen: '228b22',
  gold: 'ffd700',
  gray: '808080',
  green: '008000',
  indianred: 'cd5c5c',
  indigo: '4b0082',
  lavender: 'e6e6fa',
  lightblue: 'add8e6',
  lightgray: 'd3d3d3',
  lightgreen: '90ee90',
  lightpink: 'ffb6c1',
  lime: '00ff00',
  magenta: 'ff00ff',
  mediumpurple: '9370db',
  mediumseagreen: '3cb371',
  navy: '000080',
  olive: '808000',
  orange: 'ffa500',
  orangered: 'ff4500',
  orchid: 'da70d6',
  peru: 'cd853f',
  purple: '800080',
  red: 'ff0000',
  salmon: 'fa8072',
  seagreen: '2e8b57',
  sienna: 'a0522d',
  skyblue: '87ceeb',
  slateblue: '6a5acd',
  slategray: '708090',
  steelblue: '4682b4',
  tan: 'd2b48c',
  teal: '008080',
  tomato: 'ff6347',
  turquoise: '40e0d0',
  violet: 'ee82ee',
  white: 'ffffff',
  yellow: 'ffff00',
  yellowgreen: '9acd32',
}

const channels = (hex: string): readonly number[] => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

/** The name of the colour nearest to `#rrggbb`; a name as it is, in lower case; undefined for what is neither. */
export function nearestColor(color: string): string | undefined {
  const lower = color.trim().toLowerCase()
  if (/^[a-z]{3,25}$/.test(lower)) return lower
  const hex = /^#?([\da-f]{6})$/.exec(lower)?.[1]
  if (hex === undefined) return undefined
  const wanted = channels(hex)
  const far = (other: string): number => channels(other).reduce((sum, value, at) => sum + (value - (wanted[at] ?? 0)) ** 2, 0)
  return Object.entries(COLORS).reduce((best, one) => (far(one[1]) < far(best[1]) ? one : best))[0]
}

/**
 * Letters of other scripts that are drawn like Latin ones (Unicode TR 39, confusables; the part that appears in names).
 * An address with one of them looks right on a screen and is somebody else's.
 */
const DRAWN_LIKE: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  ѕ: 's',
  т: 't',
  у: 'y',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  ү: 'y',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ω: 'w',
  ı: 'i',
  ɑ: 'a',
  ɡ: 'g',
  ɩ: 'i',
  օ: 'o',
  ս: 'u',
  ո: 'n',
  հ: 'h',
  ց: 'g',
}

/** One address as everybody's eyes and most servers' ears take it: no case, one Unicode form, no edges, no invisible characters. */
export const fold = (address: string): string =>
  address
    .normalize('NFKC')
    .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .trim()
    .toLowerCase()
    .normalize('NFC')

export interface Lookalike {
  /** `U+0430`. */
  readonly code: string
  readonly like: string
}

const inLabel = (label: string): Lookalike | undefined => {
  const letters = [...label].filter((character) => /\p{L}/u.test(character))
  const drawn = letters.filter((letter) => DRAWN_LIKE[letter] !== undefined)
  const [first] = drawn
  // A name written wholly in another script is fine as long as some letter of it shows that script.
  const mixed = letters.some((letter) => /[a-z]/.test(letter))
  if (first === undefined || !(mixed || drawn.length === letters.length)) return undefined
  return { code: `U+${(first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`, like: DRAWN_LIKE[first] ?? '' }
}

/** The first letter that is drawn like a Latin one and is none, in a part of an address that passes for Latin. */
export function lookalikeIn(address: string): Lookalike | undefined {
  for (const label of fold(address).split(/[@.\-_+]/)) {
    const found = inLabel(label)
    if (found !== undefined) return found
  }
  return undefined
}

import type { Parameters, Property } from '../ical/jcal.ts'
import { mendLine } from '../ical/mend-text.ts'
import type { Labelled } from './model.ts'
import { extension } from './write-names.ts'

const TYPES = new Set(['home', 'work', 'cell', 'fax', 'pager', 'main', 'other', 'voice', 'car', 'internet'])

/** Groups of one card: `item1.EMAIL` and `item1.X-ABLabel` belong together. */
export interface Groups {
  next(): string
}

export function groups(): Groups {
  let count = 0
  return { next: () => `item${++count}` }
}

/** Words that Apple's and Google's address books translate for their reader: `_$!<Anniversary>!$_`. */
const WELL_KNOWN = new Set(
  'anniversary spouse child father mother parent brother sister friend manager assistant partner homepage other home work'.split(' '),
)

/** X-ABLabel for an owner's word; well-known words in the form that clients translate. */
export function labelText(label: string): string {
  const lower = label.toLowerCase()
  return WELL_KNOWN.has(lower) ? `_$!<${lower.charAt(0).toUpperCase()}${lower.slice(1)}>!$_` : label
}

export interface Marks {
  readonly parameters: Parameters
  /** Properties that stand beside it, in its group. */
  readonly beside: readonly Property[]
}

/** TYPE, PREF and, for the owner's own words, a group with X-ABLabel. `more`: types that stand in any case. */
export function marks(labelled: Labelled<unknown>, version: '3.0' | '4.0', into: Groups, more: readonly string[] = []): Marks {
  const words = (labelled.types ?? []).map((type) => mendLine(type).toLowerCase()).filter((type) => type !== '')
  const known = words.filter((type) => TYPES.has(type))
  const label = mendLine(labelled.label ?? '') || words.find((type) => !TYPES.has(type))
  const types = [...more, ...known.map((type) => type.toUpperCase()), ...(labelled.preferred === true && version === '3.0' ? ['PREF'] : [])]
  const group = label === undefined || label === '' ? undefined : into.next()
  return {
    parameters: {
      ...(group === undefined ? {} : { group }),
      ...(types.length === 0 ? {} : { type: [...new Set(types)] }),
      ...(labelled.preferred === true && version === '4.0' ? { pref: '1' } : {}),
    },
    beside: group === undefined || label === undefined ? [] : [extension('x-ablabel', labelText(label), { group })],
  }
}

import type { Property } from '../ical/jcal.ts'
import { notUnderstood } from '../not-understood.ts'
import { asIfUtc } from '../zone/instant-of.ts'
import { type Groups, labelText } from './labels.ts'
import type { Card, PartialDate } from './model.ts'
import { extension } from './write-names.ts'

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** The year that Apple writes for none: a leap year, so that 29 February exists. */
const NO_YEAR = 1604

/** `YYYY-MM-DD`. Fault `item`/`not-understood` for a day that does not exist. */
function dayOf({ year, month, day }: PartialDate): string {
  const text = `${pad(year ?? NO_YEAR, 4)}-${pad(month)}-${pad(day)}`
  if (asIfUtc(text) === undefined) throw notUnderstood('It holds a date that does not exist.')
  return text
}

/** A day in a property. vCard 3.0 cannot leave the year out: 1604 and Apple's parameter say so. */
function dayProperty(name: string, date: PartialDate, { version, group }: { version: '3.0' | '4.0'; group?: string }): Property {
  const day = dayOf(date)
  const grouped = group === undefined ? {} : { group }
  if (version === '4.0') return [name, grouped, 'date-and-or-time', date.year === undefined ? `--${day.slice(5)}` : day]
  return [name, { ...grouped, ...(date.year === undefined ? { 'x-apple-omit-year': String(NO_YEAR) } : {}) }, 'date', day]
}

/** BDAY, ANNIVERSARY and days with names of their own (X-ABDATE, which Apple, Google and Thunderbird read). */
export function writeDates(card: Card, version: '3.0' | '4.0', groups: Groups): Property[] {
  const { birthday, anniversary } = card
  const named = (card.dates ?? []).flatMap(({ value, label, types }): Property[] => {
    const group = groups.next()
    return [
      dayProperty('x-abdate', value, { version, group }),
      extension('x-ablabel', labelText(label ?? types?.[0] ?? 'Other'), { group }),
    ]
  })
  return [
    ...(birthday === undefined ? [] : [dayProperty('bday', birthday, { version })]),
    ...(anniversary === undefined ? [] : [dayProperty('anniversary', anniversary, { version })]),
    ...named,
  ]
}

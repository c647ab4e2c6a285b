import type { Finding } from '../dav/findings.ts'
import type { Component, Property } from './component.ts'

const RANGES = { BYMONTH: [1, 12], BYWEEKNO: [-53, 53], BYYEARDAY: [-366, 366] } as const

/** Parts of a rule as they were written, before any library has understood them. */
function partsOf(property: Property): ReadonlyMap<string, string> {
  const written = property.toICALString()
  const value = written.slice(written.indexOf(':') + 1).replace(/\r?\n /g, '')
  return new Map(
    value.split(';').flatMap((part) => {
      const [name = '', ...rest] = part.split('=')
      return name === '' ? [] : [[name.toUpperCase(), rest.join('=')] as const]
    }),
  )
}

/** What sabre finds wrong in a recurrence rule; with repair it strikes the part out, without it refuses. */
export function ruleFindings(component: Component, strict: boolean): readonly Finding[] {
  const level = strict ? 3 : 1
  return component.getAllProperties('rrule').flatMap((property) => {
    const parts = partsOf(property)
    const found: Finding[] = []
    for (const [name, value] of parts) if (value === '') found.push({ level, message: `Invalid value for ${name} in RRULE` })
    for (const [name, [least, most]] of Object.entries(RANGES)) {
      const numbers = (parts.get(name) ?? '').split(',').filter((each) => each !== '')
      if (numbers.some((each) => !/^[+-]?\d+$/.test(each) || Number(each) < least || Number(each) > most || Number(each) === 0))
        found.push({
          level,
          message: `${name} in RRULE must have value(s) ${least < 0 ? `from ${least} to -1, or 1 to ${most}` : `between ${least} and ${most}`}!`,
        })
    }
    if (!parts.has('FREQ')) {
      found.push({ level, message: 'FREQ is required in RRULE' })
      if (!strict) component.removeProperty(property)
    }
    return found
  })
}

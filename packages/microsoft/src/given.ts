/** A property only where there is something to say: nothing for what is undefined, and for a list without a member. */
export const given = <Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> => {
  const none: Partial<Record<Name, Value>> = {}
  return value === undefined || (Array.isArray(value) && value.length === 0) ? none : { ...none, [name]: value }
}

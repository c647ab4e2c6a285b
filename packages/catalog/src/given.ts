/** A property only where there is a value: `exactOptionalPropertyTypes` tells "absent" from "undefined". */
export const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> => {
  const none: Partial<Record<K, V>> = {}
  return value === undefined ? none : { ...none, [key]: value }
}

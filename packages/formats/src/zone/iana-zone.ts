import { findIana } from 'windows-iana'

export function ianaZone(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined
  const [windows] = findIana(name)
  if (windows !== undefined) return windows
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

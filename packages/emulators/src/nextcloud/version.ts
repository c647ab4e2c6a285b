/** `32.0.7` as numbers. */
export type Version = readonly [major: number, minor: number, patch: number]

export function versionOf(text: string): Version {
  const [major = Number.NaN, minor = 0, patch = 0] = text.split('.').map(Number)
  if (![major, minor, patch].every(Number.isInteger)) throw new Error(`"${text}" is no version of Nextcloud: write 32 or 32.0.7.`)
  return [major, minor, patch]
}

/** Whether a server is of this version or newer. */
export function isSince(version: Version, text: string): boolean {
  const wanted = versionOf(text)
  for (const [index, part] of version.entries()) {
    const other = wanted[index] ?? 0
    if (part !== other) return part > other
  }
  return true
}

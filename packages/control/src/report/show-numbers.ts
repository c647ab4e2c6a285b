const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `1,234`. */
export const showCount = (count: number): string => Math.round(count).toLocaleString('en-US')

/** `1 account`, `1,234 accounts`. */
export const showMany = (count: number, one: string, many = `${one}s`): string => `${showCount(count)} ${count === 1 ? one : many}`

/** `3.4 GiB`. */
export function showBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `2 h 05 min`, `40 s`. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

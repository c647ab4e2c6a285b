import { OcsError } from './reply.ts'

const UNITS: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, kb: 1, m: 2, mb: 2, g: 3, gb: 3, t: 4, tb: 4, p: 5, pb: 5 }

/** Bytes in `20 GB`, `none`, `default` or a number; -1 is unlimited. A GB has 1024 MB. */
export function quotaIn(text: string): number {
  const wish = text.trim().toLowerCase()
  if (wish === 'none' || wish === 'default' || wish === '') return -1
  const found = /^(-?\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(wish)
  const power = UNITS[found?.[2] ?? '']
  if (!found || power === undefined) throw new OcsError(101, `Invalid quota value: ${text}`)
  const bytes = Math.round(Number(found[1]) * 1024 ** power)
  return bytes < 0 ? -1 : bytes
}

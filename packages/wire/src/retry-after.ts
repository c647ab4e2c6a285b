/** Nobody comes back sooner than this after having been sent away, whatever the answer said. Milliseconds. */
export const SHORTEST_WAIT_MS = 1_000

/** A date far off (a server's broken clock) must not hold an account for ever: after a week it is asked again. Milliseconds. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000

/**
 * `Retry-After` as milliseconds from now: seconds or an HTTP date (RFC 9110, 10.2.3). A date is measured against the answer's own
 * `Date`, because our clock may be wrong. Negative and past values become the shortest wait. Undefined where it says nothing.
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const said = headers['retry-after']?.trim()
  if (said === undefined || said === '') return undefined
  const seconds = /^[+-]?\d+(\.\d+)?$/.test(said) ? Number(said) : (Date.parse(said) - serverNow(headers, now)) / 1000
  if (!Number.isFinite(seconds)) return undefined
  return Math.min(Math.max(Math.ceil(seconds * 1000), SHORTEST_WAIT_MS), LONGEST_WAIT_MS)
}

function serverNow(headers: Readonly<Record<string, string>>, now: number): number {
  const said = Date.parse(headers['date'] ?? '')
  return Number.isNaN(said) ? now : said
}

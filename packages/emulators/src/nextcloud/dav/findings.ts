import { DavError } from '../serve/errors.ts'

/** What a validator says: repaired, doubtful, or refused. */
export interface Finding {
  readonly level: 1 | 2 | 3
  readonly message: string
}

export interface Verdict {
  /** Something was repaired: what is stored is not what was sent. */
  readonly modified: boolean
  /** For `X-Sabre-Ew-Gross`. */
  readonly warning: string | undefined
}

/** Of those who are strict it is refused (seen with 32.0.1). */
export const NO_UTF8: Finding = { level: 3, message: 'The data is not encoded in UTF-8' }

/** Throws for what is refused, of the first such finding; else says what was repaired. */
export function judge(findings: readonly Finding[], format: 'iCalendar' | 'vCard'): Verdict {
  let highest: Finding | undefined
  for (const finding of findings) {
    if (finding.level === 3) throw new DavError(415, `Validation error in ${format}: ${finding.message}`)
    if (!highest || finding.level > highest.level) highest = finding
  }
  return {
    modified: findings.some(({ level }) => level === 1),
    warning: highest && `${format} validation warning: ${highest.message}`,
  }
}

const PREFIX = 'http://sabre.io/ns/sync/'

export const syncToken = (token: number): string => `${PREFIX}${token}`

/** The number in a token; undefined where it is none of ours. */
export function readSyncToken(text: string): number | undefined {
  const digits = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : ''
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined
}

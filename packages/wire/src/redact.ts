/**
 * A URL as it may stand in a fault or a log line: host and path, without the query (tokens, delta links), and with whatever names
 * somebody or something (ids, addresses) left out.
 */
export function redactUrl(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return 'an unreadable address'
  const parts = parsed.pathname.split('/').map((part) => (namesSomething(part) ? '…' : part))
  return parsed.host + parts.join('/')
}

const namesSomething = (part: string): boolean => part.length > 24 || /@|%40|'|%27/i.test(part) || /^[0-9a-f-]{16,}$/i.test(part)

/** The bare facts of an error: an SDK's or a socket's own error object may hold headers. */
export function bareCause(thrown: unknown): { readonly name: string; readonly code: string } {
  const name = thrown instanceof Error ? thrown.name : typeof thrown
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  return { name, code }
}

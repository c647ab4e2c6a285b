/**
 * Structured log, a subset of pino's shape. Fields are an allow-list by habit: ids, counts, codes and durations.
 * Never pass subjects, addresses, bodies, tokens, headers, or an SDK's error object (those hold request headers).
 */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

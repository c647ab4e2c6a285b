import type { Log } from '@offramp/core'
import { type DestinationStream, pino } from 'pino'

/**
 * The only fields that reach a log, whoever logs: ids, counts, codes and times. Everything else is dropped and only its name kept, so that
 * a subject, an address or an SDK's error object with its request headers cannot get out by a slip.
 */
const ALLOWED = new Set(
  (
    'account at attempt bytes code cost count duration end endpoint error fence folder gate host item items job key kind lagMs lane lanes limit listing ' +
    'method ms pass pid place port project reach reason request requestId route rssBytes size state status tries try uid until validMs waitMs weight worker'
  ).split(' '),
)

/** Values that are ids or numbers by their nature may stand as they are; a text that could be anything is cut and stripped. */
const clean = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  return typeof value === 'string'
    ? value
        .replaceAll(/[^\x20-\x7e]/g, '?')
        .replaceAll(/[^\s@]+@[^\s@]+/g, '<address>')
        .slice(0, 120)
    : undefined
}

/** Keeps the fields of the list, and the names of the others. */
export function allowedFields(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    const shown = ALLOWED.has(name) ? clean(value) : undefined
    if (shown === undefined) dropped.push(name.slice(0, 40))
    else kept[name] = shown
  }
  return dropped.length === 0 ? kept : { ...kept, dropped }
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly stream: DestinationStream
  /** Constant fields of every line. */
  readonly base: object
}

/** JSON lines, one an event, with nothing in them that is not on the list. */
export function safeLog({ level, stream, base }: LogOptions): Log {
  const logger = pino(
    { level, base: allowedFields(base), timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    stream,
  )
  const line =
    (write: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void =>
      logger[write](allowedFields(fields), String(clean(message)))
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

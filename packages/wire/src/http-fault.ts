import { Fault } from '@offramp/core'
import { redactUrl } from './redact.ts'
import type { ResponseFacts, WireRequest } from './request.ts'

/** What is tried again where the method allows it. 509: bandwidth, seen from SharePoint. */
const PASSING: ReadonlySet<number> = new Set([408, 500, 502, 503, 504, 509])

export const passes = (status: number): boolean => PASSING.has(status)

/** What a status means wherever it comes from, for answers of which the connector's own table says nothing. */
export function httpFault(asked: WireRequest, facts: ResponseFacts): Fault {
  const where = `${redactUrl(asked.url)} (${facts.about})`
  if (facts.status === 429) {
    return new Fault({ reach: 'gate', code: 'http-429', message: `${where} asks us to slow down.` })
  }
  if (facts.status === 503 && facts.retryAfterMs !== undefined) {
    return new Fault({ reach: 'gate', code: 'http-503', message: `${where} is overloaded and says when to come back.` })
  }
  return new Fault({ reach: 'call', code: `http-${facts.status}`, message: `${where} answered with status ${facts.status}.` })
}

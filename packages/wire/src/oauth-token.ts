import type { Call, Quota } from '@offramp/core'
import { numberOf, objectOf, textOf } from './json.ts'
import type { FreshToken } from './token-cache.ts'
import type { Wire } from './wire.ts'

/** A question to a token endpoint (RFC 6749, 4.4; RFC 7523). */
export interface TokenAsk {
  readonly url: string
  readonly form: URLSearchParams
  readonly quota: Quota
  readonly about: string
  readonly asks: string
}

/** Asks for an access token. Undefined where the answer is in order and holds none; faults are the connector's own. */
export async function askOAuthToken(wire: Wire, { form, ...asked }: TokenAsk, call: Call): Promise<FreshToken | undefined> {
  const answer = await wire.send(
    {
      ...asked,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      weight: 1,
      expects: 'json',
      reads: 'whole',
      maxBytes: 1_048_576,
      timeoutMs: 60_000,
      repeatable: true,
    },
    call,
  )
  const body = objectOf(await answer.json())
  const token = textOf(body['access_token'])
  const seconds = numberOf(body['expires_in'])
  return token !== undefined && seconds !== undefined && seconds > 0 ? { token, livesMs: seconds * 1000 } : undefined
}

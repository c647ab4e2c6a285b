import type { Call } from '@offramp/core'
import type { DavClient } from '../client.ts'
import { DavRefusal } from '../faults.ts'

type Facts = Readonly<Record<string, unknown>>

/** What is no object has no facts. PHP writes an empty map as a list. */
export const factsOf = (value: unknown): Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {}

export const textsOf = (value: unknown): readonly string[] => {
  const all = Array.isArray(value) ? value : typeof value === 'object' && value !== null ? Object.values(value) : []
  return all.filter((one): one is string => typeof one === 'string')
}

export const factsIn = (text: string): Facts => {
  try {
    return factsOf(JSON.parse(text))
  } catch {
    return {}
  }
}

export interface OcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/ocs/v2.php`; an app's own interface, which answers in the same envelope, begins with `/index.php`. */
  readonly path: string
  readonly asks: 'discover' | 'share' | 'new-share'
  /** A form's fields; of a GET its query. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  /** Bytes of the answer, where the usual limit does not fit. */
  readonly maxBytes?: number
}

/** The server's own interface: what stands in its envelope. Throws a refusal with its own words where it is not done. */
export async function askOcs(client: DavClient, webRoot: string, request: OcsRequest, call: Call): Promise<unknown> {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(request.fields ?? {}))
    for (const one of typeof value === 'string' ? [value] : value) form.append(typeof value === 'string' ? name : `${name}[]`, one)
  const isGet = request.method === 'GET'
  // Its words are in the language of the account, unless another is asked for; some of them are looked at.
  const asked = new URLSearchParams(isGet ? form : [])
  asked.set('forceLanguage', 'en')
  const headers = { 'ocs-apirequest': 'true', accept: 'application/json' }
  const answer = await client.send(
    {
      method: request.method,
      href: webRoot + (request.path.startsWith('/index.php/') ? '' : '/ocs/v2.php') + request.path,
      query: `?${asked.toString()}`,
      asks: request.asks,
      headers: isGet ? headers : { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      ...(isGet ? {} : { body: form.toString() }),
      ...(request.maxBytes === undefined ? {} : { maxBytes: request.maxBytes }),
    },
    call,
  )
  const { meta, data } = factsOf(factsIn(await answer.text())['ocs'])
  const { status, statuscode, message } = factsOf(meta)
  // What is asked below /index.php is refused within an answer that is well (version 1 of the envelope).
  if (status === 'failure') throw refusedWithin(client, Number(statuscode), String(message ?? ''))
  return data
}

function refusedWithin({ host, account }: DavClient, status: number, message: string): DavRefusal {
  const words = JSON.stringify({ ocs: { meta: { message } } })
  const says = `${host} answered "${message}" (status ${status}) (${account}).`
  return new DavRefusal({ reach: 'call', code: 'dav-refused-within', message: says }, { status, conditions: [], words, href: undefined })
}

/** The number in its envelope, which says more than that of HTTP: 102 is "exists already". */
export const codeOf = (refusal: DavRefusal): number => Number(/"statuscode":(\d+)/.exec(refusal.said.words)?.[1] ?? refusal.said.status)

/** What the server says in its envelope, or whatever could be read. */
export function wordsOf(refusal: DavRefusal): string {
  const meta = factsOf(factsOf(factsIn(refusal.said.words)['ocs'])['meta'])
  const words =
    typeof meta['message'] === 'string' ? meta['message'] : (/"message":"((?:[^"\\]|\\.)*)"/.exec(refusal.said.words)?.[1] ?? '')
  return words === '' ? `status ${refusal.said.status}` : `"${words}" (status ${refusal.said.status})`
}

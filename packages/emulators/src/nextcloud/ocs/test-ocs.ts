import type { TestCloud } from '../test-cloud.ts'

/** What OCS answered. */
export interface OcsGot {
  readonly http: number
  readonly code: number
  readonly message: string
  /** A test looks into whatever came. */
  readonly data: ReturnType<typeof JSON.parse>
}

type Given = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Asks OCS as some user: `POST /apps/...`, in version 2 unless the path says otherwise. */
export function ocs(cloud: TestCloud, as: string, [method, path]: readonly [string, string], given: Given = {}): OcsGot {
  const address = /^\/(ocs|index)/.test(path) ? path : `/ocs/v2.php${path}`
  const got = cloud.ask(method, address, {
    as,
    body: method === 'GET' ? '' : JSON.stringify(given),
    headers: { 'ocs-apirequest': 'true', accept: 'application/json', 'content-type': 'application/json' },
  })
  const { meta, data } = JSON.parse(got.text).ocs
  return { http: got.status, code: meta.statuscode, message: meta.message, data }
}

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
  const told = JSON.parse(got.text)
  // What an app refuses by itself is in no envelope.
  if (told.ocs === undefined) return { http: got.status, code: got.status, message: told.message, data: [] }
  const { meta, data } = told.ocs
  return { http: got.status, code: meta.statuscode, message: meta.message, data }
}

import type { UserControl } from './control/cloud-control.ts'
import type { SharingControl } from './control/file-control.ts'
import { sharingDesk } from './control/sharing-desk.ts'
import { userDesk } from './control/user-desk.ts'
import { slices } from './files/blob.ts'
import { makeState } from './make-state.ts'
import type { NextcloudOptions } from './options.ts'
import { answerCall } from './serve/answer.ts'
import type { CloudState } from './serve/state.ts'
import { readXml, type XmlElement } from './xml/read.ts'

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** How long it would wait on the wire. */
  readonly waitMs: number
  /** The body, parsed by a strict reader: throws where it is not well formed. */
  xml(): XmlElement
}

/** A Nextcloud without a wire, for tests: requests go straight to the methods, and the clock stands still. */
export interface TestCloud {
  readonly state: CloudState
  readonly clock: { now: number }
  user(id: string): UserControl
  readonly sharing: SharingControl
  violations(): readonly string[]
  /** A path below `/remote.php/dav/`, or any where it begins with a slash. */
  ask(method: string, path: string, more?: Asking): Got
}

export interface Asking {
  readonly as?: string
  readonly body?: string | Buffer
  /** Undefined takes one away that is there by itself. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** What a client of Offramp's sends with a new object. */
export const CREATE = { 'if-none-match': '*', prefer: 'handling=strict' } as const

export function testCloud(options: Partial<NextcloudOptions> = {}): TestCloud {
  const clock = { now: Date.UTC(2026, 10, 22, 12) }
  const users = [
    { id: 'alice', email: 'alice@cloud.example', displayName: 'Alice' },
    { id: 'bob', email: 'bob@cloud.example', displayName: 'Bob' },
  ]
  const state = makeState({ seed: 1, users, now: () => clock.now, ...options })
  const ask: TestCloud['ask'] = (method, path, { as = 'alice', body = '', headers = {} } = {}) => {
    const url = new URL(path.startsWith('/') ? path : `/remote.php/dav/${path}`, 'https://cloud.example')
    const password = [...(state.users.get(as)?.appPasswords.keys() ?? [])][0] ?? 'none'
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const { reply, waitMs, leave } = answerCall(state, {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: {
        authorization: `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`,
        'content-length': String(bytes.length),
        ...headers,
      },
      body: bytes,
    })
    leave()
    const { content } = reply
    const text = Buffer.concat(content ? [...slices(content.blob, content.from, content.to)] : reply.body).toString()
    return { status: reply.status, headers: reply.headers ?? {}, text, waitMs, xml: () => readXml(text) }
  }
  return { state, clock, user: (id) => userDesk(state, id), sharing: sharingDesk(state), violations: () => state.violations.list(), ask }
}

export interface EventWish {
  readonly uid?: string
  /** Lines within the VEVENT; DTSTAMP, UID, DTSTART and SUMMARY are there unless `bare`. */
  readonly lines?: readonly string[]
  readonly bare?: boolean
  readonly head?: readonly string[]
  readonly component?: string
}

/** A calendar object for tests. */
export function eventText({ uid = 'one@example', lines = [], bare = false, head, component = 'VEVENT' }: EventWish = {}): string {
  const own = bare ? [] : [`UID:${uid}`, 'DTSTAMP:20260101T000000Z', 'DTSTART:20270105T090000Z', 'DTEND:20270105T100000Z', 'SUMMARY:Plan']
  const top = head ?? ['VERSION:2.0', 'PRODID:-//test//EN']
  return ['BEGIN:VCALENDAR', ...top, `BEGIN:${component}`, ...own, ...lines, `END:${component}`, 'END:VCALENDAR', ''].join('\r\n')
}

export const cardText = (lines: readonly string[], version = '3.0'): string =>
  ['BEGIN:VCARD', `VERSION:${version}`, ...lines, 'END:VCARD', ''].join('\r\n')

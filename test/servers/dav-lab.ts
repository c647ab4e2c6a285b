import { type DestinationLab, type DestinationPerson, MemoryGate, type Seen, specimen } from '@offramp/conformance'
import { type Collection, type Item, type Place, type Receipt, silentLog, systemClock } from '@offramp/core'
import { type DavSettings, davDestination } from '@offramp/dav'
import { differences } from '@offramp/formats'
import { startCuttingProxy } from './cutting-proxy.ts'
import { type RawDav, rawDav } from './raw-dav.ts'

export type DavKind = 'event' | 'task' | 'contact'

export interface DavLabWish {
  readonly kind: DavKind
  /** Where the server is, without anything in between. */
  readonly url: string
  readonly account: string
  readonly pass: string
  /** Path that holds the account's calendars or address books. */
  readonly home: string
  /** Something that this server refuses for good. */
  readonly refusable?: (home: Collection) => Item
  /** Eyes that need no server at all; default: raw HTTP. */
  readonly peek?: () => Promise<readonly Seen[]>
  readonly settings?: Partial<DavSettings>
  /** Answers cannot be lost on the way to a live server behind TLS. */
  readonly live?: true
  /** Removes what the case has made, where the account is used again. */
  readonly clean?: (raw: RawDav) => Promise<void>
}

const pathOf = ({ place, locator }: Receipt): string => place + encodeURIComponent(locator)

function personOf(raw: RawDav, kind: DavKind): DestinationPerson {
  let added = 0
  const end = kind === 'contact' ? 'vcf' : 'ics'
  return {
    add: async (place, body) => raw.put(`${place.id}a-person-${added++}.${end}`, body),
    flag: async () => undefined,
    edit: async (receipt, body) => raw.put(pathOf(receipt), body),
    move: async (receipt: Receipt, to: Place) => raw.move(pathOf(receipt), `${to.id}${encodeURIComponent(receipt.locator)}`),
    remove: async (receipt) => raw.remove(pathOf(receipt)),
  }
}

/** Each kind's items carry this line; the canary does not. */
const SIGN: Readonly<Record<DavKind, string>> = { event: 'SUMMARY:Specimen', task: 'SUMMARY:Specimen', contact: 'FN:Specimen' }

/** A destination suite's far side on a real DAV server: the connector goes through a proxy that can lose answers; the eyes do not. */
export async function openDavLab(wish: DavLabWish): Promise<DestinationLab> {
  const { kind, account, pass } = wish
  const raw = rawDav({ url: wish.url, user: account, pass })
  await raw.meet(wish.home)
  const target = new URL(wish.url)
  const proxy = wish.live ? undefined : await startCuttingProxy({ port: Number(target.port) })
  const url = proxy === undefined ? wish.url : `http://127.0.0.1:${proxy.port}${target.pathname}`
  const closing: (() => Promise<void>)[] = []
  const connect = async () => {
    const settings: DavSettings = { name: 'laboratory', url, auth: { kind: 'password', secret: async () => pass }, ...wish.settings }
    const endpoint = davDestination(settings, { gate: new MemoryGate(systemClock), log: silentLog, clock: systemClock })
    closing.push(async () => endpoint.close?.())
    return endpoint.connect(account, kind, { signal: new AbortController().signal })
  }
  return {
    destination: await connect(),
    again: connect,
    person: personOf(raw, kind),
    peek: wish.peek ?? (() => raw.peek(wish.home)),
    differences: (meant, found) => differences(kind, meant, found),
    ...(wish.refusable === undefined ? {} : { refusable: wish.refusable }),
    ...(proxy === undefined ? {} : { loseNextAnswer: async () => proxy.loseAnswerTo(SIGN[kind]) }),
    async close() {
      for (const close of closing) await close()
      await wish.clean?.(raw)
      await proxy?.stop()
    },
  }
}

/** A series that Nextcloud cannot count: 500 (seen with 32.0.1). */
export const uncountable = (home: Collection): Item =>
  series(home, 'uncountable', ['DTSTART:20100104T090000Z', 'DTEND:20100104T100000Z', 'RRULE:FREQ=DAILY;COUNT=4000'])

/** An event that ends before it begins: Cyrus 3.6 answers 403. */
export const backwards = (home: Collection): Item => series(home, 'backwards', ['DTSTART:20210102T100000Z', 'DTEND:20210101T100000Z'])

function series(home: Collection, uid: string, times: readonly string[]): Item {
  const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20210101T000000Z']
  const body = Buffer.from([...head, ...times, `SUMMARY:${uid}`, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'))
  return specimen('event', home, 900, { naturalKey: uid, body })
}

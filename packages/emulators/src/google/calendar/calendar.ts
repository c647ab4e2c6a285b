import { hash32 } from '../../generate/random.ts'
import { Kept } from '../kept/kept.ts'
import { instantOfLocal } from './expand.ts'
import { type AclJson, type EventJson, isCancelled, isException, type KeptEvent } from './state.ts'

export interface CalendarFacts {
  readonly id: string
  readonly seed: number
  /** Address of the account whose data it is. */
  readonly owner: string
  readonly summary: string
  readonly timeZone: string
  readonly description?: string
  readonly labels?: readonly { readonly id: string; readonly name?: string; readonly backgroundColor: string }[]
  readonly now: () => number
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuv'

/** One calendar: its events, who may see it, and what has changed since when. */
export class Calendar {
  readonly facts: CalendarFacts
  summary: string
  readonly events: Kept<KeptEvent>
  readonly acl = new Map<string, AclJson>()
  #serial = 0

  constructor(facts: CalendarFacts) {
    this.facts = facts
    this.summary = facts.summary
    this.events = new Kept(`${facts.seed}/${facts.id}`)
    this.acl.set(`user:${facts.owner}`, { role: 'owner', scope: { type: 'user', value: facts.owner } })
  }

  get id(): string {
    return this.facts.id
  }

  /** In base32hex, as Google's. */
  newId(): string {
    const serial = this.#serial++
    let id = ''
    for (let at = 0; at < 26; at++) id += ALPHABET[hash32(this.facts.seed, this.id, serial, at) % 32] ?? '0'
    return id
  }

  /** Adds or replaces; what Google itself writes is written here. Answers with what then stands there. */
  put(wish: EventJson): EventJson {
    const id = wish.id ?? this.newId()
    const before = this.events.get(id)?.json
    const at = this.facts.now()
    // Two changes of one millisecond are told apart all the same.
    const etag = `"${at * 2 + (this.events.now % 2)}${String(this.events.now).padStart(6, '0')}"`
    const json: EventJson = {
      kind: 'calendar#event',
      status: 'confirmed',
      iCalUID: `${(wish.recurringEventId ?? id).replace(/_.*$/, '')}@google.com`,
      eventType: 'default',
      created: before?.created ?? new Date(at).toISOString(),
      organizer: { email: this.id, self: true, ...(this.id.includes('@group.') ? { displayName: this.summary } : {}) },
      sequence: before === undefined ? 0 : (before.sequence ?? 0) + 1,
      ...wish,
      ...timesOf(wish, this.facts.timeZone),
      htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(`${id} ${this.id}`).toString('base64url')}`,
      id,
      etag,
      updated: new Date(at).toISOString(),
    }
    this.events.put(id, { json })
    return json
  }

  /** As its owner edits it. Absent fields stay; `null` takes one away. */
  patch(id: string, change: EventJson): EventJson {
    const { sequence, ...known } = this.known(id)
    const merged: EventJson = { ...known, ...change, sequence: (sequence ?? 0) + 1 }
    return this.put(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)))
  }

  /** Deletes an event, or one occurrence; a series takes its exceptions along. */
  cancel(id: string, bare = false): void {
    const json = this.put({ ...this.known(id), status: 'cancelled' })
    if (bare) this.events.put(id, { json, bare: true })
    if (isException(json)) return
    for (const each of this.exceptionsOf(id))
      if (!isCancelled(each)) this.events.put(each.id ?? '', { json: { ...each, status: 'cancelled' }, bare: true })
  }

  exceptionsOf(id: string): readonly EventJson[] {
    return [...this.events.values()].flatMap(({ json }) => (json.recurringEventId === id ? [json] : []))
  }

  known(id: string): EventJson {
    const found = this.events.get(id)
    if (found === undefined) throw new Error(`There is no event ${id} in the calendar ${this.id}.`)
    return found.json
  }

  /** What stands there and is not deleted: singles, series and orphans; exceptions belong to their series. */
  items(): readonly EventJson[] {
    return [...this.events.values()].flatMap(({ json }) => {
      if (isCancelled(json)) return []
      if (!isException(json)) return [json]
      const master = this.events.get(json.recurringEventId ?? '')?.json
      return master === undefined || isCancelled(master) ? [json] : []
    })
  }
}

/** As Google answers, whatever it was told: with an offset. */
export function timesOf(event: EventJson, calendarZone: string): EventJson {
  const instant = (when: EventJson['start']): EventJson['start'] => {
    if (!when?.dateTime || /(Z|[+-]\d\d:\d\d)$/i.test(when.dateTime)) return when
    const ms = instantOfLocal(when.dateTime, when.timeZone ?? calendarZone)
    return { ...when, dateTime: new Date(ms).toISOString().replace('.000Z', 'Z') }
  }
  const { start, end, originalStartTime } = event
  const given = { start: instant(start), end: instant(end), originalStartTime: instant(originalStartTime) }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/**
 * What is told of an event. Of a deleted one only its id is certain: "on the organizer's calendar, cancelled events continue to expose event
 * details", elsewhere they do not; of a deleted occurrence, which one it was (reference of `events`, `status`).
 */
export function shown({ json, bare }: KeptEvent, calendar: Calendar): EventJson {
  if (!isCancelled(json)) return json
  const { kind = null, etag = null, id = null, status = null } = json
  const little = { kind, etag, id, status }
  const master = isException(json) ? calendar.events.get(json.recurringEventId ?? '')?.json : undefined
  if (isException(json) && !bare && (master === undefined || !isCancelled(master)))
    return {
      ...little,
      recurringEventId: json.recurringEventId ?? null,
      ...(json.originalStartTime && { originalStartTime: json.originalStartTime }),
    }
  return !bare && json.organizer?.self === true ? json : little
}

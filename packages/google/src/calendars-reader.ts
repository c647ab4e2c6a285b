import { createHash } from 'node:crypto'
import { type Account, type Call, Fault, type Item, type ItemRef, type Reason } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { type Json, textOf } from '@offramp/wire'
import type { EventFrame } from './calendars-event.ts'
import { type ItemChoices, labelOfEvent, uidOfEvent, type WholeEvent, whyLeftOut, writeWhole } from './calendars-item.ts'
import { type OwnCalendar, readCalendars, readEventLabels } from './calendars-list.ts'
import { readByUid, readEvent } from './calendars-pages.ts'
import { eventId, type Group, isCancelled, itemIdOf, removedIds, sortOf } from './calendars-series.ts'
import type { CalendarClient } from './client.ts'
import { printOf } from './work-cursor.ts'

/** What a page has learned of an item, so that opening it costs no call. */
interface Known {
  readonly calendar: OwnCalendar
  readonly whole: WholeEvent
}

export interface CalendarParts {
  readonly client: CalendarClient
  readonly acls: CalendarClient
  readonly account: Account
  readonly choices: NonNullable<Choices['calendars']>
}

const NO_LABELS: ReadonlyMap<string, string> = new Map()

/** One account's calendars: its list as it was last seen, and events as they are read. */
export class CalendarReader {
  readonly client: CalendarClient
  readonly #parts: CalendarParts
  readonly #on: ItemChoices
  readonly #known = new WeakMap<ItemRef, Known>()
  readonly #labels = new Map<string, Promise<ReadonlyMap<string, string>>>()
  #calendars: Promise<readonly OwnCalendar[]> | undefined

  constructor(parts: CalendarParts) {
    this.client = parts.client
    this.#parts = parts
    const { name } = parts.account
    this.#on = { choices: parts.choices, domain: name.slice(name.lastIndexOf('@') + 1).toLowerCase() }
  }

  get on(): ItemChoices {
    return this.#on
  }

  askCalendars(call: Call): Promise<readonly OwnCalendar[]> {
    const { client, acls, account } = this.#parts
    const asked = readCalendars({ client, acls, address: account.name }, call)
    this.#calendars = asked
    this.#labels.clear()
    asked.catch(() => {
      if (this.#calendars === asked) this.#calendars = undefined
    })
    return asked
  }

  async calendar(id: string, call: Call): Promise<OwnCalendar> {
    const found = (await (this.#calendars ?? this.askCalendars(call))).find(({ collection }) => collection.id === id)
    if (found !== undefined) return found
    const message = `A calendar of ${this.client.about} that was listed is no longer there.`
    throw new Fault({ reach: 'call', code: 'google-calendar-gone', message })
  }

  /** Besides an event itself, this decides its bytes. */
  made({ zone, reminders }: OwnCalendar): string {
    return printOf(zone, reminders, this.#parts.choices)
  }

  ref(calendar: OwnCalendar, whole: WholeEvent): ItemRef {
    const home = calendar.collection.id
    const ref: ItemRef = { id: itemIdOf(whole.event, home), version: printOf16(home, this.#revision(calendar, whole)) }
    this.#known.set(ref, { calendar, whole })
    return ref
  }

  /** A series, or the occurrences of one whose master is nowhere. */
  groupRefs(calendar: OwnCalendar, { master, exceptions }: Group): readonly ItemRef[] {
    if (master !== undefined && !isCancelled(master)) return [this.ref(calendar, { event: master, exceptions })]
    return exceptions.flatMap((event) =>
      isCancelled(event) ? removedRefs([`${eventId(event)}@${calendar.collection.id}`]) : [this.ref(calendar, { event, exceptions: [] })],
    )
  }

  removed = (calendar: OwnCalendar, event: Json): readonly ItemRef[] => removedRefs(removedIds(event, calendar.collection.id))

  /** Everything about an item: from its page, or from the calendar itself. */
  async open(ref: ItemRef, call: Call): Promise<Item> {
    call.signal.throwIfAborted()
    const known = this.#known.get(ref) ?? (await this.#ask(ref.id, call))
    const left = whyLeftOut(known.whole.event, this.#on.choices)
    if (left !== undefined) throw left
    const { bytes, losses } = writeWhole(known.whole, await this.#frame(known, call), this.#on)
    return { ...this.#item(known), size: bytes.length, losses, body: (asked) => inHand(bytes, asked) }
  }

  /** As a count tells it. */
  counted(calendar: OwnCalendar, whole: WholeEvent): Item {
    const item = this.#item({ calendar, whole })
    this.#known.set(item, { calendar, whole })
    return item
  }

  #item(known: Known): Item {
    const { calendar, whole } = known
    const label = labelOfEvent(whole)
    const { id, version } = this.ref(calendar, whole)
    return {
      id,
      version,
      kind: 'event',
      naturalKey: uidOfEvent(whole),
      home: calendar.collection,
      traits: {},
      revision: this.#revision(calendar, whole),
      ...(label === '' ? {} : { label }),
      body: (call) => this.#body(known, call),
    }
  }

  async *#body(known: Known, call: Call): AsyncGenerator<Uint8Array> {
    yield* inHand(writeWhole(known.whole, await this.#frame(known, call), this.#on).bytes, call)
  }

  /** Changes when any of its occurrences does. */
  #revision(calendar: OwnCalendar, { event, exceptions }: WholeEvent): string {
    const parts = [event, ...exceptions].map((each) => `${eventId(each)} ${textOf(each['etag']) ?? ''} ${textOf(each['status']) ?? ''}`)
    return printOf16(this.made(calendar), ...parts.sort())
  }

  async #frame({ calendar, whole }: Known, call: Call): Promise<EventFrame> {
    const { collection, zone, reminders } = calendar
    const labelled = [whole.event, ...whole.exceptions].some((event) => textOf(event['eventLabelId']) !== undefined)
    const labels = labelled ? await this.#labelsOf(collection.id, call) : NO_LABELS
    const { name: address, displayName } = this.#parts.account
    return {
      zone,
      reminders,
      labels,
      owner: { address, ...(displayName === undefined ? {} : { name: displayName }) },
      note: () => undefined,
    }
  }

  #labelsOf(calendar: string, call: Call): Promise<ReadonlyMap<string, string>> {
    const asked = this.#labels.get(calendar) ?? readEventLabels(this.client, calendar, call)
    this.#labels.set(calendar, asked)
    asked.catch(() => this.#labels.delete(calendar))
    return asked
  }

  /** Of an item that is known by its id alone, which does not say in which of the account's own calendars it stands now. */
  async #ask(id: string, call: Call): Promise<Known> {
    const at = id.indexOf('@')
    const [own, home] = at < 0 ? [id, undefined] : [id.slice(0, at), id.slice(at + 1)]
    for (const calendar of await (this.#calendars ?? this.askCalendars(call))) {
      if (calendar.skip !== undefined || (home !== undefined && calendar.collection.id !== home)) continue
      const whole = await this.#whole(calendar.collection.id, own, call)
      if (whole !== undefined && itemIdOf(whole.event, calendar.collection.id) === id) return { calendar, whole }
    }
    const message = `An event in ${this.client.about} is no longer there.`
    throw new Fault({ reach: 'item', reason: 'gone' satisfies Reason, code: 'google-gone', message })
  }

  async #whole(calendar: string, id: string, call: Call): Promise<WholeEvent | undefined> {
    const event = await readEvent(this.client, calendar, { id, call })
    if (event === undefined) return undefined
    const sort = sortOf(event)
    if (sort === 'single') return { event, exceptions: [] }
    const uid = textOf(event['iCalUID'])
    const { master, exceptions } = await this.group(calendar, { id: textOf(event['recurringEventId']) ?? id, uid, call })
    if (sort === 'master') return { event: master ?? event, exceptions }
    // An occurrence whose series is here after all belongs to that.
    return master === undefined || isCancelled(master) ? { event, exceptions: [] } : undefined
  }

  /** A series as it stands now. Without its UID it costs one call more. */
  async group(calendar: string, on: { readonly id: string; readonly uid: string | undefined; readonly call: Call }): Promise<Group> {
    const { id, call } = on
    const master = on.uid === undefined ? await readEvent(this.client, calendar, { id, call }) : undefined
    const uid = on.uid ?? textOf(master?.['iCalUID'])
    if (uid === undefined) return { id, exceptions: [] }
    const all = await readByUid(this.client, calendar, { uid, call })
    const found = all.find((event) => eventId(event) === id) ?? master
    return { id, ...(found === undefined ? {} : { master: found }), exceptions: all.filter((event) => event['recurringEventId'] === id) }
  }
}

const removedRefs = (ids: readonly string[]): readonly ItemRef[] => ids.map((id) => ({ id, version: '', removed: true }))

const printOf16 = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16)

async function* inHand(bytes: Uint8Array, call: Call): AsyncGenerator<Uint8Array> {
  call.signal.throwIfAborted()
  yield bytes
}

import type { CalendarEvent } from '@offramp/formats'
import type { Calendar } from '../calendar/calendar.ts'
import { putOrphan } from '../calendar/hostile.ts'
import { type Occurrence, occurrencesOf } from '../calendar/instances.ts'
import { addCalendar, secondaryId } from '../calendar/seed.ts'
import { putException, putModel } from '../calendar/series.ts'
import type { AclJson, CalendarEntryJson, EventJson } from '../calendar/state.ts'
import type { Account } from '../directory/account.ts'
import type { WorkspaceState } from '../serve/state.ts'
import type { CalendarControl, CalendarTruth, EventTruth, NewCalendar } from './calendar-control.ts'

/** The owner of calendars in this process. */
export class CalendarDesk implements CalendarControl {
  readonly #account: Account
  readonly #state: WorkspaceState

  constructor(account: Account, state: WorkspaceState) {
    this.#account = account
    this.#state = state
  }

  async calendars(): Promise<readonly CalendarTruth[]> {
    return this.#account.calendarList.flatMap(({ calendar }) => {
      const found = this.#state.calendars.get(calendar)
      return found === undefined ? [] : [truthOf(found)]
    })
  }

  async addCalendar(name: string, facts: NewCalendar = {}): Promise<CalendarTruth> {
    const { entry = {}, owner = this.#account.address, ...more } = facts
    const id = secondaryId(this.#account.address, name, this.#account.calendarList.length)
    const made = addCalendar(this.#state.calendars, { id, summary: name, owner, ...more }, this.#state)
    this.#account.calendarList.push({ calendar: id, json: entry })
    return truthOf(made)
  }

  async subscribe(calendar: string, entry: CalendarEntryJson): Promise<void> {
    this.#account.calendarList.push({ calendar: this.#calendar(calendar).id, json: entry })
  }

  async renameCalendar(calendar: string, name: string): Promise<void> {
    this.#calendar(calendar).summary = name
  }

  async see(calendar: string, json: CalendarEntryJson): Promise<void> {
    const { id } = this.#calendar(calendar)
    const { calendarList } = this.#account
    const at = calendarList.findIndex((each) => each.calendar === id)
    calendarList[at] = { calendar: id, json: { ...calendarList[at]?.json, ...json } }
  }

  async share(calendar: string, rule: AclJson): Promise<void> {
    const { type = 'user', value = '' } = rule.scope ?? {}
    this.#calendar(calendar).acl.set(type === 'default' ? 'default' : `${type}:${value}`, rule)
  }

  async put(calendar: string, event: EventJson): Promise<EventJson> {
    return this.#calendar(calendar).put(event)
  }

  async putSeries(calendar: string, event: CalendarEvent): Promise<string> {
    return putModel(this.#calendar(calendar), event)
  }

  async putException(calendar: string, event: string, change: EventJson): Promise<EventJson> {
    const held = this.#calendar(calendar)
    return putException(held, held.known(event), change)
  }

  async patch(calendar: string, event: string, change: EventJson): Promise<EventJson> {
    return this.#calendar(calendar).patch(event, change)
  }

  async cancel(calendar: string, event: string): Promise<void> {
    this.#calendar(calendar).cancel(event)
  }

  async move(event: string, from: string, to: string): Promise<void> {
    const [source, target] = [this.#calendar(from), this.#calendar(to)]
    const all = [source.known(event), ...source.exceptionsOf(event)]
    source.cancel(event, true)
    for (const { organizer: _, ...json } of all) target.put(json)
  }

  async orphan(calendar: string): Promise<string> {
    return putOrphan(this.#calendar(calendar))
  }

  async items(calendar?: string): Promise<readonly EventTruth[]> {
    const own = calendar === undefined ? this.#own() : [this.#calendar(calendar)]
    return own.flatMap((held) => held.items().map((event) => ({ calendar: held.id, event, exceptions: held.exceptionsOf(event.id ?? '') })))
  }

  async instants(calendar: string, event: string, from: number, to: number): Promise<readonly Occurrence[]> {
    const held = this.#calendar(calendar)
    return occurrencesOf(held.known(event), held.exceptionsOf(event), { from, to })
  }

  async expireSyncTokens(): Promise<void> {
    for (const { events } of this.#own()) events.expire()
  }

  #own(): readonly Calendar[] {
    return [...this.#state.calendars.values()].filter(({ facts }) => facts.owner === this.#account.address)
  }

  #calendar(name: string): Calendar {
    const id = name === 'primary' ? this.#account.address : name
    const found = this.#state.calendars.get(id) ?? this.#own().find(({ summary }) => summary === name)
    if (found === undefined) throw new Error(`There is no calendar "${name}" of ${this.#account.address}.`)
    return found
  }
}

const truthOf = ({ id, summary, facts }: Calendar): CalendarTruth => ({ id, name: summary, owner: facts.owner, timeZone: facts.timeZone })

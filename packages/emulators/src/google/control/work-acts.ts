import type { Random } from '../../generate/random.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { startsOf } from '../calendar/expand.ts'
import { putException } from '../calendar/series.ts'
import { type EventJson, isException } from '../calendar/state.ts'
import type { Account } from '../directory/account.ts'
import type { WorkspaceState } from '../serve/state.ts'
import type { WorkAct } from './workspace-control.ts'

interface Scene {
  readonly account: Account
  readonly state: WorkspaceState
  readonly random: Random
  /** How many acts there were before. */
  readonly turn: number
}

const ACTS: Readonly<Record<WorkAct, (scene: Scene) => void>> = {
  'add-event': (scene) => {
    const start = { dateTime: `2026-02-01T${String(scene.turn % 24).padStart(2, '0')}:00:00Z`, timeZone: 'Europe/Berlin' }
    calendarOf(scene)?.put({ summary: `Added ${scene.turn}`, start, end: start })
  },
  'edit-event': (scene) => onEvent(scene, (calendar, { id }) => void calendar.patch(id ?? '', { summary: `Edited ${scene.turn}` })),
  'cancel-event': (scene) => onEvent(scene, (calendar, { id }) => calendar.cancel(id ?? '')),
  'edit-occurrence': (scene) => onOccurrence(scene, { summary: `One of them ${scene.turn}` }),
  'cancel-occurrence': (scene) => onOccurrence(scene, { status: 'cancelled' }),
  'add-contact': ({ account, turn }) => void account.book.put({ names: [{ displayName: `Added ${turn}`, givenName: `Added ${turn}` }] }),
  'edit-contact': (scene) => {
    const { book } = scene.account
    const person = any(
      scene,
      [...book.people.values()].filter(({ deleted }) => !deleted),
    )
    if (person) book.put({ ...person.json, nicknames: [{ value: `Edited ${scene.turn}` }] })
  },
  'delete-contact': (scene) => {
    const { book } = scene.account
    const person = any(
      scene,
      [...book.people.values()].filter(({ deleted }) => !deleted),
    )
    if (person) book.remove(person.json.resourceName ?? '')
  },
  'edit-task': (scene) => {
    const list = any(scene, [...scene.account.todo.lists.values()])
    const task =
      list &&
      any(
        scene,
        [...list.tasks.values()].filter(({ deleted }) => deleted !== true),
      )
    if (list && task) scene.account.todo.put(list.id, { ...task, title: `Edited ${scene.turn}` })
  },
}

export const isWorkAct = (act: string): act is WorkAct => Object.hasOwn(ACTS, act)

/** One act of a scripted user at the calendar, the address book or the tasks. */
export const playWork = (act: WorkAct, scene: Scene): void => ACTS[act](scene)

const any = <T>({ random }: Scene, all: readonly T[]): T | undefined => all[random.between(0, Math.max(0, all.length - 1))]

const calendarOf = ({ account, state }: Scene): Calendar | undefined => state.calendars.get(account.address)

function onEvent(
  scene: Scene,
  act: (calendar: Calendar, event: EventJson) => void,
  fits: (event: EventJson) => boolean = () => true,
): void {
  const calendar = calendarOf(scene)
  const event =
    calendar &&
    any(
      scene,
      calendar.items().filter((each) => !isException(each) && fits(each)),
    )
  if (calendar && event) act(calendar, event)
}

/** None where nobody can follow the rule. */
function placesOf(master: EventJson, from: number): readonly number[] {
  try {
    return startsOf(master, { from, to: from + 120 * 86_400_000 })
  } catch {
    return []
  }
}

function onOccurrence(scene: Scene, change: EventJson): void {
  const isSeries = ({ recurrence }: EventJson): boolean => (recurrence ?? []).length > 0
  onEvent(
    scene,
    (calendar, master) => {
      const start = Date.parse(master.start?.dateTime ?? `${master.start?.date}T00:00:00Z`)
      const at = any(scene, placesOf(master, start))
      if (at === undefined) return
      const iso = new Date(at).toISOString()
      const originalStartTime = master.start?.date
        ? { date: iso.slice(0, 10) }
        : { dateTime: iso, timeZone: master.start?.timeZone ?? 'UTC' }
      putException(calendar, master, { originalStartTime, ...change })
    },
    isSeries,
  )
}

import type { Moment, Recurrence, Task } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { importanceOf, richText } from './calendar-event.ts'
import { categoriesOf } from './calendar-people.ts'
import { ruleOf } from './calendar-recurrence.ts'
import { dayAt, instantIn, momentAt, timeOf } from './calendar-zones.ts'
import { given } from './given.ts'
import { LOSSES } from './losses.ts'

const STATES: Readonly<Record<string, { readonly status: Task['status']; readonly loss?: string }>> = {
  notStarted: { status: 'needs-action' },
  inProgress: { status: 'in-process' },
  completed: { status: 'completed' },
  waitingOnOthers: { status: 'in-process', loss: LOSSES.waiting },
  deferred: { status: 'needs-action', loss: LOSSES.deferred },
}

/** A task without its steps and attachments. `zone`: the mailbox's own. */
export function taskOf(
  json: Json,
  setting: { readonly uid: string; readonly zone: string | undefined },
): { readonly task: Task; readonly losses: readonly string[] } {
  const zone = setting.zone ?? 'UTC'
  const state = STATES[textOf(json['status']) ?? ''] ?? { status: 'needs-action' }
  const due = dayIn(json['dueDateTime'], zone)
  const start = dayIn(json['startDateTime'], zone)
  const repeats = objectOf(json['recurrence'])
  const first = start ?? due ?? firstDay(repeats)
  const recurrence = first === undefined || Object.keys(repeats).length === 0 ? undefined : recurrenceIn(repeats, first, zone)
  const links = objectsOf(json['linkedResources'])
  const reachable = links.flatMap((link) => linkOf(link) ?? [])
  const at = json['isReminderOn'] === true ? instantIn(json['reminderDateTime']) : undefined
  const task: Task = {
    uid: setting.uid,
    status: state.status,
    ...given('title', textOf(json['title'])),
    ...given('description', richText(objectOf(json['body']))),
    // A task that repeats is told from when.
    ...given('start', start ?? (recurrence === undefined ? undefined : first)),
    ...given('due', due),
    ...given('completedAt', instantIn(json['completedDateTime'])),
    ...given('importance', importanceOf(json['importance'])),
    ...given('categories', categoriesOf(json)),
    ...given('reminders', at === undefined ? [] : [{ method: 'display', when: { at: momentAt(at, zone) } } as const]),
    ...given('recurrence', recurrence),
    ...given('links', reachable),
    ...given('createdAt', timeOf(json['createdDateTime'])),
    ...given('modifiedAt', timeOf(json['lastModifiedDateTime'])),
  }
  const losses = [
    ...(state.loss === undefined ? [] : [state.loss]),
    ...(reachable.length < links.length ? [LOSSES.link] : []),
    ...(Object.keys(repeats).length > 0 && recurrence === undefined ? [LOSSES.noFirstDay] : []),
  ]
  return { task, losses }
}

/** Days of To Do are midnights where the owner lives, told in UTC; some clients write the midnight of UTC. Both are nearest to the same day. */
function dayIn(value: unknown, zone: string): Moment | undefined {
  const at = instantIn(value)
  return at === undefined ? undefined : { date: dayAt(at, zone) }
}

const recurrenceIn = (repeats: Json, first: Moment, zone: string): Recurrence => ({ rules: [ruleOf(repeats, first, zone)] })

/** The day from which a rule counts, where the task itself has none. */
function firstDay(repeats: Json): Moment | undefined {
  const date = /^(?!0001)\d{4}-\d\d-\d\d$/.exec(textOf(objectOf(repeats['range'])['startDate']) ?? '')?.[0]
  return date === undefined ? undefined : { date }
}

function linkOf(link: Json): { readonly url: string; readonly title?: string } | undefined {
  const url = textOf(link['webUrl'])
  if (url === undefined || URL.parse(url) === null) return undefined
  return { url, ...given('title', textOf(link['displayName']) ?? textOf(link['applicationName'])) }
}

/** A step of a checklist: a title, and whether it is done. */
export function stepOf(step: Json, place: { readonly uid: string; readonly parentUid: string; readonly order: number }): Task {
  const isDone = step['isChecked'] === true
  return {
    ...place,
    status: isDone ? 'completed' : 'needs-action',
    ...given('title', textOf(step['displayName'])),
    ...given('completedAt', isDone ? timeOf(step['checkedDateTime']) : undefined),
    ...given('createdAt', timeOf(step['createdDateTime'])),
  }
}

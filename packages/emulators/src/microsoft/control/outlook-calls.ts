import type { OutlookControl } from './outlook-desk.ts'

/** What the owner can be asked for from afar, with arguments as JSON. */
const CALLS: readonly (keyof OutlookControl)[] = [
  'calendars',
  'addCalendar',
  'deleteCalendar',
  'events',
  'addEvent',
  'addModel',
  'editEvent',
  'moveEvent',
  'removeEvent',
  'changeOccurrence',
  'cancelOccurrence',
  'instants',
  'contactFolders',
  'addContactFolder',
  'contacts',
  'addContact',
  'editContact',
  'moveContact',
  'removeContact',
  'addDistributionList',
  'taskLists',
  'addTaskList',
  'tasks',
  'addTask',
  'editTask',
  'editStep',
  'removeTask',
  'untold',
  'expireDelta',
]

/** Does what another process asks for. What is left out at the end is absent; `given` is what `remoteOutlook` has sent. */
export function callOutlook(desk: OutlookControl, name: string, given: readonly unknown[]): Promise<unknown> {
  const call = CALLS.find((each) => each === name)
  if (call === undefined) throw new Error(`The control API knows no "${name}" of calendars, contacts and tasks.`)
  const act: unknown = desk[call]
  if (typeof act !== 'function') throw new Error(`The control API cannot call "${name}".`)
  const answer: Promise<unknown> = act(...given)
  return answer
}

/** The owner's hands in another process. */
export function remoteOutlook(ask: (name: string, given: readonly unknown[]) => Promise<Response>): OutlookControl {
  const calls = CALLS.map((name) => [
    name,
    async (...given: readonly unknown[]): Promise<unknown> => {
      const answer: unknown = JSON.parse(await (await ask(name, withoutEnd(given))).text())
      return answer ?? undefined
    },
  ])
  const desk: OutlookControl = Object.fromEntries(calls)
  return desk
}

/** JSON would make null of what was left out at the end, and null means something. */
function withoutEnd(given: readonly unknown[]): readonly unknown[] {
  const last = given.findLastIndex((each) => each !== undefined)
  return given.slice(0, last + 1)
}

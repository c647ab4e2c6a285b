import { derivedUid, htmlToText, type RichText, type Task } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'

export const taskId = (task: Json): string => textOf(task['id']) ?? ''

export const uidOfTask = (id: string): string => derivedUid('google-task', id)

function timeOf(value: unknown): number | undefined {
  const ms = Date.parse(textOf(value) ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

/**
 * Google sorts siblings by text of twenty digits. What is larger than the numbers of iCalendar is told by its length and its first bits, so that
 * it stays behind what is smaller.
 */
function orderOf(position: string | undefined): number | undefined {
  if (position === undefined || !/^\d{1,20}$/.test(position)) return undefined
  const bits = BigInt(position).toString(2)
  return bits.length <= 30 ? Number(position) : 2 ** 30 + (bits.length - 31) * 2 ** 24 + Number.parseInt(bits.slice(1, 25), 2)
}

function linksOf(task: Json): NonNullable<Task['links']> {
  const links = objectsOf(task['links']).flatMap((link) => {
    const [url, title] = [textOf(link['link']), textOf(link['description'])]
    return url === undefined ? [] : [{ url, ...(title === undefined ? {} : { title }) }]
  })
  // From a document or a chat room somebody assigned it.
  const assigned = textOf(objectOf(task['assignmentInfo'])['linkToTask'])
  return assigned === undefined ? links : [...links, { url: assigned, title: 'Assigned from' }]
}

const textOfNotes = (notes: string): RichText => (/<\/?[a-z][^<>]*>/i.test(notes) ? { text: htmlToText(notes) } : { text: notes })

/**
 * A task of Google's, which has neither times nor recurrence nor reminders nor importance. `due` names a day and is written as midnight UTC:
 * in no zone may it become the day before (reference of `Task.due`).
 */
export function taskOf(task: Json): Task {
  const [title, notes, due, parent] = ['title', 'notes', 'due', 'parent'].map((name) => textOf(task[name]))
  const [completedAt, modifiedAt] = [timeOf(task['completed']), timeOf(task['updated'])]
  const order = orderOf(textOf(task['position']))
  const links = linksOf(task)
  return {
    uid: uidOfTask(taskId(task)),
    status: task['status'] === 'completed' ? 'completed' : 'needs-action',
    ...(title === undefined ? {} : { title }),
    ...(notes === undefined ? {} : { description: textOfNotes(notes) }),
    ...(due === undefined ? {} : { due: { date: due.slice(0, 10) } }),
    ...(completedAt === undefined ? {} : { completedAt }),
    ...(parent === undefined ? {} : { parentUid: uidOfTask(parent) }),
    ...(order === undefined ? {} : { order }),
    ...(links.length === 0 ? {} : { links }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  }
}

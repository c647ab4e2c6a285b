import type { TasksSeed } from '../options.ts'
import type { TaskJson, TaskListState, Todo } from './todo.ts'

const due = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString()

/** Fills the lists as the seed says. */
export function seedTodo(todo: Todo, seed: TasksSeed, address: string): void {
  const { tasks = 0 } = seed
  const [first] = todo.lists.values()
  if (first === undefined) throw new Error(`${address} has no task list.`)
  const second = tasks > 0 ? todo.addList('Errands / private') : first
  let parent: string | undefined
  for (let at = 0; at < tasks; at++) {
    const list: TaskListState = at % 3 === 2 ? second : first
    const wish: TaskJson = {
      title: `Task ${at}`,
      ...(at % 2 === 0 && { notes: `Notes ${at}\nsecond line` }),
      ...(at % 4 === 0 && { due: due(at) }),
      ...(at % 5 === 0 && { status: 'completed', completed: due(at), hidden: at % 10 === 0 }),
      ...(at % 6 === 1 && parent !== undefined && list === first && { parent }),
    }
    const made = todo.put(list.id, wish)
    if (list === first && made.parent === undefined) parent = made.id ?? undefined
  }
  if (seed.hostile) for (const wish of HOSTILE) todo.put(first.id, wish)
}

const HOSTILE: readonly TaskJson[] = [
  {},
  { title: '', notes: '' },
  { title: 'x'.repeat(1_024), notes: `<b>${'ü'.repeat(4_000)}</b>` },
  { title: 'far ahead', due: '9999-12-31T00:00:00.000Z' },
  { title: 'the day of the change', due: '2026-03-29T00:00:00.000Z' },
  {
    title: 'assigned',
    assignmentInfo: {
      linkToTask: 'https://docs.google.com/document/d/1/edit',
      surfaceType: 'DOCUMENT',
      driveResourceInfo: { driveFileId: '1' },
    },
  },
  { title: 'from mail', links: [{ type: 'email', description: 'Re: offer', link: 'https://mail.google.com/mail/#all/1' }] },
  { title: 'parent is gone', parent: 'bm9ib2R5' },
]

import type { tasks_v1 } from '@googleapis/tasks'
import { beforeEach, expect, test } from 'vitest'
import { TasksDesk } from '../control/tasks-desk.ts'
import { accountNamed } from '../directory/account.ts'
import { ANNA, type TestDomain, testDomain } from '../test-domain.ts'

const ALL = 'maxResults=100&showCompleted=true&showHidden=true&showAssigned=true'

let domain: TestDomain
let desk: TasksDesk
let list: string

beforeEach(async () => {
  domain = testDomain({ accounts: [{ address: ANNA, admin: true }], quirks: { emptyPageEvery: 0 } })
  desk = new TasksDesk(accountNamed(domain.state, ANNA).todo)
  domain.as(ANNA, ['tasks.readonly'])
  list = (await desk.lists())[0]?.id ?? ''
})

const titles = (query: string) =>
  (domain.get<tasks_v1.Schema$Tasks>(`/tasks/v1/lists/${list}/tasks?${query}`).json.items ?? []).map(({ title }) => title).sort()

test('hidden, assigned and deleted tasks come when they are asked for', async () => {
  await desk.put(list, { title: 'plain' })
  await desk.put(list, { title: 'hidden', status: 'completed', hidden: true })
  await desk.put(list, { title: 'assigned', assignmentInfo: { linkToTask: 'https://docs.example/1' } })
  const { id } = await desk.put(list, { title: 'deleted' })
  await desk.remove(id ?? '')
  expect(titles('maxResults=100')).toEqual(['plain'])
  expect(titles(ALL)).toEqual(['assigned', 'hidden', 'plain'])
  expect(titles(`${ALL}&showDeleted=true`)).toEqual(['assigned', 'deleted', 'hidden', 'plain'])
  expect(domain.state.violations.list()).toEqual([])
})

test('changes are told from an instant on, and a window of days is noted', async () => {
  await desk.put(list, { title: 'old' })
  domain.clock.now += 60_000
  const since = new Date(domain.clock.now).toISOString()
  await desk.put(list, { title: 'new' })
  expect(titles(`${ALL}&updatedMin=${since}`)).toEqual(['new'])
  expect(titles(`${ALL}&dueMin=${since}`)).not.toEqual([])
  expect(domain.state.violations.list()).toEqual([expect.stringContaining('dueMin')])
})

test('a task that is moved keeps its id; 50,000 requests a day are the project’s', async () => {
  const { id } = await desk.put(list, { title: 'wanders' })
  const other = await desk.addList('Other')
  await desk.move(id ?? '', 'Other')
  expect((await desk.tasks()).map(({ list: home, task }) => [home, task.id])).toEqual([[other.id, id]])
  const small = testDomain({ accounts: [{ address: ANNA, admin: true }], limits: { tasksPerDay: 2 } })
  small.as(ANNA, ['tasks.readonly'])
  const statuses = [1, 2, 3].map(() => small.get('/tasks/v1/users/@me/lists').status)
  expect(statuses).toEqual([200, 200, 403])
})

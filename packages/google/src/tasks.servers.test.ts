import { afterEach, describe, expect, test } from 'vitest'
import { openAll, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, closeAll, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

async function scene(tasks: object, more: object = {}) {
  const accounts = [
    { address: ADMIN, admin: true },
    { address: ANNA, tasks },
  ]
  const { workspace, endpoint } = await lab({ domain: { accounts, ...more }, speed: 200 })
  const connect = () => endpoint.connect(userOf(ANNA), 'task')
  return { workspace, desk: workspace.work(ANNA).tasks, connect, source: await connect() }
}

describe('task lists', () => {
  test('are read whole, hidden, completed and assigned ones as well', async () => {
    const { source, workspace, desk } = await scene({ tasks: 120, hostile: true }, { quirks: { pageItems: 30, emptyPageEvery: 3 } })
    const { items, left } = await openAll(source, await walkWork(source))
    const truth = await desk.tasks()
    expect([items.length, left.size]).toEqual([truth.length, 0])
    const textOf = (label: string) => items.find(({ item }) => item.label === label)?.text.replaceAll(/\r\n[ \t]/g, '') ?? ''
    expect(textOf('Task 4')).toContain('DUE;VALUE=DATE:20260105')
    expect(textOf('Task 10')).toContain('STATUS:COMPLETED')
    expect(textOf('the day of the change')).toContain('DUE;VALUE=DATE:20260329')
    const child = truth.find(({ task }) => task.parent && task.title?.startsWith('Task'))?.task
    const parent = items.find(({ item }) => item.id === child?.parent)
    expect(textOf(child?.title ?? '')).toContain(`RELATED-TO;RELTYPE=PARENT:${parent?.item.naturalKey}`)
    expect(textOf('assigned')).toContain('docs.google.com')
    expect(textOf('from mail')).toContain('mail.google.com')
    expect(new Set(items.map(({ item }) => item.home.path[0]))).toEqual(new Set(['My Tasks', 'Errands / private']))
    expect(await workspace.violations()).toEqual([])
  })

  test('changes are followed by Google’s own clock: edited, moved and deleted', async () => {
    const { source, desk, workspace, connect } = await scene({ tasks: 40 })
    const before = await walkWork(source)
    // Long enough ago that nothing of the first listing is told once more.
    const [first, second, third] = (await desk.tasks()).map(({ task }) => task)
    const [, errands] = await desk.lists()
    await desk.put((await desk.lists())[0]?.id ?? '', { ...first, title: 'Other' })
    await desk.move(second?.id ?? '', errands?.id ?? '')
    await desk.remove(third?.id ?? '')
    const later = await connect()
    const after = await walkWork(later, { since: before })
    const changed = [...after.refs.values()].filter(({ id, version }) => before.refs.get(id)?.version !== version).map(({ id }) => id)
    expect(changed.sort()).toEqual([first?.id, second?.id].sort())
    expect(after.removed).toEqual(expect.arrayContaining([third?.id, second?.id]))
    const moved = (await openAll(later, after)).items.find(({ item }) => item.id === second?.id)
    expect(moved?.item.home.id).toBe(errands?.id)
    expect(await workspace.violations()).toEqual([])
  })

  test('cost a request for 100 tasks and one for the lists', async () => {
    const { source, workspace } = await scene({ tasks: 250 }, { quirks: { emptyPageEvery: 0 } })
    expect((await walkWork(source)).refs.size).toBe(250)
    expect((await workspace.stats()).requests).toEqual({ token: 1, 'tasklists.list': 1, 'tasks.list': 3 })
  })
})

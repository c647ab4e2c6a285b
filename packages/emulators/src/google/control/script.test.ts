import { expect, test } from 'vitest'
import { ANNA, type TestDomain, testDomain } from '../test-domain.ts'
import { PlayedScript } from './script.ts'
import type { GmailAct, GmailScript } from './workspace-control.ts'

async function truth({ desk }: TestDomain): Promise<string> {
  return JSON.stringify([await desk.messages(), await desk.labels()])
}

function played(steps: GmailScript['steps'], method?: string): TestDomain {
  const domain = testDomain()
  const script = new PlayedScript(domain.state, { mailbox: ANNA, steps, ...(method !== undefined && { method }) })
  domain.state.ticks = (name, mailbox) => script.tick(name, mailbox)
  return domain
}

const ACTS: readonly GmailAct[] = ['relabel', 'archive', 'trash', 'delete', 'star', 'read', 'receive', 'rename-label', 'edit-draft']

test.each(ACTS)('%s changes the mailbox, the same each time', async (act) => {
  const runs = await Promise.all(
    [1, 2].map(async () => {
      const domain = played([{ at: 2, act, count: 12 }])
      const before = await truth(domain)
      domain.get('profile')
      expect(await truth(domain)).toBe(before)
      domain.get('labels')
      const after = await truth(domain)
      expect(after).not.toBe(before)
      return after
    }),
  )
  expect(runs[0]).toBe(runs[1])
})

test('steps are played as often as they say, on requests of their method', async () => {
  const domain = played([{ every: 2, act: 'receive', times: 2 }], 'labels.list')
  const count = async () => (await domain.desk.messages()).length
  const begin = await count()
  for (let request = 0; request < 9; request++) domain.get('labels')
  for (let request = 0; request < 9; request++) domain.get('profile')
  expect((await count()) - begin).toBe(2)
})

import type { MailSettings } from '@offramp/core'
import { afterEach, expect, it } from 'vitest'
import { ADMIN, ANNA, call, closeAll, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const FILTER = {
  id: 'f1',
  criteria: { from: 'joe@x.example OR eva@x.example', query: '-has:attachment' },
  action: { addLabelIds: ['Label_1'], removeLabelIds: ['INBOX'] },
}

const domain = {
  accounts: [
    { address: ADMIN, admin: true },
    {
      address: ANNA,
      messages: [{ labels: ['Clients/A'], count: 2 }],
      settings: {
        filters: [FILTER],
        vacation: {
          enableAutoReply: true,
          responseSubject: 'Away',
          responseBodyPlainText: 'Hi',
          restrictToDomain: true,
          endTime: '1798761600000',
        },
        autoForwarding: { enabled: true, emailAddress: 'me@home.example', disposition: 'markRead' },
        sendAs: [{ sendAsEmail: ANNA, displayName: 'Anna', isPrimary: true, isDefault: true, signature: '<b>A</b>' }],
        delegates: [{ delegateEmail: 'eva@fabrikam.example', verificationStatus: 'accepted' }],
      },
    },
  ],
}

async function settingsOf({ endpoint }: Awaited<ReturnType<typeof lab>>, address = ANNA): Promise<MailSettings> {
  const settings = await endpoint.mailSettings?.(userOf(address), call)
  if (settings === undefined) throw new Error('no settings')
  return settings
}

it('reads everything that an owner has set up', async () => {
  const opened = await lab({ domain })
  const settings = await settingsOf(opened)
  expect(settings).toMatchObject({
    ruleOrder: 'together',
    rules: [
      {
        when: { is: 'all', of: [{ is: 'any' }, { is: 'not', of: { is: 'sort' } }] },
        actions: [{ do: 'file', folder: { id: 'Label_1' }, copy: false }],
      },
    ],
    automaticReply: { enabled: true, subject: 'Away', externalAudience: 'none', end: 1_798_761_600_000 },
    forwarding: { enabled: true, to: ['me@home.example'], ownCopy: 'read' },
    identities: [{ address: ANNA, name: 'Anna', primary: true, signature: { html: '<b>A</b>' } }],
    delegates: [{ address: 'eva@fabrikam.example', verified: true }],
    raw: { filters: { filter: [FILTER] }, imap: expect.any(Object), pop: expect.any(Object), language: expect.any(Object) },
  })
  expect(await opened.workspace.violations()).toEqual([])
})

it('names labels by the ids that the mail source gives their folders, or by their names where they become flags', async () => {
  const opened = await lab({ domain })
  const ids: string[] = []
  for await (const { collections } of opened.source.listings(call))
    ids.push(...(collections ?? []).filter(({ path }) => path.join('/') === 'Clients/A').map(({ id }) => id))
  const filtered = { ...FILTER, action: { addLabelIds: ids } }
  const [first, second] = domain.accounts
  const again = await lab({
    domain: { accounts: [first ?? { address: ADMIN }, { ...second, address: ANNA, settings: { filters: [filtered] } }] },
    settings: { labels: 'archive' },
  })
  expect(ids).toHaveLength(1)
  expect((await settingsOf(again)).rules[0]?.actions).toEqual([{ do: 'categorize', names: ['Clients/A'] }])
})

it('reads a mailbox whose owner has set up nothing', async () => {
  const settings = await settingsOf(await lab(), ADMIN)
  expect(settings.rules).toEqual([])
  expect(settings.automaticReply).toBeUndefined()
  expect(settings.forwarding).toBeUndefined()
})

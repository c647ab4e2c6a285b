import type { MailSettings } from '@offramp/core'
import { afterEach, expect, it } from 'vitest'
import { ANNA, call, closeAll, faultOf, lab, listings } from './testing/tenant-lab.ts'

afterEach(closeAll)

const settingsOf = async ({ endpoint }: Awaited<ReturnType<typeof lab>>): Promise<MailSettings> => {
  const account = await endpoint.account(ANNA, call)
  const settings = account === undefined ? undefined : await endpoint.mailSettings?.(account, call)
  if (settings === undefined) throw new Error('no settings')
  return settings
}

it('reads rules over several pages, with folders by the ids that the mail source gives them', async () => {
  const opened = await lab({
    accounts: [
      {
        address: ANNA,
        displayName: 'Anna Smith',
        aliases: ['a.smith@contoso.example'],
        messages: 60,
        rules: Array.from({ length: 230 }, (_, n) => ({
          displayName: `Rule ${n}`,
          sequence: 1000 - n,
          conditions: { subjectContains: [`word ${n}`] },
          actions: { moveToFolder: ['Inbox', 'Projects'], stopProcessingRules: true },
        })),
      },
    ],
  })
  const settings = await settingsOf(opened)
  expect(settings.ruleOrder).toBe('in-order')
  expect(settings.rules.map(({ name }) => name)).toEqual(Array.from({ length: 230 }, (_, n) => `Rule ${229 - n}`))
  const projects = (await listings(opened.source)).find(({ collection }) => collection?.path.join('/') === 'Inbox/Projects')
  expect(settings.rules[0]?.actions).toEqual([{ do: 'file', folder: { id: projects?.id }, copy: false }])
  expect(settings.identities).toEqual([{ address: ANNA, primary: true, name: 'Anna Smith' }, { address: 'a.smith@contoso.example' }])
  expect(settings.automaticReply).toBeUndefined()
  expect(settings.raw).toMatchObject({ messageRules: { length: 230 }, mailboxSettings: { userPurpose: 'user' } })
  expect(settings.untold.join()).toContain('ForwardingSmtpAddress')
  expect(await opened.tenant.violations()).toEqual([])
})

it('reads the automatic reply', async () => {
  const opened = await lab({
    accounts: [
      {
        address: ANNA,
        rules: [],
        automaticReplies: {
          status: 'scheduled',
          externalAudience: 'all',
          internalReplyMessage: '<html><body>In</body></html>',
          externalReplyMessage: '<html><body>Out</body></html>',
          scheduledStartDateTime: { dateTime: '2026-12-01T00:00:00.0000000', timeZone: 'UTC' },
          scheduledEndDateTime: { dateTime: '2026-12-24T00:00:00.0000000', timeZone: 'UTC' },
        },
      },
    ],
  })
  expect(await settingsOf(opened)).toMatchObject({
    rules: [],
    automaticReply: { enabled: true, start: Date.UTC(2026, 11, 1), end: Date.UTC(2026, 11, 24), externalAudience: 'all' },
  })
})

it('says which permission is missing', async () => {
  const opened = await lab({ permissions: ['User.Read.All', 'Mail.Read'] })
  const fault = await faultOf(() => settingsOf(opened))
  expect(fault).toMatchObject({ reach: 'account', code: 'graph-access-denied' })
  expect(fault.remedy).toContain('MailboxSettings.Read')
})

import { expect, it } from 'vitest'
import { mailRule, mailRules } from './mail-rules.ts'
import { automaticReply } from './mail-settings.ts'

const person = (address: string) => ({ emailAddress: { name: 'Somebody', address } })
const when = (conditions: object) => mailRule({ displayName: 'x', isEnabled: true, conditions, actions: {} }).when
const does = (actions: object) => mailRule({ displayName: 'x', isEnabled: true, actions }).actions

it('reads every predicate of Graph v1.0', () => {
  const header = (fields: readonly string[], words: readonly string[]) => ({ is: 'header', fields, how: 'contains', words })
  const cases: readonly (readonly [object, object])[] = [
    [{ bodyContains: ['a'] }, { is: 'body', words: ['a'] }],
    [{ bodyOrSubjectContains: ['a'] }, { is: 'any', of: [header(['subject'], ['a']), { is: 'body', words: ['a'] }] }],
    [{ fromAddresses: [person('a@b.example')] }, { is: 'address', fields: ['from'], words: ['a@b.example'] }],
    [{ sentToAddresses: [person('a@b.example')] }, { is: 'address', fields: ['to', 'cc'], words: ['a@b.example'] }],
    [{ hasAttachments: true }, { is: 'sort', sort: 'with-attachment' }],
    [{ headerContains: ['X-Spam: yes'] }, { is: 'any', of: [{ is: 'header', fields: ['X-Spam'], how: 'begins', words: ['yes'] }] }],
    [{ headerContains: ['List-Id:'] }, { is: 'any', of: [{ is: 'header', fields: ['List-Id'], how: 'exists', words: [] }] }],
    [{ importance: 'high' }, { is: 'sort', sort: 'importance-high' }],
    [{ sensitivity: 'confidential' }, { is: 'sort', sort: 'sensitivity-confidential' }],
    [{ isAutomaticReply: true }, { is: 'sort', sort: 'automatic-reply' }],
    [{ isEncrypted: true }, { is: 'sort', sort: 'encrypted' }],
    [{ isMeetingRequest: true }, { is: 'sort', sort: 'meeting-request' }],
    [{ isMeetingResponse: true }, { is: 'sort', sort: 'meeting-response' }],
    [{ isNonDeliveryReport: true }, { is: 'sort', sort: 'non-delivery-report' }],
    [{ isPermissionControlled: true }, { is: 'sort', sort: 'rights-managed' }],
    [{ isReadReceipt: true }, { is: 'sort', sort: 'read-receipt' }],
    [{ isSigned: true }, { is: 'sort', sort: 'signed' }],
    [{ notSentToMe: true }, { is: 'not', of: { is: 'to-me', how: 'to' } }],
    [{ sentCcMe: true }, { is: 'to-me', how: 'cc' }],
    [{ sentOnlyToMe: true }, { is: 'to-me', how: 'only' }],
    [{ sentToMe: true }, { is: 'to-me', how: 'to' }],
    [{ sentToOrCcMe: true }, { is: 'to-me', how: 'to-or-cc' }],
    [{ recipientContains: ['a'] }, header(['to', 'cc'], ['a'])],
    [{ senderContains: ['a'] }, header(['from'], ['a'])],
    [{ subjectContains: ['a', 'b'] }, header(['subject'], ['a', 'b'])],
    [{ withinSizeRange: { minimumSize: 1, maximumSize: 20 } }, { is: 'size', atLeast: 1024, atMost: 20_480 }],
  ]
  for (const [conditions, test] of cases) expect(when(conditions), JSON.stringify(conditions)).toEqual({ is: 'all', of: [test] })
})

it('names what cannot be said, and what Graph may learn one day', () => {
  for (const conditions of [
    { categories: ['Red'] },
    { isApprovalRequest: true },
    { isAutomaticForward: true },
    { isVoicemail: true },
    { messageActionFlag: 'followUp' },
    { importance: 'unknownFutureValue' },
    { isWrittenByRobot: true },
  ])
    expect(when(conditions), JSON.stringify(conditions)).toMatchObject({ is: 'all', of: [{ is: 'unsayable' }] })
  expect(when({ headerContains: ['anywhere'] })).toMatchObject({ of: [{ is: 'any', of: [{ is: 'unsayable' }] }] })
  expect(does({ markImportance: 'high', playSound: 'x' })).toMatchObject([{ do: 'unsayable' }, { do: 'unsayable' }])
})

it('takes what is not set for not asked', () => {
  const nothing = {
    subjectContains: [],
    hasAttachments: false,
    importance: null,
    withinSizeRange: null,
    fromAddresses: [],
    '@odata.type': 'x',
  }
  expect(when(nothing)).toBeUndefined()
  expect(does({ delete: false, forwardTo: [], moveToFolder: null })).toEqual([])
  expect(mailRule({})).toEqual({ name: '', enabled: false, actions: [], stop: false })
})

it('reads every action', () => {
  const actions = {
    assignCategories: ['Red'],
    copyToFolder: 'AAA',
    delete: true,
    forwardAsAttachmentTo: [person('a@b.example')],
    forwardTo: [person('c@b.example')],
    markAsRead: true,
    moveToFolder: 'BBB',
    permanentDelete: true,
    redirectTo: [person('d@b.example')],
    stopProcessingRules: true,
  }
  expect(does(actions)).toEqual([
    { do: 'categorize', names: ['Red'] },
    { do: 'file', folder: { id: 'AAA' }, copy: true },
    { do: 'file', folder: { role: 'trash' }, copy: false },
    { do: 'forward', how: 'attachment', to: ['a@b.example'] },
    { do: 'forward', how: 'forward', to: ['c@b.example'] },
    { do: 'mark', as: 'read' },
    { do: 'file', folder: { id: 'BBB' }, copy: false },
    { do: 'discard' },
    { do: 'forward', how: 'redirect', to: ['d@b.example'] },
  ])
  expect(mailRule({ actions }).stop).toBe(true)
})

it('applies rules in their sequence, and none that is off or broken', () => {
  const rules = mailRules([
    { displayName: 'b', sequence: 2, isEnabled: true },
    { displayName: 'c', sequence: 10, isEnabled: false },
    { displayName: 'a', sequence: 1, isEnabled: true, hasError: true, exceptions: { sentToMe: true, subjectContains: ['x'] } },
  ])
  expect(rules.map(({ name, enabled }) => [name, enabled])).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ])
  expect(rules[0]?.unless).toMatchObject({ is: 'any', of: [{ is: 'to-me' }, { is: 'header' }] })
})

it('reads automatic replies in any zone that is known', () => {
  const at = (dateTime: string, timeZone: string) => ({ dateTime, timeZone })
  const scheduled = (start: object, end: object) =>
    automaticReply({
      status: 'scheduled',
      externalAudience: 'contactsOnly',
      internalReplyMessage: '<html><body>In</body></html>',
      externalReplyMessage: 'Out',
      scheduledStartDateTime: start,
      scheduledEndDateTime: end,
    })
  expect(scheduled(at('2026-07-01T08:00:00.0000000', 'UTC'), at('2026-07-02T08:00:00.0000000', 'Europe/Berlin'))).toEqual({
    enabled: true,
    start: Date.UTC(2026, 6, 1, 8),
    end: Date.UTC(2026, 6, 2, 6),
    internal: { html: '<html><body>In</body></html>' },
    external: { text: 'Out' },
    externalAudience: 'contacts',
  })
  expect(scheduled(at('2026-12-01T00:30:00', 'tzone://Microsoft/Utc'), at('2026-12-02T00:00:00', 'America/New_York'))).toMatchObject({
    start: Date.UTC(2026, 11, 1, 0, 30),
    end: Date.UTC(2026, 11, 2, 5),
  })
  expect(scheduled(at('2026-07-01T08:00:00.0000000', 'Customized Time Zone'), at('nonsense', 'UTC'))?.unclear).toHaveLength(1)
  expect(automaticReply({ status: 'alwaysEnabled', externalAudience: 'all', internalReplyMessage: 'x' })).toMatchObject({ enabled: true })
  expect(automaticReply({ status: 'disabled', internalReplyMessage: '', externalReplyMessage: '' })).toBeUndefined()
})

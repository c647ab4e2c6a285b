import { expect, it } from 'vitest'
import { filterRule, mailSettings } from './mail-settings-model.ts'

const actionsOf = (action: object) => filterRule({ criteria: { from: 'x' }, action }, 0).actions

it('reads the criteria of a filter', () => {
  const criteria = {
    from: 'joe@x.example',
    to: 'list',
    subject: '"Weekly report"',
    query: 'has:attachment',
    negatedQuery: 'urgent OR asap',
    hasAttachment: true,
    excludeChats: true,
    size: 1_048_576,
    sizeComparison: 'larger',
  }
  expect(filterRule({ id: 'f', criteria, action: {} }, 2)).toEqual({
    name: 'Filter 3 (from: joe@x.example, to: list, subject: "Weekly report", has:attachment)',
    enabled: true,
    when: {
      is: 'all',
      of: [
        { is: 'address', fields: ['from'], words: ['joe@x.example'] },
        { is: 'header', fields: ['to', 'cc', 'bcc'], how: 'contains', words: ['list'] },
        { is: 'header', fields: ['subject'], how: 'contains', words: ['Weekly report'] },
        { is: 'sort', sort: 'with-attachment' },
        { is: 'sort', sort: 'with-attachment' },
        { is: 'size', atLeast: 1_048_577 },
      ],
    },
    unless: expect.objectContaining({ is: 'any' }),
    actions: [],
    stop: false,
  })
})

it('does not take a filter without criteria for one that catches everything', () => {
  expect(filterRule({ criteria: {} }, 0).when).toMatchObject({ is: 'unsayable' })
  expect(filterRule({ criteria: { smell: 'sweet' } }, 0).when).toMatchObject({ is: 'all', of: [{ is: 'unsayable' }] })
  expect(filterRule({ criteria: { negatedQuery: 'x' } }, 0)).toMatchObject({ when: { is: 'all', of: [] }, unless: { is: 'any' } })
})

it('reads what a filter does with labels', () => {
  const label = (id: string, copy: boolean) => ({ do: 'file', folder: { id }, copy })
  const role = (name: string) => ({ do: 'file', folder: { role: name }, copy: false })
  expect(actionsOf({ addLabelIds: ['Label_1', 'Label_2'] })).toEqual([label('Label_1', true), label('Label_2', true)])
  expect(actionsOf({ addLabelIds: ['Label_1'], removeLabelIds: ['INBOX'] })).toEqual([label('Label_1', false)])
  expect(actionsOf({ removeLabelIds: ['INBOX'] })).toEqual([role('archive')])
  expect(actionsOf({ addLabelIds: ['TRASH', 'Label_1'], removeLabelIds: ['INBOX'] })).toEqual([role('trash')])
  expect(actionsOf({ addLabelIds: ['SPAM'] })).toEqual([role('junk')])
  expect(actionsOf({ addLabelIds: ['STARRED'], removeLabelIds: ['UNREAD'], forward: 'a@b.example' })).toEqual([
    { do: 'mark', as: 'read' },
    { do: 'mark', as: 'flagged' },
    { do: 'forward', how: 'redirect', to: ['a@b.example'] },
  ])
  expect(
    actionsOf({ addLabelIds: ['IMPORTANT', 'CATEGORY_SOCIAL'], removeLabelIds: ['SPAM', 'IMPORTANT'], sing: true }).map(
      ({ do: does }) => does,
    ),
  ).toEqual(Array(5).fill('unsayable'))
})

it('reads the vacation reply', () => {
  const vacation = { enableAutoReply: true, responseSubject: 'Away', responseBodyPlainText: 'Hi', responseBodyHtml: '<p>Hi</p>' }
  const reply = (more: object) => mailSettings({ vacation: { ...vacation, ...more } }).automaticReply
  const text = { text: 'Hi', html: '<p>Hi</p>' }
  expect(reply({ startTime: '1766534400000', endTime: '1767312000000' })).toEqual({
    enabled: true,
    start: 1_766_534_400_000,
    end: 1_767_312_000_000,
    subject: 'Away',
    internal: text,
    external: text,
    externalAudience: 'all',
    everyDays: 4,
  })
  expect(reply({ restrictToDomain: true })?.externalAudience).toBe('none')
  expect(reply({ restrictToContacts: true })).toMatchObject({ externalAudience: 'contacts', contactsOnly: true })
  expect(mailSettings({ vacation: { enableAutoReply: false } }).automaticReply).toBeUndefined()
})

it('reads forwarding, identities and delegates', () => {
  const read = mailSettings({
    autoForwarding: { enabled: true, emailAddress: 'me@home.example', disposition: 'archive' },
    sendAs: {
      sendAs: [
        {
          sendAsEmail: 'anna@x.example',
          displayName: 'Anna',
          isPrimary: true,
          signature: '<p>A <img src="https://lh3.googleusercontent.com/x"></p>',
        },
        { sendAsEmail: 'info@x.example', replyToAddress: 'r@x.example', verificationStatus: 'pending' },
      ],
    },
    delegates: { delegates: [{ delegateEmail: 'eva@x.example', verificationStatus: 'accepted' }] },
  })
  expect(read.forwarding).toEqual({ enabled: true, to: ['me@home.example'], ownCopy: 'archive' })
  expect(read.identities).toEqual([
    { address: 'anna@x.example', name: 'Anna', signature: { html: expect.stringContaining('<img') }, primary: true },
    { address: 'info@x.example', replyTo: 'r@x.example', verified: false },
  ])
  expect(read.delegates).toEqual([{ address: 'eva@x.example', verified: true }])
  expect(read.untold.join()).toContain('Pictures in signatures')
  expect(mailSettings({ autoForwarding: { enabled: false } }).forwarding).toBeUndefined()
})

it('an empty mailbox has nothing set up', () => {
  expect(mailSettings({ language: { displayLanguage: 'de' } })).toMatchObject({
    ruleOrder: 'together',
    rules: [],
    identities: [],
    delegates: [],
    raw: { language: { displayLanguage: 'de' } },
  })
})

it('sets flags where labels are no folders', () => {
  const names = new Map([['Label_1', 'Clients/A']])
  const filter = { criteria: { from: 'x' }, action: { addLabelIds: ['Label_1', 'Label_9'], removeLabelIds: ['INBOX'] } }
  expect(mailSettings({ filters: { filter: [filter] } }, names).rules[0]?.actions).toEqual([
    { do: 'categorize', names: ['Clients/A', 'Label_9'] },
    { do: 'file', folder: { role: 'archive' }, copy: false },
  ])
})

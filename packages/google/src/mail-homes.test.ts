import { expect, test } from 'vitest'
import { archivedCopy, copiesOf, type Policy } from './mail-homes.ts'
import { collectionsOf, labelsFrom } from './mail-labels.ts'

const own = (id: string, name: string) => ({ id, name, own: true })
const system = ['INBOX', 'SENT', 'DRAFT', 'TRASH', 'SPAM', 'CHAT', 'UNREAD', 'STARRED', 'IMPORTANT', 'CATEGORY_SOCIAL', 'YELLOW_STAR'].map(
  (id) => ({
    id,
    name: id,
    own: false,
  }),
)
const labels = labelsFrom([
  ...system,
  own('Label_10', 'Clients'),
  own('Label_9', 'Clients/A'),
  own('Label_2', 'Orphan/Deep/One'),
  own('Label_3', 'B/C'),
  own('Label_11', 'B/D'),
])
const policy = (name: Policy['labels'], spamAndTrash = true): Policy => ({ labels: name, spamAndTrash })

const placed = (labelIds: readonly string[], by: Policy, draftId?: string) =>
  copiesOf({ id: 'm1', labelIds, ...(draftId === undefined ? {} : { draftId }) }, labels, by).map(({ id, home, traits }) => [
    id,
    home.path.join('/'),
    ...(traits.keywords ?? []),
  ])

test.each<[string[], string[]]>([
  [[], ['m1', 'Archive']],
  [['INBOX'], ['m1', 'INBOX']],
  [
    ['SENT', 'INBOX'],
    ['m1', 'Sent', 'INBOX'],
  ],
  [
    ['INBOX', 'Label_10'],
    ['m1', 'Clients', 'INBOX'],
  ],
  [
    ['Label_10', 'Label_9', 'Label_2'],
    ['m1', 'Orphan/Deep/One', 'Clients', 'Clients/A'],
  ],
  [
    ['Label_9', 'Label_3'],
    ['m1', 'Clients/A', 'B/C'],
  ],
  [
    ['Label_11', 'Label_3'],
    ['m1', 'B/C', 'B/D'],
  ],
  [
    ['TRASH', 'Label_9', 'SPAM'],
    ['m1', 'Trash', 'Clients/A'],
  ],
  [
    ['SPAM', 'DRAFT'],
    ['m1', 'Spam'],
  ],
  [
    ['INBOX', 'IMPORTANT', 'CATEGORY_SOCIAL', 'YELLOW_STAR', 'Label_77'],
    ['m1', 'INBOX', '$Important', 'CATEGORY_SOCIAL'],
  ],
])('in folders, %j is %j', (labelIds, wanted) => {
  expect(placed(labelIds, policy('folder'))).toEqual([wanted])
  expect(placed([...labelIds].reverse(), policy('folder'))).toEqual([wanted])
})

test.each<[string[], string[][]]>([
  [[], [['m1', 'Archive']]],
  [['INBOX'], [['m1', 'INBOX']]],
  [['SENT'], [['m1/SENT', 'Sent']]],
  [
    ['INBOX', 'SENT', 'Label_9', 'IMPORTANT'],
    [
      ['m1', 'INBOX', '$Important'],
      ['m1/SENT', 'Sent', '$Important'],
      ['m1/Label_9', 'Clients/A', '$Important'],
    ],
  ],
  [['Label_9'], [['m1/Label_9', 'Clients/A']]],
  [['TRASH', 'Label_9'], [['m1', 'Trash', 'Clients/A']]],
])('in copies, %j are %j', (labelIds, wanted) => {
  expect(placed(labelIds, policy('copies'))).toEqual(wanted)
})

test('in the archive, everything is a keyword but what has a place of its own', () => {
  expect(placed(['INBOX', 'Label_9'], policy('archive'))).toEqual([['m1', 'Archive', 'INBOX', 'Clients/A']])
  expect(placed(['TRASH'], policy('archive'))).toEqual([['m1', 'Trash']])
  expect(collectionsOf(labels, policy('archive')).map(({ id }) => id)).toEqual(['DRAFT', 'ARCHIVE', 'TRASH', 'SPAM'])
})

test('chats are nowhere, and spam and trash are not where they are not wanted', () => {
  expect(placed(['CHAT', 'INBOX'], policy('copies'))).toEqual([])
  for (const label of ['SPAM', 'TRASH']) expect(placed([label, 'Label_9'], policy('folder', false))).toEqual([])
  expect(collectionsOf(labels, policy('folder', false)).map(({ id }) => id)).toEqual([
    'INBOX',
    'SENT',
    'DRAFT',
    'ARCHIVE',
    'Label_10',
    'Label_3',
    'Label_9',
    'Label_11',
    'Label_2',
  ])
})

test('a draft goes by its own id, and another text is another version', () => {
  const [one] = copiesOf({ id: 'm1', labelIds: ['DRAFT'], draftId: 'r7' }, labels, policy('folder'))
  const [two] = copiesOf({ id: 'm2', labelIds: ['DRAFT'], draftId: 'r7' }, labels, policy('folder'))
  expect([one?.id, two?.id]).toEqual(['draft:r7', 'draft:r7'])
  expect(one?.version).not.toBe(two?.version)
  expect(one?.traits).toMatchObject({ draft: true, read: true, flagged: false })
})

test('a version changes with all that is carried, and with nothing else', () => {
  const version = (labelIds: readonly string[], by = policy('folder'), of = labels) => copiesOf({ id: 'm1', labelIds }, of, by)[0]?.version
  const base = version(['INBOX', 'Label_9'])
  for (const changed of [
    ['INBOX', 'Label_9', 'UNREAD'],
    ['INBOX', 'Label_9', 'STARRED'],
    ['Label_9'],
    ['INBOX', 'Label_9', 'IMPORTANT'],
    ['INBOX', 'Label_3'],
  ])
    expect(version(changed)).not.toBe(base)
  expect(version(['Label_9', 'INBOX', 'YELLOW_STAR'])).toBe(base)
  expect(version(['INBOX', 'Label_9'], policy('copies'))).not.toBe(base)
  const renamed = labelsFrom([...system, own('Label_9', 'Clients/A'), own('Label_10', 'Customers')])
  expect(version(['INBOX', 'Label_9'], policy('folder'), renamed)).toBe(base)
  expect(version(['Label_9', 'Label_10'], policy('folder'), renamed)).not.toBe(version(['Label_9', 'Label_10']))
})

test('a message that has left the inbox while labels keep it goes to the archive', () => {
  expect(archivedCopy({ id: 'm1', labelIds: ['Label_9'] }, labels, policy('copies')).map(({ id, home }) => [id, home.role])).toEqual([
    ['m1', 'archive'],
  ])
})

test('parents come before children, and a label that is renamed keeps its place among its neighbours', () => {
  const order = collectionsOf(labels, policy('folder')).map(({ path }) => path.join('/'))
  expect(order).toEqual(['INBOX', 'Sent', 'Drafts', 'Archive', 'Trash', 'Spam', 'Clients', 'B/C', 'Clients/A', 'B/D', 'Orphan/Deep/One'])
})

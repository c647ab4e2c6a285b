import type { Asked, Shown } from '../serve/asked.ts'
import { notFound } from '../serve/errors.ts'

interface Setting {
  readonly method: string
  readonly path: string
  readonly fields: readonly string[]
  readonly answer: (asked: Asked) => Shown
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** A list and each of its items. An empty list has no key (facts 4.7). */
const collection = (
  path: string,
  facts: {
    readonly key: string
    readonly id: string
    readonly fields: readonly string[]
    readonly items: (asked: Asked) => readonly object[]
  },
): readonly Setting[] => [
  {
    method: `settings.${path}.list`,
    path: `settings/${path}`,
    fields: [facts.key],
    answer: (asked) => {
      const items = facts.items(asked)
      return { json: items.length > 0 ? { [facts.key]: items } : {} }
    },
  },
  {
    method: `settings.${path}.get`,
    path: `settings/${path}/{id}`,
    fields: facts.fields,
    answer: (asked) => {
      const found = facts.items(asked).find((item) => field(item, facts.id) === asked.names['id'])
      if (!found) throw notFound()
      return { json: { ...found } }
    },
  },
]

const single = (method: string, fields: readonly string[], json: (asked: Asked) => object): Setting => ({
  method: `settings.${method}.get`,
  path: `settings/${method}`,
  fields,
  answer: (asked) => ({ json: { ...json(asked) } }),
})

const SEND_AS = [
  'sendAsEmail',
  'displayName',
  'replyToAddress',
  'signature',
  'isPrimary',
  'isDefault',
  'treatAsAlias',
  'smtpMsa',
  'verificationStatus',
]

const primary = ({ account }: Asked): object => ({
  sendAsEmail: account.address,
  displayName: account.name,
  replyToAddress: '',
  signature: '',
  isPrimary: true,
  isDefault: true,
})

/** All of `users.settings` that can be read. */
export const SETTINGS: readonly Setting[] = [
  ...collection('filters', {
    key: 'filter',
    id: 'id',
    fields: ['id', 'criteria', 'action'],
    items: ({ account }) => account.settings.filters ?? [],
  }),
  ...collection('forwardingAddresses', {
    key: 'forwardingAddresses',
    id: 'forwardingEmail',
    fields: ['forwardingEmail', 'verificationStatus'],
    items: ({ account }) => account.settings.forwardingAddresses ?? [],
  }),
  ...collection('sendAs', {
    key: 'sendAs',
    id: 'sendAsEmail',
    fields: SEND_AS,
    items: (asked) => asked.account.settings.sendAs ?? [primary(asked)],
  }),
  ...collection('delegates', {
    key: 'delegates',
    id: 'delegateEmail',
    fields: ['delegateEmail', 'verificationStatus'],
    items: ({ account }) => account.settings.delegates ?? [],
  }),
  single(
    'vacation',
    [
      'enableAutoReply',
      'responseSubject',
      'responseBodyPlainText',
      'responseBodyHtml',
      'restrictToContacts',
      'restrictToDomain',
      'startTime',
      'endTime',
    ],
    ({ account }) => account.settings.vacation ?? { enableAutoReply: false },
  ),
  single(
    'autoForwarding',
    ['enabled', 'emailAddress', 'disposition'],
    ({ account }) => account.settings.autoForwarding ?? { enabled: false },
  ),
  single('imap', ['enabled', 'autoExpunge', 'expungeBehavior', 'maxFolderSize'], () => ({
    enabled: true,
    autoExpunge: true,
    expungeBehavior: 'archive',
    maxFolderSize: 0,
  })),
  single('pop', ['accessWindow', 'disposition'], () => ({ accessWindow: 'disabled', disposition: 'leaveInInbox' })),
  single('language', ['displayLanguage'], () => ({ displayLanguage: 'en' })),
]

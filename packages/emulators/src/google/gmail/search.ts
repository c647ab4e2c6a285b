import { factsOf } from '../../mail/body.ts'
import type { Asked } from '../serve/asked.ts'
import { forbidden, invalidArgument } from '../serve/errors.ts'
import type { GmailMailbox } from './mailbox.ts'
import type { GmailMessage } from './state.ts'

type Test = (message: GmailMessage) => boolean

/** Which messages `labelIds`, `includeSpamTrash` and `q` leave. */
export function matcher(asked: Asked): Test {
  const { mailbox } = asked.account
  const labels = asked.query.getAll('labelIds')
  for (const id of labels) if (!mailbox.labels.has(id)) throw invalidArgument(`Invalid label: ${id}`)
  const q = asked.query.get('q') ?? ''
  if (q !== '' && [...asked.scopes].every((scope) => scope.endsWith('/gmail.metadata')))
    throw forbidden("Metadata scope does not support 'q' parameter")
  const words = q.split(/\s+/).filter((word) => word !== '')
  const anywhere =
    asked.query.get('includeSpamTrash') === 'true' ||
    words.some((word) => /^(?:in:anywhere|label:(?:spam|trash)|in:(?:spam|trash))$/i.test(word))
  const asksFor = labels.some((id) => id === 'SPAM' || id === 'TRASH')
  const tests: Test[] = [
    ...(anywhere || asksFor ? [] : [({ labels: own }: GmailMessage) => !own.has('SPAM') && !own.has('TRASH')]),
    ...labels.map(
      (id): Test =>
        ({ labels: own }) =>
          own.has(id),
    ),
    ...words.map((word) => testOf(asked, mailbox, word)),
  ]
  return (message) => tests.every((test) => test(message))
}

function testOf(asked: Asked, mailbox: GmailMailbox, word: string): Test {
  const [, not, operator = '', value = ''] = /^(-?)(\w+):(.+)$/.exec(word) ?? []
  const test = operator === '' ? undefined : operatorTest(mailbox, operator.toLowerCase(), value)
  if (!test) {
    asked.state.violations.note(`messages.list: the emulator does not understand "${word}" in q`)
    throw invalidArgument(`Invalid query: ${word}`)
  }
  return not === '-' ? (message) => !test(message) : test
}

const day = (value: string): number => (/^\d{6,}$/.test(value) ? Number(value) * 1000 : Date.parse(value.replaceAll('/', '-')))

function operatorTest(mailbox: GmailMailbox, operator: string, value: string): Test | undefined {
  switch (operator) {
    case 'in':
    case 'is':
    case 'label':
      return labelTest(mailbox, value.toLowerCase())
    case 'after':
      return ({ internalDate }) => internalDate >= day(value)
    case 'before':
      return ({ internalDate }) => internalDate < day(value)
    case 'rfc822msgid':
      return ({ body }) => factsOf(body).messageId?.replace(/^<|>$/g, '') === value.replace(/^<|>$/g, '')
    case 'subject':
      return ({ body }) => factsOf(body).subject.toLowerCase().includes(value.toLowerCase())
    default:
      return undefined
  }
}

const STATES: Readonly<Record<string, string>> = { chats: 'CHAT', chat: 'CHAT', drafts: 'DRAFT', draft: 'DRAFT' }

function labelTest(mailbox: GmailMailbox, value: string): Test {
  if (value === 'anywhere') return () => true
  if (value === 'read') return ({ labels }) => !labels.has('UNREAD')
  const wanted = STATES[value] ?? value.toUpperCase()
  const dashed = (name: string): string => name.toLowerCase().replace(/[ /]/g, '-')
  const id = mailbox.labels.has(wanted) ? wanted : [...mailbox.labels.values()].find(({ name }) => dashed(name) === value)?.id
  return ({ labels }) => id !== undefined && labels.has(id)
}

import type { MailRule, MailSettings, RuleAction, RuleTest } from '@offramp/core'

/** A message as a rule looks at it. */
export interface Mail {
  readonly subject: string
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly body: string
  readonly attachment: string | undefined
}

const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`

export function mailText({ subject, from, to, cc, body, attachment }: Mail): string {
  const head = [
    `From: Sender <${from}>`,
    ...(to.length === 0 ? [] : [`To: ${to.join(', ')}`]),
    ...(cc.length === 0 ? [] : [`Cc: ${cc.join(', ')}`]),
    `Subject: ${encoded(subject)}`,
    'Message-ID: <1@example.org>',
    'Date: Sun, 22 Nov 2026 12:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(body).toString('base64'),
  ]
  const attached =
    attachment === undefined
      ? []
      : ['--b', `Content-Type: application/pdf; name="${attachment}"`, `Content-Disposition: attachment; filename="${attachment}"`, '', 'x']
  return [...head, ...attached, '--b--', ''].join('\r\n')
}

export const has = (text: string, words: readonly string[]): boolean =>
  words.some((word) => text.toLowerCase().includes(word.toLowerCase()))

/** What a test says of a message, with a say in what the unsayable means. Written anew, from the words of the model alone. */
export function holds(test: RuleTest, mail: Mail, unsayable: (says: string) => boolean, mine: readonly string[]): boolean {
  const inner = (each: RuleTest): boolean => holds(each, mail, unsayable, mine)
  const among = (people: readonly string[]): boolean => people.some((one) => mine.includes(one))
  switch (test.is) {
    case 'all':
      return test.of.every(inner)
    case 'any':
      return test.of.some(inner)
    case 'not':
      return !inner(test.of)
    case 'header':
      return has(mail.subject, test.words)
    case 'address':
      return test.fields
        .flatMap((field) => (field === 'from' ? [mail.from] : field === 'to' ? mail.to : mail.cc))
        .some((one) => test.words.includes(one))
    case 'body':
      return has(mail.body, test.words)
    case 'size': {
      const bytes = mailText(mail).length
      return bytes >= (test.atLeast ?? 0) && bytes <= (test.atMost ?? Number.POSITIVE_INFINITY)
    }
    case 'to-me':
      if (test.how === 'only') return among(mail.to) && mail.to.length + mail.cc.length === 1
      return among([...(test.how === 'cc' ? [] : mail.to), ...(test.how === 'to' ? [] : mail.cc)])
    case 'sort':
      return mail.attachment !== undefined
    case 'attachment-name':
      return has(mail.attachment ?? '', test.words)
    case 'unsayable':
      return unsayable(test.says)
  }
}

type Flags = ReadonlySet<string>

interface State {
  readonly copies: Map<string, Flags>
  flags: Flags
  kept: boolean
}

function apply(action: RuleAction, state: State): void {
  if (action.do === 'mark') state.flags = new Set([...state.flags, action.as === 'read' ? '\\seen' : '\\flagged'])
  else if (action.do === 'categorize') state.flags = new Set([...state.flags, ...action.names])
  else if (action.do === 'discard') state.kept = false
  else if (action.do === 'file' && 'id' in action.folder && action.folder.id !== 'gone') {
    // What a later rule files into the same folder is the same copy, marked as that rule found it: Pigeonhole 0.5.19 does so, as Exchange does with a move.
    state.copies.set(action.folder.id, state.flags)
    if (!action.copy) state.kept = false
  }
}

const marksFirst = (rule: MailRule): readonly RuleAction[] => [
  ...rule.actions.filter(({ do: does }) => does === 'mark' || does === 'categorize'),
  ...rule.actions.filter(({ do: does }) => does !== 'mark' && does !== 'categorize'),
]

/** Where a message ends up by its owner's rules. */
export function delivered(
  { rules, ruleOrder }: MailSettings,
  fits: (rule: MailRule) => boolean,
): readonly { folder: string; flags: readonly string[] }[] {
  const state: State = { copies: new Map(), flags: new Set(), kept: true }
  const fitting = rules.filter((rule) => rule.enabled && fits(rule))
  if (ruleOrder === 'together') {
    const actions = fitting.flatMap(marksFirst)
    for (const action of actions.filter(({ do: does }) => does === 'mark' || does === 'categorize')) apply(action, state)
    for (const action of actions.filter(({ do: does }) => does !== 'mark' && does !== 'categorize')) apply(action, state)
  } else {
    for (const rule of fitting) {
      for (const action of marksFirst(rule)) apply(action, state)
      if (rule.stop) break
    }
  }
  if (state.kept) state.copies.set('INBOX', state.flags)
  return [...state.copies]
    .map(([folder, flags]) => ({ folder, flags: [...flags].sort() }))
    .sort((left, right) => (left.folder < right.folder ? -1 : 1))
}

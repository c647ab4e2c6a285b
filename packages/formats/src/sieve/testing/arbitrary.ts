import type { MailRule, MailSettings, RuleAction, RuleTest } from '@offramp/core'
import fc from 'fast-check'
import type { Mail } from './message.ts'
import { ANNA, settings } from './settings-lab.ts'

/** Texts that break out of strings, comments and `text:` where somebody forgot to think of them. */
export const HOSTILE: readonly string[] = [
  '"; discard; stop; #',
  '\\"; discard; #',
  '\\',
  '\\\\"',
  '\r\n.\r\n;\r\ndiscard;\r\n',
  '.\n;\ndiscard;',
  '\r.\r;discard;',
  'text:\r\nx\r\n.\r\n',
  '/* */ discard;',
  '# comment\ndiscard;',
  ']; discard; [',
  '}\n discard;\n {',
  `\${hex: 22}\${unicode: 22}`,
  `\${1}`,
  '\0discard;',
  '\u2028discard;\u2029\u0085',
  '\ud800',
  'ä"Ö\\€📨',
  '*?\\*',
  'x'.repeat(3000),
  '',
  ' ',
  '\t',
]

const WORDS = ['invoice', 'Rechnung', 'größe', 'a"b', 'c\\d', '50%', 'red; stop', '*']
const PEOPLE = [ANNA, 'a.smith@contoso.example', 'joe@fabrikam.example', 'eva@contoso.example']
const FOLDERS = ['Box', 'Old/Ä "q"', 'Projects', 'back\\slash', 'gone', '日本']

const words = fc.uniqueArray(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 })
const people = fc.uniqueArray(fc.constantFrom(...PEOPLE), { maxLength: 3 })

const leaf: fc.Arbitrary<RuleTest> = fc.oneof(
  words.map((given): RuleTest => ({ is: 'header', fields: ['subject'], how: 'contains', words: given })),
  fc
    .tuple(
      fc.subarray(['from', 'to', 'cc'] as const, { minLength: 1 }),
      fc.uniqueArray(fc.constantFrom(...PEOPLE), { minLength: 1, maxLength: 2 }),
    )
    .map(([fields, given]): RuleTest => ({ is: 'address', fields, words: given })),
  words.map((given): RuleTest => ({ is: 'body', words: given })),
  fc.record({ is: fc.constant('size' as const), atLeast: fc.integer({ min: 0, max: 900 }), atMost: fc.integer({ min: 300, max: 1500 }) }),
  fc.constantFrom('to', 'cc', 'to-or-cc', 'only').map((how): RuleTest => ({ is: 'to-me', how })),
  fc.constant<RuleTest>({ is: 'sort', sort: 'with-attachment' }),
  fc.constant<RuleTest>({ is: 'attachment-name', words: ['report'] }),
  fc.integer({ min: 0, max: 5 }).map((n): RuleTest => ({ is: 'unsayable', says: `it asks for ${n}` })),
)

export const tests: fc.Arbitrary<RuleTest> = fc.letrec<{ test: RuleTest }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'test' },
    leaf,
    fc
      .tuple(fc.constantFrom('all' as const, 'any' as const), fc.array(tie('test'), { maxLength: 3 }))
      .map(([is, of]): RuleTest => ({ is, of })),
    tie('test').map((of): RuleTest => ({ is: 'not', of })),
  ),
})).test

const actions: fc.Arbitrary<readonly RuleAction[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom(...FOLDERS), fc.boolean()).map(([id, copy]): RuleAction => ({ do: 'file', folder: { id }, copy })),
    fc.constantFrom('read' as const, 'flagged' as const).map((as): RuleAction => ({ do: 'mark', as })),
    fc.constant<RuleAction>({ do: 'categorize', names: ['vip'] }),
    fc.constant<RuleAction>({ do: 'discard' }),
    fc.constant<RuleAction>({ do: 'forward', how: 'redirect', to: ['x@example.org'] }),
    fc.constant<RuleAction>({ do: 'unsayable', says: 'it does something' }),
  ),
  { minLength: 1, maxLength: 3 },
)

export const rules: fc.Arbitrary<MailRule> = fc.record(
  { name: fc.string(), enabled: fc.boolean(), when: tests, unless: tests, actions, stop: fc.boolean() },
  { requiredKeys: ['name', 'enabled', 'actions', 'stop'] },
)

export const allSettings: fc.Arbitrary<MailSettings> = fc
  .tuple(fc.constantFrom('in-order' as const, 'together' as const), fc.array(rules, { maxLength: 6 }))
  // Rules that apply together cannot end one another.
  .map(([ruleOrder, given]) =>
    settings({ ruleOrder, rules: ruleOrder === 'together' ? given.map((one) => ({ ...one, stop: false })) : given }),
  )

export const mails: fc.Arbitrary<Mail> = fc.record({
  subject: fc.array(fc.constantFrom(...WORDS, 'INVOICE', 'plain'), { maxLength: 3 }).map((all) => `x ${all.join(' ')} y`),
  from: fc.constantFrom(...PEOPLE),
  to: people,
  cc: people,
  body: fc.array(fc.constantFrom(...WORDS, 'plain'), { maxLength: 4 }).map((all) => `b ${all.join(' ')} c`),
  attachment: fc.constantFrom(undefined, 'report.pdf', 'other.pdf'),
})

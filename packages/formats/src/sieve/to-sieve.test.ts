import type { AutomaticReply, RuleTest } from '@offramp/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mails, tests } from './testing/arbitrary.ts'
import { holds, type Mail } from './testing/message.ts'
import { ANNA, file, rule, subject, write } from './testing/settings-lab.ts'

const lines = (script: string): readonly string[] => script.split('\r\n')
const unknown: RuleTest = { is: 'unsayable', says: 'it asks the impossible' }
const reply: AutomaticReply = {
  enabled: true,
  internal: { text: 'Away' },
  external: { text: 'Away' },
  externalAudience: 'all',
  everyDays: 4,
}

it('writes a rule as people would', () => {
  const { script, losses, rules } = write({
    rules: [
      rule({
        name: 'Invoices',
        when: {
          is: 'all',
          of: [subject('invoice', 'Rechnung'), { is: 'not', of: { is: 'address', fields: ['from'], words: ['boss@x.example'] } }],
        },
        actions: [{ do: 'mark', as: 'read' }, file('Money/2026')],
        stop: true,
      }),
    ],
  })
  expect(script).toBe(
    [
      `# Mail settings of ${ANNA}, written by Offramp. What it cannot say stands in settings.json.`,
      'require ["fileinto", "imap4flags", "mailbox"];',
      '',
      '# rule:[Invoices]',
      'if allof(header :contains "subject" ["invoice", "Rechnung"], not address :is "from" "boss@x.example") {',
      '  addflag "\\\\Seen";',
      '  fileinto :create "Money/2026";',
      '  stop;',
      '}',
      '',
    ].join('\r\n'),
  )
  expect(losses).toEqual([])
  expect(rules).toEqual({ total: 1, said: 1, off: 0 })
})

it('requires what is in force, and nothing else', () => {
  const off = rule({ enabled: false, when: { is: 'body', words: ['x'] } })
  expect(write({ rules: [off] }).script).not.toContain('require')
  expect(write({ rules: [off] }).script).toContain('# rule:[A rule] (switched off; needs "body", "fileinto", "mailbox")')
  expect(write({ rules: [off, rule({ actions: [{ do: 'discard' }], when: subject('x') })] }).script).not.toContain('require')
  expect(write({ automaticReply: reply }).script).toContain('require ["vacation"];')
  expect(write({ automaticReply: { ...reply, enabled: false } }).script).not.toContain('require')
  const asleep = write({ rules: [rule({ actions: [{ do: 'forward', how: 'redirect', to: ['x@y.example'] }, { do: 'discard' }] })] })
  expect(asleep.script).not.toContain('require')
})

it('keeps a rule from acting rather than letting it catch more', () => {
  const either = write({ rules: [rule({ when: { is: 'any', of: [unknown, subject('x')] } })] })
  expect(either.script).toContain('if header :contains "subject" "x" {')
  expect(either.losses).toEqual(['Rule “A rule”: it asks the impossible.'])
  for (const of of [[unknown, subject('x')], [unknown]]) {
    const both = write({ rules: [rule({ when: { is: 'all', of }, stop: true })] })
    expect(lines(both.script).filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
    expect(both.rules.said).toBe(0)
    expect(both.losses.join()).toContain('written as a comment only, and later rules see what it kept from them')
  }
  const except = write({ rules: [rule({ unless: { is: 'any', of: [unknown, subject('x')] } })] })
  expect(except.rules.said).toBe(0)
  const half = write({ rules: [rule({ unless: { is: 'all', of: [unknown, subject('x')] } })] })
  expect(half.script).toContain('if not header :contains "subject" "x" {')
})

it('never acts where the rule did not, whatever the unsayable would have said', () => {
  const mine = [ANNA, 'a.smith@contoso.example']
  const acts = (test: RuleTest, mail: Mail, negated = false): boolean => {
    if (test.is === 'not') return !acts(test.of, mail, !negated)
    if (test.is === 'all') return test.of.every((each) => acts(each, mail, negated))
    if (test.is === 'any') return test.of.some((each) => acts(each, mail, negated))
    return holds(test, mail, () => negated, mine)
  }
  fc.assert(
    fc.property(tests, mails, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (test, mail, oracle) => {
      // The servers' test proves that the script acts as `acts` says.
      if (acts(test, mail)) expect(holds(test, mail, (says) => oracle[Number(says.at(-1))] ?? false, mine)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

it('says a loss once, with the rules of which it is true', () => {
  const rules = Array.from({ length: 8 }, (_, n) => rule({ name: `R${n}`, actions: [file('gone'), file('Box')] }))
  expect(write({ rules }).losses).toEqual([
    'Rules “R0”, “R1”, “R2”, “R3”, “R4” and 3 more: it files into a folder that is no longer there or is not moved; the message stays where it is.',
  ])
  expect(write({ rules: [rule({ enabled: false, actions: [file('gone')] })] }).losses).toEqual([])
})

it('keeps forwarding as a comment and says so, unless it was asked for', () => {
  const rules = [rule({ actions: [file('Box'), { do: 'forward', how: 'attachment', to: ['boss@x.example', 'not an address'] }] })]
  const quiet = write({ rules, forwarding: { enabled: true, to: ['me@home.example'], ownCopy: 'keep' } })
  expect(lines(quiet.script).filter((line) => line.includes('redirect') && !/^\s*#/.test(line))).toEqual([])
  expect(quiet.script).toContain('# redirect :copy "boss@x.example";')
  expect(quiet.losses.join('\n')).toMatch(/“A rule”: it forwards to boss@x\.example, which is written as a comment only/)
  expect(quiet.losses.join('\n')).toMatch(/Forwarding of all mail: it forwards to me@home\.example/)
  expect(quiet.losses.join('\n')).toContain('“not an address”, which is no plain mail address')
  const loud = write({ rules, forwarding: { enabled: true, to: ['me@home.example'], ownCopy: 'read' } }, { forwarding: true })
  expect(loud.script).toMatch(/\r\nredirect :copy "me@home\.example";\r\naddflag/)
  expect(loud.script).toContain('  redirect :copy "boss@x.example";')
  expect(loud.losses.join('\n')).not.toContain('comment only')
  const off = write({ forwarding: { enabled: false, to: ['me@home.example'], ownCopy: 'keep' } }, { forwarding: true })
  expect(off).toMatchObject({ losses: [] })
  expect(off.script).not.toMatch(/^redirect/m)
})

it('says that a server allows few forwards for one message', () => {
  const to = Array.from({ length: 5 }, (_, n) => `p${n}@x.example`)
  const five = write({ rules: [rule({ actions: [{ do: 'forward', how: 'redirect', to }] })] }, { forwarding: true })
  expect(five.losses.join()).toContain('sieve_max_redirects')
})

it('marks before it files, also across rules that apply together', () => {
  const rules = [rule({ name: 'files', actions: [file('Box')] }), rule({ name: 'marks', actions: [{ do: 'mark', as: 'flagged' }] })]
  const together = write({ ruleOrder: 'together', rules }).script
  expect(together.indexOf('addflag')).toBeLessThan(together.indexOf('fileinto :create'))
  expect(write({ ruleOrder: 'together', rules }).losses).toEqual([])
  expect(write({ rules }).losses).toEqual(['Rule “marks”: it marks messages, but not the copies that a rule before it has filed already.'])
})

it('leaves out a category that is no flag, and a field or folder that is no name', () => {
  const actions = [{ do: 'categorize', names: ['VIP', 'no'] } as const, file('a\nb')]
  const { script, losses } = write(
    { rules: [rule({ actions, when: { is: 'header', fields: ['X Y:', 'X-A'], how: 'is', words: ['1'] } })] },
    { flag: (name) => (name === 'VIP' ? 'VIP' : 'b"d') },
  )
  expect(script).toContain('addflag "VIP";')
  expect(script).toContain('header :is "X-A" "1"')
  expect(losses).toHaveLength(3)
})

it('looks for words beyond ASCII in each usual case, since Sieve folds ASCII alone', () => {
  expect(write({ rules: [rule({ when: subject('Größe') })] }).script).toContain('["Größe", "größe", "GRÖSSE"]')
})

it('is at home in the year', () => {
  const when = { start: Date.UTC(2026, 11, 24), end: Date.UTC(2027, 0, 2, 8, 30) }
  expect(write({ automaticReply: { ...reply, ...when } }).script).toContain(
    'if allof(currentdate :zone "+0000" :value "ge" "iso8601" "2026-12-24T00:00:00", currentdate :zone "+0000" :value "lt" "iso8601" "2027-01-02T08:30:00") {',
  )
  // Beyond what a calendar of four digits holds, there is no such moment.
  expect(write({ automaticReply: { ...reply, end: 8e15 } }).script).not.toContain('currentdate')
})

it('does not lose what an owner has switched off', () => {
  const off = write({ automaticReply: { ...reply, enabled: false, externalAudience: 'contacts' } })
  expect(off.losses).toEqual([])
  expect(off.script).toContain('# vacation :days 4')
  expect(write({ automaticReply: { enabled: true, externalAudience: 'all' } }).losses.join()).toContain('has no text')
  expect(write({ automaticReply: { ...reply, contactsOnly: true, externalAudience: 'contacts' } }).losses.join()).toContain('address book')
})

it('goes on for a rule that nests without end', () => {
  let test: RuleTest = subject('x')
  for (let depth = 0; depth < 500; depth++) test = { is: 'not', of: { is: 'all', of: [test, subject(`w${depth}`)] } }
  const { rules, losses } = write({ rules: [rule({ when: test })] })
  expect(rules.total).toBe(1)
  expect(losses.join()).toContain('nested more deeply')
})

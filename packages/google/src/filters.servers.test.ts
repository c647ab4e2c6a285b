import { toSieve } from '@offramp/formats'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sieve, sieveProblem, startSieve } from '../../../test/servers/sieve.ts'
import { mailSettings } from './mail-settings-model.ts'

const problem = sieveProblem()
const ANNA = 'anna@fabrikam.example'

interface Mail {
  readonly from?: string
  readonly to?: string
  readonly subject?: string
  readonly body?: string
  readonly attachment?: string
}

const mailText = ({ from = 'joe@x.example', to = ANNA, subject = 'hello', body = 'text', attachment }: Mail): string =>
  [
    `From: Joe Smith <${from}>`,
    `To: ${to}`,
    `Subject: ${subject}`,
    'Message-ID: <1@x.example>',
    'List-Id: News <news.x.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    `--b\r\nContent-Type: text/plain\r\n\r\n${body}`,
    ...(attachment === undefined
      ? []
      : [
          `--b\r\nContent-Type: application/pdf; name="${attachment}"\r\nContent-Disposition: attachment; filename="${attachment}"\r\n\r\nx`,
        ]),
    '--b--\r\n',
  ].join('\r\n')

const scriptOf = (...filters: readonly object[]): string =>
  toSieve(mailSettings({ filters: { filter: filters } }), {
    account: ANNA,
    addresses: [ANNA],
    forwarding: false,
    folder: (ref) => ('id' in ref ? `L/${ref.id}` : ref.role),
    flag: (name) => name,
  }).script

describe.skipIf(problem !== undefined)(problem ?? "Gmail's filters on Pigeonhole", () => {
  let sieve: Sieve

  beforeAll(async () => {
    sieve = await startSieve()
  })
  afterAll(() => sieve?.close())

  it.each<[string, object, readonly Mail[], readonly Mail[]]>([
    ['an address', { from: 'joe@x.example' }, [{}], [{ from: 'joe@x.example.org' }, { from: 'bigjoe@x.example' }]],
    ['a part of an address', { from: '@x.example' }, [{}], [{ from: 'a@y.example' }]],
    ['one of two senders', { from: 'eva@x.example OR joe@x.example' }, [{}, { from: 'eva@x.example' }], [{ from: 'a@x.example' }]],
    [
      'all words of a subject, and not another',
      { subject: 'big report -draft' },
      [{ subject: 'Report is BIG' }],
      [{ subject: 'big' }, { subject: 'big report draft' }],
    ],
    ['a phrase', { subject: '"big report"' }, [{ subject: 'the big report' }], [{ subject: 'report big' }]],
    ['words anywhere', { query: 'money' }, [{ subject: 'money' }, { body: 'no Money' }, { from: 'money@x.example' }], [{}]],
    [
      'what it has not',
      { from: 'joe', negatedQuery: 'money {gold silver}' },
      [{}, { body: 'mon ey' }],
      [{ body: 'money gold' }, { body: 'money' }, { body: 'gold' }],
    ],
    ['attachments', { hasAttachment: true }, [{ attachment: 'a.pdf' }], [{}]],
    ['the name of an attachment', { query: 'filename:report' }, [{ attachment: 'Report.pdf' }], [{ attachment: 'a.pdf' }]],
    ['a size', { size: 2000, sizeComparison: 'larger' }, [{ body: 'x'.repeat(3000) }], [{}]],
    ['a list', { query: 'list:news.x.example' }, [{}], []],
    ['mail to oneself', { query: 'to:me' }, [{}], [{ to: 'eva@x.example' }]],
    ['what only Gmail knows', { query: 'is:important' }, [], [{}]],
    ['one of two, where only one can be said', { query: 'is:important OR subject:money' }, [{ subject: 'money' }], [{}]],
  ])('finds %s', async (_what, criteria, found, left) => {
    const script = scriptOf({ criteria, action: { addLabelIds: ['Label_1'], removeLabelIds: ['INBOX'] } })
    expect(await sieve.compile(script)).toBe('')
    for (const mail of found)
      expect((await sieve.deliver(script, mailText(mail), ANNA)).copies, script).toEqual([{ folder: 'L/Label_1', flags: [] }])
    for (const mail of left)
      expect((await sieve.deliver(script, mailText(mail), ANNA)).copies, script).toEqual([{ folder: 'INBOX', flags: [] }])
  })

  it('applies all filters that fit, in no order', async () => {
    const script = scriptOf(
      { criteria: { from: 'joe' }, action: { addLabelIds: ['Label_1'] } },
      { criteria: { subject: 'hello' }, action: { addLabelIds: ['Label_2', 'STARRED'] } },
      { criteria: { to: 'anna' }, action: { removeLabelIds: ['UNREAD'] } },
    )
    const flags = ['\\flagged', '\\seen']
    expect((await sieve.deliver(script, mailText({}), ANNA)).copies).toEqual([
      { folder: 'INBOX', flags },
      { folder: 'L/Label_1', flags },
      { folder: 'L/Label_2', flags },
    ])
    const binned = scriptOf({ criteria: { from: 'joe' }, action: { addLabelIds: ['TRASH'] } })
    expect((await sieve.deliver(binned, mailText({}), ANNA)).copies).toEqual([{ folder: 'trash', flags: [] }])
  })

  it('writes a script that is accepted, whatever somebody searches for', async () => {
    const words = [
      'from:',
      'subject:',
      '-',
      '(',
      ')',
      '{',
      '}',
      ' OR ',
      '"',
      ' ',
      'x',
      'ä"\\',
      'is:',
      'larger:5M',
      '\r\n',
      '\0',
      '*',
      'a@b.example',
      '; discard;',
    ]
    const query = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((all) => all.join(''))
    await fc.assert(
      fc.asyncProperty(query, query, query, async (from, text, negatedQuery) => {
        const script = scriptOf({ criteria: { from, query: text, negatedQuery }, action: { removeLabelIds: ['UNREAD', 'INBOX'] } })
        expect(await sieve.compile(script), script).toBe('')
      }),
      { numRuns: 200 },
    )
  })
})

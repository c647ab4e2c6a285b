import type { MailRule, MailSettings } from '@offramp/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sieve, sieveProblem, startSieve } from '../../../../test/servers/sieve.ts'
import { allSettings, HOSTILE, mails } from './testing/arbitrary.ts'
import { delivered, holds, type Mail, mailText } from './testing/message.ts'
import { ANNA, file, options, rule, settings, subject, write } from './testing/settings-lab.ts'
import { toSieve } from './to-sieve.ts'

const problem = sieveProblem()
const MINE = [ANNA, 'a.smith@contoso.example']
const HELLO: Mail = { subject: 'hello', from: 'joe@fabrikam.example', to: [ANNA], cc: [], body: 'Hi', attachment: undefined }

/** Fit for a test's name. */
const titled = (texts: readonly string[]) => texts.map((text) => [JSON.stringify(text).slice(0, 40), text] as const)

/** Fits by what can be said: what cannot is the answer that keeps the rule from acting. */
const fitsBy =
  (mail: Mail) =>
  ({ when, unless }: MailRule): boolean =>
    (when === undefined || narrow(when, mail)) && (unless === undefined || !wide(unless, mail))

const narrow = (test: NonNullable<MailRule['when']>, mail: Mail): boolean => bounded(test, mail, false)
const wide = (test: NonNullable<MailRule['when']>, mail: Mail): boolean => bounded(test, mail, true)

function bounded(test: NonNullable<MailRule['when']>, mail: Mail, unsayable: boolean): boolean {
  if (test.is === 'not') return !bounded(test.of, mail, !unsayable)
  if (test.is === 'all') return test.of.every((each) => bounded(each, mail, unsayable))
  if (test.is === 'any') return test.of.some((each) => bounded(each, mail, unsayable))
  return holds(test, mail, () => unsayable, MINE)
}

describe.skipIf(problem !== undefined)(problem ?? 'scripts on Pigeonhole, the Sieve of Dovecot', () => {
  let sieve: Sieve

  beforeAll(async () => {
    sieve = await startSieve()
  })
  afterAll(() => sieve?.close())

  const accepts = async (more: Partial<MailSettings>, forwarding = false): Promise<string> => {
    const { script } = write(more, { forwarding })
    expect(await sieve.compile(script)).toBe('')
    return script
  }

  it('does with every message what its owner had set up', async () => {
    await fc.assert(
      fc.asyncProperty(allSettings, fc.array(mails, { minLength: 1, maxLength: 3 }), async (given, messages) => {
        const { script } = toSieve(given, options())
        for (const mail of messages) {
          const { copies, redirects } = await sieve.deliver(script, mailText(mail), ANNA)
          expect({ copies, redirects }, script).toEqual({ copies: delivered(given, fitsBy(mail)), redirects: [] })
        }
      }),
      { numRuns: 150 },
    )
  })

  it.each(titled(HOSTILE))('a hostile text stays a text: %s', async (_title, text) => {
    const mark = rule({ name: text, when: subject(text, 'never-there'), actions: [file(text), { do: 'categorize', names: [text] }] })
    const asleep = rule({ name: text, enabled: false, when: { is: 'header', fields: [text, 'X-A'], how: 'begins', words: [text, 'n'] } })
    const forward = rule({
      name: 'f',
      when: subject('never-there'),
      actions: [{ do: 'forward', how: 'redirect', to: [text, `${text}@x.example`] }],
    })
    const reply = {
      enabled: true,
      subject: text,
      internal: { text },
      external: { text: `a${text}`, html: `<p>${text}</p>` },
      externalAudience: 'all',
    } as const
    for (const forwarding of [true, false]) {
      const given = {
        rules: [mark, asleep, forward],
        automaticReply: reply,
        forwarding: { enabled: true, to: [text], ownCopy: 'keep' } as const,
      }
      const script = await accepts(given, forwarding)
      const { copies } = await sieve.deliver(script, mailText(HELLO), ANNA)
      expect(copies).toEqual([{ folder: 'INBOX', flags: [] }])
    }
    const { script } = toSieve(settings({}), options({ account: text, addresses: [text, ANNA] }))
    expect(await sieve.compile(script)).toBe('')
  })

  it.each(titled(HOSTILE.filter((text) => !/[\0\r\n\t\u2028\ud800]/.test(text) && text.trim() !== '' && text.length < 100)))(
    'finds a text that looks like Sieve in a subject, and not elsewhere: %s',
    async (_title, text) => {
      const script = await accepts({ rules: [rule({ when: subject(text) })] })
      const found = await sieve.deliver(script, mailText({ ...HELLO, subject: `a ${text} b` }), ANNA)
      expect(found.copies.map(({ folder }) => folder)).toEqual(['Box'])
      expect((await sieve.deliver(script, mailText(HELLO), ANNA)).copies.map(({ folder }) => folder)).toEqual(['INBOX'])
    },
  )

  it('files into folders of any name', async () => {
    for (const name of ['Ä "q" \\ b', `\${x}`, 'a*b?', '📨/文件夹', "it's; stop", 'x'.repeat(100)]) {
      const script = await accepts({ rules: [rule({ actions: [file(name)] })] })
      expect((await sieve.deliver(script, mailText(HELLO), ANNA)).copies).toEqual([{ folder: name, flags: [] }])
    }
  })

  it('replies word for word, dots and all, in plain text and in HTML', async () => {
    const text = 'Hello,\n.\n..two\n.three\r\n\r\nBye “Ä” = 1'
    const plain = await accepts({ automaticReply: { enabled: true, internal: { text }, external: { text }, externalAudience: 'all' } })
    const { reply } = await sieve.deliver(plain, mailText(HELLO), ANNA)
    expect(reply?.replaceAll('\r', '').trimEnd()).toBe(text.replaceAll('\r', ''))
    const html = `<p>Away until <b>Monday</b> – ${'long '.repeat(60)}</p>\n.\n<p>Ä=</p>`
    const both = await accepts({ automaticReply: { enabled: true, internal: { html }, external: { html }, externalAudience: 'all' } })
    const sent = (await sieve.deliver(both, mailText(HELLO), ANNA)).reply ?? ''
    const [, , htmlPart = ''] = sent.split('--=_offramp')
    const decoded = Buffer.from(
      (htmlPart.split(/\r?\n\r?\n/)[1] ?? '')
        .replaceAll(/=\r?\n/g, '')
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString()
    expect(htmlPart).toContain('Content-Type: text/html; charset=utf-8')
    expect(`${decoded.trimEnd()}\n.\n`).toContain(html.slice(0, 300))
    expect(sent).toContain('text/plain')
  })

  it('tells colleagues and others what is meant for each, and nobody else anything', async () => {
    const automaticReply = { enabled: true, internal: { text: 'inside' }, external: { text: 'outside' }, externalAudience: 'all' } as const
    const colleague = { ...HELLO, from: 'eva@contoso.example' }
    const replies = async (reply: MailSettings['automaticReply']): Promise<(string | undefined)[]> => {
      const script = await accepts(reply === undefined ? {} : { automaticReply: reply })
      const texts = []
      for (const mail of [colleague, HELLO]) texts.push((await sieve.deliver(script, mailText(mail), ANNA)).reply?.trim())
      return texts
    }
    expect(await replies(automaticReply)).toEqual(['inside', 'outside'])
    expect(await replies({ ...automaticReply, externalAudience: 'none' })).toEqual(['inside', undefined])
    expect(await replies({ ...automaticReply, externalAudience: 'contacts' })).toEqual(['inside', undefined])
    expect(await replies({ enabled: true, external: { text: 'outside' }, externalAudience: 'all' })).toEqual([undefined, 'outside'])
    expect(await replies({ ...automaticReply, enabled: false })).toEqual([undefined, undefined])
    expect(await replies({ ...automaticReply, unclear: ['x'] })).toEqual([undefined, undefined])
    expect(await replies({ ...automaticReply, start: Date.UTC(2000, 0, 1), end: Date.UTC(2999, 0, 1) })).toEqual(['inside', 'outside'])
    expect(await replies({ ...automaticReply, start: Date.UTC(2999, 0, 1) })).toEqual([undefined, undefined])
    expect(await replies({ ...automaticReply, end: Date.UTC(2000, 0, 1) })).toEqual([undefined, undefined])
  })

  it('forwards only where it was asked to', async () => {
    const forwarding = { enabled: true, to: ['away@example.org'], ownCopy: 'archive' } as const
    const rules = [rule({ actions: [{ do: 'forward', how: 'forward', to: ['boss@example.org'] }] })]
    const quiet = await accepts({ forwarding, rules })
    expect(await sieve.deliver(quiet, mailText(HELLO), ANNA)).toMatchObject({ redirects: [], copies: [{ folder: 'INBOX' }] })
    const loud = await accepts({ forwarding, rules }, true)
    const done = await sieve.deliver(loud, mailText(HELLO), ANNA)
    expect(done).toMatchObject({ redirects: ['away@example.org', 'boss@example.org'], copies: [{ folder: 'Archive' }] })
  })

  it('takes ten thousand rules, and says that servers usually do not', async () => {
    const rules = Array.from({ length: 10_000 }, (_, n) =>
      rule({ name: `Rule ${n}`, when: subject(`word-${n}-`), actions: [file(`Folder ${n}`)], stop: true }),
    )
    const { script, losses } = write({ rules })
    expect(await sieve.compile(script)).toBe('')
    expect(await sieve.compile(script, true)).toContain('too large')
    expect(losses.join()).toContain('sieve_max_script_size')
    const { copies } = await sieve.deliver(script, mailText({ ...HELLO, subject: 'word-9999-' }), ANNA)
    expect(copies).toEqual([{ folder: 'Folder 9999', flags: [] }])
  })
})

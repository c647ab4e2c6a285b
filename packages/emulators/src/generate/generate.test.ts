import { expect, test } from 'vitest'
import { readParts } from '../mail/read-mime.ts'
import { decodeWords } from '../mail/read-words.ts'
import { HOSTILE_KINDS, MAIL_KINDS, type MailKind, type Profile } from './kinds.ts'
import { type MailOrigin, planMail, specAt } from './plan.ts'
import { isRewritten, writeMail } from './write.ts'

const origin = (profile: Profile, key = 'k'): MailOrigin => ({
  key,
  owner: { name: 'Anna Becker', address: 'anna@contoso.example' },
  profile,
})
const at = Date.UTC(2020, 1, 2, 3, 4, 5)

const plan = (index: number, how: { readonly kind?: MailKind; readonly profile?: Profile; readonly key?: string } = {}) =>
  planMail(
    specAt(origin(how.profile ?? 'small', how.key), index, {
      receivedAt: at,
      role: 'received',
      ...(how.kind !== undefined && { kind: how.kind }),
    }),
  )

const bytesOf = (of: ReturnType<typeof plan>, variant = 0): Buffer => Buffer.concat(writeMail(of, variant))

const header = (bytes: Buffer, name: string): string | undefined =>
  readParts(bytes).headers.find(([key]) => key.toLowerCase() === name)?.[1]

test('the same seed writes the same bytes, another seed others', () => {
  for (let index = 0; index < 100; index++) {
    expect(bytesOf(plan(index)).equals(bytesOf(plan(index)))).toBe(true)
    expect(bytesOf(plan(index)).equals(bytesOf(plan(index, { key: 'other' })))).toBe(false)
  }
})

test('the small profile holds every kind', () => {
  const kinds = new Set(Array.from({ length: MAIL_KINDS.length }, (_, index) => plan(index).spec.kind))
  expect([...kinds].toSorted()).toEqual([...MAIL_KINDS].toSorted())
})

test('another variant has other boundaries, the same length, and nothing else', () => {
  const masked = (bytes: Buffer) => bytes.toString('latin1').replace(/_00\d_[0-9A-F]{32}_/g, 'BOUNDARY')
  for (const kind of MAIL_KINDS) {
    const of = plan(3, { kind })
    const [first, second] = [bytesOf(of), bytesOf(of, 1)]
    expect(second.length).toBe(first.length)
    expect(second.equals(first)).toBe(!isRewritten(of))
    expect(masked(second)).toBe(masked(first))
  }
})

test('what the plan says of a message, its bytes say as well', () => {
  for (let index = 0; index < 300; index++) {
    const of = plan(index)
    const bytes = bytesOf(of)
    expect(decodeWords(header(bytes, 'subject') ?? '')).toBe(of.subject)
    expect(header(bytes, 'message-id')).toBe(of.messageId)
    expect(header(bytes, 'date')).toBe(of.date)
    expect(header(bytes, 'from')).toContain(of.from.address)
    const attached = readParts(bytes)
      .leaves()
      .filter((leaf) => leaf.attached)
      .map((leaf) => leaf.name)
    if (of.attachments.length > 0) expect(attached).toEqual(of.attachments.map((each) => each.name))
  }
})

test('threads hang together by References', () => {
  const ids = new Set(Array.from({ length: 200 }, (_, index) => plan(index, { kind: 'plain' }).messageId))
  const answers = Array.from({ length: 200 }, (_, index) => plan(index, { kind: 'plain' })).filter((of) => of.references.length > 0)
  expect(answers.length).toBeGreaterThan(80)
  for (const of of answers) {
    expect(of.subject).toMatch(/^Re: /)
    for (const id of of.references) expect(ids).toContain(id)
  }
})

test('each odd kind has its oddity', () => {
  const text = (kind: MailKind) => bytesOf(plan(4, { kind })).toString('latin1')
  expect(text('no-message-id')).not.toMatch(/^message-id:/im)
  expect(plan(4, { kind: 'twin' }).messageId).toBe(plan(3, { kind: 'plain' }).messageId)
  expect(text('no-date')).not.toMatch(/^date:/im)
  expect(text('bare-lf')).not.toContain('\r')
  expect(text('nul')).toContain('\0')
  expect(text('long-line')).toMatch(/[^\n]{15000}/)
  expect(text('raw-utf8').split('\r\n\r\n')[0]).toMatch(/^Subject: .*$/m)
  expect(text('raw-latin1').split('\r\n\r\n')[0]).toMatch(/[\x80-\xff]/)
  expect(text('empty-subject')).toMatch(/^Subject: \r$/m)
  expect(text('empty-body')).toMatch(/\r\n\r\n$/)
  expect(text('many-recipients').match(/guest\.\d+@/g)).toHaveLength(2_000)
  expect(text('cancellation')).toContain('method=CANCEL')
  expect(text('signed')).toContain('multipart/signed')
  expect(text('encrypted')).toContain('smime-type=enveloped-data')
  expect(text('nested').match(/message\/rfc822/g)?.length).toBeGreaterThan(4)
})

test('each hostile kind breaks programs in its own way', () => {
  const text = (kind: MailKind, index = 4) => bytesOf(plan(index, { kind })).toString('latin1')
  const [one, other] = [text('bare-twin', 4), text('bare-twin', 5)]
  expect(one).toMatch(/\r\n\r\n$/)
  expect(one).not.toMatch(/message-id|date/i)
  expect([...one].filter((char, at) => char !== other[at] && !/\d/.test(char))).toEqual(['a'])
  expect(text('no-blank-line')).not.toContain('\r\n\r\n')
  expect(text('many-headers').match(/^X-Trace-/gm)).toHaveLength(10_000)
  expect(text('huge-line')).toMatch(/[^\n]{1000000}/)
  expect(text('deep').match(/^Content-Type: multipart/gm)).toHaveLength(500)
  expect(text('unclosed')).toMatch(/boundary="/)
  expect(text('unclosed')).not.toMatch(/_--\r\n$/)
  expect(text('many-attachments').match(/^Content-Disposition: attachment/gm)).toHaveLength(500)
  expect(text('winmail')).toContain('application/ms-tnef')
  expect(text('openpgp')).toContain('BEGIN PGP MESSAGE')
  const kinds = new Set(Array.from({ length: 34 }, (_, index) => plan(index, { profile: 'hostile' }).spec.kind))
  expect(HOSTILE_KINDS.every((kind) => kinds.has(kind))).toBe(true)
})

test('a bench message is 20 kB to the byte, whatever its header', () => {
  for (let index = 0; index < 50; index++) expect(bytesOf(plan(index, { profile: 'bench' })).length).toBe(20_480)
})

test('a large message costs no memory of its own: its pieces are shared', () => {
  const pieces = writeMail(plan(1, { profile: 'large' }))
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const memories = new Set(pieces.map((piece) => piece.buffer))
  expect(size).toBeGreaterThan(5_000_000)
  expect(memories.size).toBeLessThan(40)
})

test('an office mailbox has many small and few large messages', () => {
  const sizes = Array.from({ length: 2_000 }, (_, index) =>
    writeMail(plan(index, { profile: 'office' })).reduce((sum, piece) => sum + piece.length, 0),
  )
  const share = (from: number) => sizes.filter((size) => size >= from).length / sizes.length
  expect(share(50_000)).toBeLessThan(0.4)
  expect(share(1_000_000)).toBeGreaterThan(0.01)
  expect(share(1_000_000)).toBeLessThan(0.1)
})

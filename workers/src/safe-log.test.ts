import { Fault } from '@offramp/core'
import { describe, expect, it } from 'vitest'
import { safeLog } from './safe-log.ts'

function logged(write: (log: ReturnType<typeof safeLog>) => void): string {
  let text = ''
  const stream = {
    write: (line: string) => {
      text += line
    },
  }
  write(safeLog({ level: 'debug', stream, base: { worker: 'w1' } }))
  return text
}

describe('the log', () => {
  it('is a JSON line with ids, counts and times', () => {
    const line = logged((log) => log.info({ lane: 'mail-abc', items: 3, end: 'done' }, 'turn ended'))
    expect(JSON.parse(line)).toMatchObject({ level: 'info', worker: 'w1', lane: 'mail-abc', items: 3, end: 'done', msg: 'turn ended' })
  })

  it.each<[string, object]>([
    ['a subject', { subject: 'canary-9f3k' }],
    ['an address', { to: 'canary-9f3k@example.org' }],
    ['an address under a name that is allowed', { account: 'canary-9f3k@example.org' }],
    ['a token', { authorization: 'Bearer canary-9f3k' }],
    ['an error of an SDK', { error: Object.assign(new Error('canary-9f3k'), { config: { headers: { authorization: 'canary-9f3k' } } }) }],
    ['an error under the name that pino knows', { err: new Fault({ reach: 'call', code: 'x', message: 'canary-9f3k' }) }],
    ['an object where a number belongs', { items: { password: 'canary-9f3k' } }],
    ['something that says how it is to be shown', { lane: { toJSON: () => 'canary-9f3k' } }],
    ['an error itself', new Error('canary-9f3k')],
  ])('does not let out %s', (_name, fields) => {
    const line = logged((log) => log.warn(fields, 'something happened'))
    expect(line).not.toContain('canary-9f3k')
    expect(line).toContain('something happened')
  })

  it('says which fields it has dropped', () => {
    expect(JSON.parse(logged((log) => log.info({ subject: 'x', lane: 'l' }, 'm'))).dropped).toEqual(['subject'])
  })

  it('stays one line, whatever is in it', () => {
    const text = logged((log) => log.info({ folder: 'a\nlevel":"error"\u001b[31m' }, 'forged\nline'))
    expect(text.trimEnd().split('\n')).toHaveLength(1)
    expect(text).not.toMatch(/\\u001b|\\n"?level/)
  })
})

import { expect, test } from 'vitest'
import { entryKey, versionKey } from './keys.ts'

test('keys are short, stable and case-sensitive, as Graph ids are', () => {
  expect(entryKey('AAkALgAAA-x_=')).toBe(entryKey('AAkALgAAA-x_='))
  expect(entryKey('AAkALgAAA')).not.toBe(entryKey('aakalgaaa'))
  expect(Buffer.from(entryKey('x'), 'base64url')).toHaveLength(10)
  expect(Buffer.from(versionKey('x'), 'base64url')).toHaveLength(6)
})

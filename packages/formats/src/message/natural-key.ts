import { readHeader, textOf } from './header.ts'

/** Longer ones are not identities but junk; nothing of use is lost by cutting them. */
const LONGEST = 995

/**
 * A Message-ID as everybody in this program compares it: the first `<...>`, without white space inside; what has no angle brackets is
 * taken as it stands, without white space. Case is kept: two ids may differ in nothing else. `''` where there is nothing.
 */
export function naturalKey(messageId: string): string {
  const text = messageId.slice(0, 8 * LONGEST)
  const open = text.indexOf('<')
  const close = text.indexOf('>', open + 1)
  const id = open >= 0 && close > open + 1 ? text.slice(open, close + 1) : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: junk from other people's headers is what this removes
  return id.replace(/[\s\u0000-\u001f\u007f]+/g, '').slice(0, LONGEST)
}

/** The natural key of a message, from its bytes or from those of its header block. */
export function naturalKeyOf(message: Uint8Array): string {
  const field = readHeader(message).fields.find((one) => one.name === 'message-id' && one.value.length > 0)
  return field === undefined ? '' : naturalKey(textOf(field.value))
}

/** What is to be done with a part that comes back. Known by the very object: what is made of it, a slice, is nobody's loan. */
const loans = new WeakMap<Uint8Array, () => void>()

/** Hands out memory that is wanted back. */
export function lend<T extends Uint8Array>(part: T, returned: () => void): T {
  loans.set(part, returned)
  return part
}

/**
 * Says that a part which was read for a call that `lends` is not looked at any more: its memory may be used again at once. Nothing happens with what
 * was not lent, or has come back before.
 */
export function giveBack(part: Uint8Array): void {
  const returned = loans.get(part)
  loans.delete(part)
  returned?.()
}

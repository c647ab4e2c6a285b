import { type MailBody, writeBody } from './body.ts'
import type { Message } from './state.ts'

const kept = new WeakMap<MailBody, readonly Buffer[]>()

/** The bytes, kept after the first time: for benches that measure the client and not the generator. */
export function warmBytes(message: Message): readonly Buffer[] {
  const known = kept.get(message.body)
  if (known) return known
  const bytes = [Buffer.concat(writeBody(message.body))]
  kept.set(message.body, bytes)
  return bytes
}

import { type MailBody, writeBody } from './body.ts'

const kept = new WeakMap<MailBody, readonly Buffer[]>()

/** The bytes, kept after the first time: for benches that measure the client and not the generator. */
export function warmBytes(message: { readonly body: MailBody }): readonly Buffer[] {
  const known = kept.get(message.body)
  if (known) return known
  const bytes = [Buffer.concat(writeBody(message.body))]
  kept.set(message.body, bytes)
  return bytes
}

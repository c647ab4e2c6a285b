import { factsOf, type MailBody, type MailFacts, writeBody } from './body.ts'

/** All that was worked out of a message, as the real provider's store has it ready. */
interface Kept {
  readonly bytes: readonly Buffer[]
  facts?: MailFacts
  /** The first words of its text. */
  preview?: string
}

const kept = new WeakMap<MailBody, Kept>()

/** The bytes, kept after the first time: for benches that measure the client and not the generator. */
export function warmBytes(message: { readonly body: MailBody }): readonly Buffer[] {
  const known = kept.get(message.body)
  if (known) return known.bytes
  const bytes = [Buffer.concat(writeBody(message.body))]
  kept.set(message.body, { bytes })
  return bytes
}

/** `factsOf`, kept where the bytes are. */
export function warmFacts(body: MailBody): MailFacts {
  const known = kept.get(body)
  if (!known) return factsOf(body)
  known.facts ??= factsOf(body)
  return known.facts
}

/** A preview, kept where the bytes are. */
export function warmPreview(body: MailBody, make: (body: MailBody) => string): string {
  const known = kept.get(body)
  if (!known) return make(body)
  known.preview ??= make(body)
  return known.preview
}

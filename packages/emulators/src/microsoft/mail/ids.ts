import { createHash } from 'node:crypto'

/** Which of Outlook's two id spaces a request speaks: `Prefer: IdType="ImmutableId"` or not. */
export type IdSpace = 'default' | 'immutable'

/** What an id names. `moves` counts the moves before; only default ids depend on it. */
export interface IdFacts {
  readonly serial: number
  readonly moves: number
}

export interface MailboxIds {
  message(facts: IdFacts, space: IdSpace): string
  folder(serial: number): string
  /** Undefined where the text is no id of this mailbox, in this very spelling. */
  readMessage(id: string): { readonly facts: IdFacts; readonly space: IdSpace } | undefined
  readFolder(id: string): number | undefined
}

/** As long as real ones: 152 characters (default), 120 (immutable), 120 (folders). */
const LENGTHS = { default: 113, immutable: 89, folder: 89 } as const
const PREFIXES = {
  default: Buffer.from([0x00, 0x03, 0x24, 0x00, 0x47]),
  immutable: Buffer.from([
    0x00, 0x09, 0x00, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1d, 0x84, 0x03, 0x11, 0xaa, 0x66, 0x11, 0xcd, 0x9b, 0xc8, 0x00, 0xaa, 0x00,
    0x2f, 0xc4, 0x5a,
  ]),
  folder: Buffer.from([0x01, 0x03, 0x00, 0x47]),
} as const
type Form = keyof typeof PREFIXES

/** Ids that look like Outlook's: long, URL-safe base64 with `-`, `_` and `=`, told apart by case of letters alone. */
export function mailboxIds(mailboxId: string): MailboxIds {
  const secret = createHash('sha256').update(mailboxId).digest()
  const templates: Readonly<Record<Form, Buffer>> = {
    default: template('default', secret),
    immutable: template('immutable', secret),
    folder: template('folder', secret),
  }
  const make = (form: Form, serial: number, moves: number): string => {
    const bytes = templates[form]
    const end = LENGTHS[form]
    bytes.writeUInt32BE((serial ^ secret.readUInt32BE(0)) >>> 0, end - 14)
    bytes.writeUInt32BE((Math.imul(serial, 2654435761) ^ secret.readUInt32BE(4) ^ Math.imul(moves, 40503)) >>> 0, end - 10)
    bytes.writeUInt16BE(moves & 0xffff, end - 6)
    return `${bytes.toString('base64url')}=`
  }
  const read = (form: Form, id: string): IdFacts | undefined => {
    const bytes = Buffer.from(id, 'base64url')
    const end = LENGTHS[form]
    if (bytes.length !== end) return undefined
    const facts = { serial: (bytes.readUInt32BE(end - 14) ^ secret.readUInt32BE(0)) >>> 0, moves: bytes.readUInt16BE(end - 6) }
    return make(form, facts.serial, facts.moves) === id ? facts : undefined
  }
  return {
    message: (facts, space) => (space === 'immutable' ? make('immutable', facts.serial, 0) : make('default', facts.serial, facts.moves)),
    folder: (serial) => make('folder', serial, 0),
    readMessage: (id) => {
      const immutable = read('immutable', id)
      if (immutable) return { facts: immutable, space: 'immutable' }
      const facts = read('default', id)
      return facts && { facts, space: 'default' }
    },
    readFolder: (id) => read('folder', id)?.serial,
  }
}

function template(form: Form, secret: Buffer): Buffer {
  const bytes = Buffer.alloc(LENGTHS[form])
  const filler = createHash('sha512').update(secret).update(form).digest()
  filler.copy(bytes, PREFIXES[form].length)
  PREFIXES[form].copy(bytes)
  // Three bytes on a base64 border that always show as `-_-_`.
  Buffer.from([0xfb, 0xff, 0xbf]).copy(bytes, 48)
  return bytes
}

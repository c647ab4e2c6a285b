import type { Call } from '@offramp/core'
import type { Connection } from './connection.ts'
import type { NameStyle } from './escape-name.ts'
import { type SpecialRole, USE_ATTRIBUTES } from './folder-names.ts'
import { decodeMailbox } from './modified-utf7.ts'
import { listOf, textOf, textsOf } from './responses.ts'
import { type Line, quoted } from './wire-client.ts'

export interface TreeEntry {
  readonly path: string
  /** False for a name that only holds others (`\Noselect`, `\NonExistent`). */
  readonly selectable: boolean
  readonly use: SpecialRole | undefined
}

/** The account's own mailboxes. Shared and other people's namespaces are not looked at: nothing is ever written there. */
export interface MailboxTree {
  /** `''` or, e.g., `INBOX.`. */
  readonly prefix: string
  readonly style: NameStyle
  readonly entries: ReadonlyMap<string, TreeEntry>
}

interface Roots {
  readonly prefix: string
  readonly separator: string
}

async function personalRoot(connection: Connection, call: Call): Promise<Roots> {
  let found: Roots | undefined
  if (connection.capabilities.has('NAMESPACE')) {
    const NAMESPACE = async (line: Line) => {
      const own = listOf(listOf(line.attributes?.[0])[0])
      if (own.length > 1) found = { prefix: decodeMailbox(textOf(own[0])), separator: textOf(own[1]) }
    }
    await connection.exec('NAMESPACE', [], { untagged: { NAMESPACE }, doing: 'asking for the namespaces' }, call)
  }
  if (found !== undefined && found.separator !== '') return found
  let separator = '/'
  const LIST = async (line: Line) => {
    separator = textOf(line.attributes?.[1]) || separator
  }
  await connection.exec('LIST', [quoted(''), quoted('')], { untagged: { LIST }, doing: 'asking for the separator' }, call)
  return { prefix: found?.prefix ?? '', separator }
}

/**
 * Characters that this server does not take in one part of a name. Dovecot 2.3 with separator `/` on Maildir++ refuses `.`; elsewhere a dot
 * is harmless unless it is the separator.
 */
const styleOf = (separator: string, server: string): NameStyle => ({ separator, forbidden: server.includes('dovecot') ? './' : '/' })

export async function loadTree(connection: Connection, call: Call): Promise<MailboxTree> {
  const { prefix, separator } = await personalRoot(connection, call)
  const entries = new Map<string, TreeEntry>()
  const LIST = async (line: Line) => {
    const entry = readEntry(line)
    if (entry !== undefined) entries.set(entry.path, entry)
  }
  const asked = { untagged: { LIST }, doing: 'listing folders' }
  await connection.exec('LIST', [quoted(''), quoted(`${prefix.replace(/[%*]/g, '%')}*`)], asked, call)
  if (prefix !== '') await connection.exec('LIST', [quoted(''), quoted('INBOX')], asked, call)
  return { prefix, style: styleOf(separator, connection.server), entries }
}

function readEntry(line: Line): TreeEntry | undefined {
  const [attributes, , name] = line.attributes ?? []
  const path = decodeMailbox(textOf(name))
  if (path === '') return undefined
  const flags = textsOf(attributes).map((flag) => flag.toLowerCase())
  const use = flags.map((flag) => USE_ATTRIBUTES[flag]).find((role) => role !== undefined)
  // INBOX is the same in any case of letters (RFC 3501); some servers list it as `Inbox`.
  const written = path.toUpperCase() === 'INBOX' ? 'INBOX' : path
  return { path: written, selectable: !flags.includes('\\noselect') && !flags.includes('\\nonexistent'), use }
}

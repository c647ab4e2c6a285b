import type { Collection } from '@offramp/core'
import { escapePart, mark, type NameStyle, shorten } from './escape-name.ts'
import { CANONICAL, isSpecialRole, roleOfName, type SpecialRole } from './folder-names.ts'
import { PATH_BYTES } from './limits.ts'
import type { MailboxTree } from './mailbox-tree.ts'
import { mailboxBytes } from './modified-utf7.ts'

/** Where a collection goes at the destination. */
export interface Wanted {
  /** Full path in the server's notation, its prefix included. */
  readonly path: string
  /** Set where a special mailbox is meant, so that it can be made as such. */
  readonly use: Exclude<SpecialRole, 'inbox'> | undefined
}

type Overrides = Readonly<Record<string, string>>

/** The special mailbox for a role: what LIST says, else the one that is named so in some language, else the usual name. */
function specialPath(role: Exclude<SpecialRole, 'inbox'>, tree: MailboxTree): string {
  for (const entry of tree.entries.values()) if (entry.use === role) return entry.path
  const { prefix, style } = tree
  const canonical = prefix + CANONICAL[role]
  if (tree.entries.has(canonical)) return canonical
  const named = [...tree.entries.values()].filter(({ path, use }) => {
    const own = path.startsWith(prefix) ? path.slice(prefix.length) : path
    return use === undefined && !own.includes(style.separator) && roleOfName(own) === role
  })
  return named.length === 1 && named[0] !== undefined ? named[0].path : canonical
}

function escapeAll(parts: readonly string[], style: NameStyle): string[] {
  return parts.map((part) => shorten(escapePart(part, style), part))
}

/**
 * A user's own folder called `inbox` at the top would be the inbox itself, whatever its case: it is told apart by a mark. With the
 * prefix `INBOX.` it would be `INBOX.inbox`, which some servers take for it as well.
 */
const topPart = (part: string, original: string): string => (part.toUpperCase() === 'INBOX' ? `${part}~${mark(original)}` : part)

/** A path that is longer than servers take keeps its first parts; the rest becomes one part with a mark of the whole. */
function fit(head: string, parts: readonly string[], separator: string): string {
  const whole = head + parts.join(separator)
  if (mailboxBytes(whole) <= PATH_BYTES) return whole
  const last = parts.at(-1) ?? ''
  const room = 60
  const kept: string[] = []
  for (const part of parts.slice(0, -1)) {
    if (mailboxBytes(head + [...kept, part].join(separator)) > PATH_BYTES - room - 1) break
    kept.push(part)
  }
  const left = PATH_BYTES - mailboxBytes(head + [...kept, ''].join(separator))
  const end = `${last}~${mark(parts.join('\0'))}`
  const tail = mailboxBytes(end) <= left ? end : shorten(last.padEnd(PATH_BYTES, '\u2026'), parts.join('\0'), left).replaceAll('\u2026', '')
  return head + [...kept, tail].join(separator)
}

function overridden(
  collection: Collection,
  overrides: Overrides,
): { readonly parts: readonly string[]; readonly rest: readonly string[] } | undefined {
  const byRole = collection.role === undefined ? undefined : overrides[collection.role]
  if (byRole !== undefined) return { parts: byRole.split('/'), rest: [] }
  for (let length = collection.path.length; length > 0; length -= 1) {
    const target = overrides[collection.path.slice(0, length).join('/')]
    if (target !== undefined) return { parts: target.split('/'), rest: collection.path.slice(length) }
  }
  return undefined
}

/** Below which special mailbox a folder hangs, told by the name of the first of its parts. */
function rootOf(collection: Collection): SpecialRole | undefined {
  const [first, second] = collection.path
  return first === undefined || second === undefined ? undefined : roleOfName(first)
}

/**
 * Collection to path; depends on nothing but the collection, the settings and what the server lists, so that every process finds the same.
 * `strict` escapes what the server might mind for reasons of its own.
 */
export function placeName(collection: Collection, tree: MailboxTree, overrides: Overrides, strict = false): Wanted {
  const style = strict ? { separator: tree.style.separator, forbidden: "./~&'`|<>:?#!$;,[]{}()^=+@" } : tree.style
  const { prefix } = tree
  const { separator } = style
  const plain = (path: string): Wanted => ({ path, use: undefined })
  const forced = overridden(collection, overrides)
  if (forced !== undefined) {
    const parts = escapeAll([...forced.parts, ...forced.rest], style)
    if (parts[0]?.toUpperCase() === 'INBOX')
      return plain(parts.length === 1 ? 'INBOX' : fit(inboxHead(prefix, separator), parts.slice(1), separator))
    return plain(fit(prefix, parts, separator))
  }
  const { role } = collection
  if (role === 'inbox' || role === 'default') return plain('INBOX')
  if (isSpecialRole(role)) return { path: specialPath(role, tree), use: role }
  const root = rootOf(collection)
  const escaped = escapeAll(collection.path, style)
  if (root === 'inbox') return plain(fit(inboxHead(prefix, separator), escaped.slice(1), separator))
  if (root !== undefined) return plain(fit(`${specialPath(root, tree)}${separator}`, escaped.slice(1), separator))
  const [first = '', ...rest] = escaped
  return plain(fit(prefix, [topPart(first, collection.path[0] ?? ''), ...rest], separator))
}

/** Where everything hangs below `INBOX.` anyway, the inbox's own sub-folders hang there too. */
const inboxHead = (prefix: string, separator: string): string => (prefix === '' ? `INBOX${separator}` : prefix)

/** The same place told apart from another collection's of the same name; the same in every process. */
export const markedPath = (path: string, collection: Collection): string => `${path} (${mark(collection.id)})`

/** For a server that takes nothing else: letters and digits only. */
export const plainPath = (collection: Collection, tree: MailboxTree): string => `${tree.prefix}Folder-${mark(collection.path.join('\0'))}`

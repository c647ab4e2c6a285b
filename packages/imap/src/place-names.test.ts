import type { Collection, Role } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import type { SpecialRole } from './folder-names.ts'
import type { MailboxTree, TreeEntry } from './mailbox-tree.ts'
import { mailboxBytes } from './modified-utf7.ts'
import { markedPath, placeName } from './place-names.ts'

const tree = (prefix: string, separator: string, paths: Readonly<Record<string, SpecialRole | undefined>> = {}): MailboxTree => {
  const entries = Object.entries(paths).map(([path, use]): [string, TreeEntry] => [path, { path, use, selectable: true }])
  return { prefix, style: { separator, forbidden: './' }, entries: new Map(entries) }
}
const slash = tree('', '/', { INBOX: undefined, Sent: 'sent', Papierkorb: undefined })
const dotted = tree('INBOX.', '.', { INBOX: undefined, 'INBOX.Sent Messages': 'sent' })

const collection = (path: readonly string[], role?: Role): Collection => ({ id: path.join('|'), path, ...(role ? { role } : {}) })
const at = (path: readonly string[], role: Role | undefined, where: MailboxTree, overrides = {}): string =>
  placeName(collection(path, role), where, overrides).path

describe('roles', () => {
  test.each([
    [['Posteingang'], 'inbox', 'INBOX', 'INBOX'],
    [['Gesendete Elemente'], 'sent', 'Sent', 'INBOX.Sent Messages'],
    [['Gelöschte Elemente'], 'trash', 'Papierkorb', 'INBOX.Trash'],
    [['Entwürfe'], 'drafts', 'Drafts', 'INBOX.Drafts'],
  ] as const)('%j as %s', (path, role, here, there) => {
    expect(at(path, role, slash)).toBe(here)
    expect(at(path, role, dotted)).toBe(there)
  })

  test('sub-folders go where their parent goes, without anybody having prepared it', () => {
    expect(at(['Gesendete Elemente', '2019'], undefined, slash)).toBe('Sent/2019')
    expect(at(['Éléments envoyés', '2019'], undefined, dotted)).toBe('INBOX.Sent Messages.2019')
    expect(at(['Boîte de réception', 'Projets', 'v1.2'], undefined, slash)).toBe('INBOX/Projets/v1．2')
    expect(at(['Inbox', 'Projets'], undefined, dotted)).toBe('INBOX.Projets')
  })

  test('a folder at the top that is only called so is an own folder', () => {
    expect(at(['Outbox'], 'outbox', slash)).toBe('Outbox')
    expect(at(['Sent Items'], undefined, slash)).toBe('Sent Items')
  })

  test('several folders with fitting names decide nothing: the usual name is made', () => {
    expect(at(['X'], 'trash', tree('', '/', { Papierkorb: undefined, Corbeille: undefined }))).toBe('Trash')
  })
})

test("a user's own folder named inbox does not become the inbox", () => {
  for (const where of [slash, dotted]) {
    const path = at(['inbox'], undefined, where)
    expect(path.toUpperCase()).not.toBe('INBOX')
    expect(path.toUpperCase()).not.toBe('INBOX.INBOX')
    expect(path).not.toBe(at(['INBOX'], undefined, where))
  }
})

test('settings put a folder and what is below it elsewhere', () => {
  const overrides = { archive: 'Ablage/Alt', 'Projekte/Alt': 'Archiv/Projekte' }
  expect(at(['Archive'], 'archive', dotted, overrides)).toBe('INBOX.Ablage.Alt')
  expect(at(['Projekte', 'Alt', 'a.b'], undefined, slash, overrides)).toBe('Archiv/Projekte/a．b')
  expect(at(['Projekte'], undefined, slash, overrides)).toBe('Projekte')
})

test('paths of any depth fit the server and stay apart', () => {
  const deep = (last: string) => [...Array.from({ length: 40 }, (_, level) => `Ebene nummer ${level}`), last]
  const one = at(deep('a'), undefined, slash)
  expect(mailboxBytes(one)).toBeLessThanOrEqual(230)
  expect(one).not.toBe(at(deep('b'), undefined, slash))
  const wide = at(['日本語'.repeat(50), '中文'.repeat(60)], undefined, dotted)
  expect(mailboxBytes(wide)).toBeLessThanOrEqual(230)
})

test('what tells two places of one name apart comes from the collection alone', () => {
  const one = { id: 'AAMk1', path: ['März'] }
  expect(markedPath('März', one)).toBe(markedPath('März', { ...one }))
  expect(markedPath('März', one)).not.toBe(markedPath('März', { id: 'AAMk2', path: ['März'] }))
})

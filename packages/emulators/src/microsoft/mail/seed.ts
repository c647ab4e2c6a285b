import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Profile } from '../../generate/kinds.ts'
import { type MailOrigin, specAt } from '../../generate/plan.ts'
import { hash32, randomFrom } from '../../generate/random.ts'
import { bodyOfFile, factsOf, type MailBody } from '../../mail/body.ts'
import type { AccountSeed, FolderSeed } from '../options.ts'
import type { Mailbox } from './mailbox.ts'
import { folderName, ODD_NAMES, wellKnownOf } from './names.ts'
import type { Folder, Marks, Poison } from './state.ts'

const NEWEST = Date.UTC(2026, 5, 1)
const YEARS_15 = 15 * 365 * 86_400_000
const USUAL = ['inbox', 'drafts', 'sentitems', 'deleteditems', 'junkemail', 'archive', 'outbox', 'conversationhistory']
export const CATEGORIES = ['Red category', 'Projekt Ä', 'To do', 'VIP']

/** Shares of a plain number of messages. */
const SPREAD: readonly (readonly [readonly string[], number])[] = [
  [['Sent Items'], 0.2],
  [['Inbox', 'Projects'], 0.12],
  [['Inbox', 'Projects', '2019'], 0.06],
  [['Archive'], 0.08],
  [['Deleted Items'], 0.04],
  [['Junk Email'], 0.03],
  [['Drafts'], 0.03],
]

interface Filling {
  readonly mailbox: Mailbox
  readonly origin: MailOrigin
  readonly key: string
  next: number
}

/** Builds folders and messages as the seed says. The same seeds give the same mailbox, ids included. */
export function seedMailbox(mailbox: Mailbox, seed: AccountSeed, tenantSeed: number): void {
  const key = `${tenantSeed}/${mailbox.address}`
  const owner = { name: seed.displayName ?? mailbox.address, address: mailbox.address }
  const origin: MailOrigin = { key, owner, profile: seed.sizes ?? 'small' }
  const filling: Filling = { mailbox, origin, key, next: 0 }
  const root = seedFolders(mailbox, seed)
  for (const plan of planOf(seed.messages ?? 0)) fill(filling, ensureFolder(mailbox, root, plan), plan)
  if (seed.eml !== undefined) fillFromFiles(filling, root, seed.eml)
  const inbox = mailbox.wellKnown('inbox')
  if (inbox) for (const sort of seed.poison ?? []) addPoisoned(filling, inbox, sort)
}

function planOf(messages: number | readonly FolderSeed[]): readonly FolderSeed[] {
  if (typeof messages !== 'number') return messages
  const parts = SPREAD.map(([path, share]) => ({ path, count: Math.floor(messages * share) }))
  return [{ path: ['Inbox'], count: messages - parts.reduce((sum, each) => sum + each.count, 0) }, ...parts]
}

function seedFolders(mailbox: Mailbox, seed: AccountSeed): Folder {
  const language = seed.language ?? 'en-US'
  const known = (wellKnown: string, parent: Folder | undefined, hidden = false): Folder =>
    mailbox.addFolder({ name: folderName(wellKnown, language), parent, wellKnown, hidden })
  const root = known('msgfolderroot', undefined)
  for (const name of USUAL) known(name, root)
  known('recoverableitemsdeletions', undefined)
  if (seed.hiddenFolders ?? true) {
    const issues = known('syncissues', root, true)
    for (const name of ['conflicts', 'localfailures', 'serverfailures']) known(name, issues, true)
    mailbox.addFolder({ name: 'Conversation Action Settings', parent: root, hidden: true, unlisted: 1 })
    mailbox.addFolder({ name: 'Unread Mail', parent: root, search: true })
  }
  if (seed.oddNames) {
    for (const name of ODD_NAMES) mailbox.addFolder({ name, parent: root })
  }
  let above = root
  for (let depth = 1; depth <= (seed.deepFolders ?? 0); depth++) above = mailbox.addFolder({ name: `Level ${depth}`, parent: above })
  return root
}

function ensureFolder(mailbox: Mailbox, root: Folder, plan: FolderSeed): Folder {
  let at = root
  for (const [depth, name] of plan.path.entries()) {
    const wellKnown = depth === 0 ? wellKnownOf(name) : undefined
    const found =
      (wellKnown === undefined ? undefined : mailbox.wellKnown(wellKnown)) ?? mailbox.children(at).find((each) => each.name === name)
    const last = depth === plan.path.length - 1
    at =
      found ??
      mailbox.addFolder({
        name,
        parent: at,
        hidden: last && plan.hidden === true,
        ...(last && plan.unlisted !== undefined && { unlisted: plan.unlisted }),
      })
  }
  return at
}

function roleOf(folder: Folder): 'received' | 'sent' | 'draft' {
  if (folder.wellKnown === 'sentitems') return 'sent'
  return folder.wellKnown === 'drafts' ? 'draft' : 'received'
}

function marksFor(key: string, index: number, profile: Profile, body: MailBody): Partial<Marks> {
  const random = randomFrom(key, 'marks', index)
  // Bench mailboxes are large: their importance is not worth a plan for each message.
  const importance = profile === 'bench' ? 'normal' : factsOf(body).importance
  return {
    read: random.chance(0.75),
    flag: random.chance(0.06) ? 'flagged' : random.chance(0.03) ? 'complete' : 'notFlagged',
    categories: random.chance(0.1) ? CATEGORIES.slice(0, random.between(1, 3)) : [],
    importance,
    verb: random.chance(0.1) ? random.pick([102, 103, 104] as const) : 0,
  }
}

function fill(filling: Filling, folder: Folder, plan: FolderSeed): void {
  const { mailbox, origin, key } = filling
  const role = roleOf(folder)
  for (let count = 0; count < plan.count; count++) {
    const index = filling.next++
    const receivedAt = Math.floor((NEWEST - (hash32(key, 'when', index) / 4_294_967_296) * YEARS_15) / 1000) * 1000
    const body: MailBody = {
      from: 'generator',
      spec: specAt(origin, index, { receivedAt, role, ...(plan.kind !== undefined && { kind: plan.kind }) }),
    }
    mailbox.add(folder, { body, receivedAt, draft: role === 'draft', marks: marksFor(key, index, origin.profile, body) }, 'seed')
  }
}

function fillFromFiles(filling: Filling, root: Folder, path: string): void {
  const { mailbox, key } = filling
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eml'))
    .sort()
  for (const name of files) {
    const parts = name.split(sep).slice(0, -1)
    const folder = ensureFolder(mailbox, root, { path: parts.length === 0 ? ['Inbox'] : parts, count: 0 })
    const body = bodyOfFile(join(path, name))
    const sentAt = factsOf(body).sentAt
    const usable = sentAt !== undefined && sentAt > 0 && sentAt < NEWEST
    const receivedAt = usable ? sentAt + 30_000 : NEWEST - (hash32(key, name) % YEARS_15)
    mailbox.add(folder, { body, receivedAt, marks: marksFor(key, hash32(name), 'small', body) }, 'seed')
  }
}

function addPoisoned(filling: Filling, inbox: Folder, poison: Poison): void {
  const index = filling.next++
  const receivedAt = NEWEST - index * 1000
  const body: MailBody = { from: 'generator', spec: specAt(filling.origin, index, { receivedAt, role: 'received', kind: 'alternative' }) }
  filling.mailbox.add(inbox, { body, receivedAt, poison }, 'seed')
}

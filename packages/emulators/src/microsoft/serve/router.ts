import type { Reply } from '../../serve/reply.ts'
import { EVENT_BODY_PROPERTIES } from '../calendar/event-json.ts'
import type { OutlookAccount } from '../calendar/find.ts'
import { folderDelta } from '../delta/folder-delta.ts'
import { messageDelta } from '../delta/message-delta.ts'
import { masterCategories } from '../directory/mailbox-lists.ts'
import { organization, skus } from '../directory/organization.ts'
import { reportSettings, usageReport } from '../directory/reports.ts'
import { allows, type Need } from '../directory/roles.ts'
import { messageRules } from '../directory/rule-routes.ts'
import { mailboxSettings } from '../directory/settings-routes.ts'
import { getUser, listUsers } from '../directory/user-routes.ts'
import { type FilesRoute, filesRoute } from '../drive/routes.ts'
import { outlookRoute } from '../items/routes.ts'
import { getAttachment, listAttachments } from '../mail/attachment-routes.ts'
import { findFolder, type MailAccount } from '../mail/find.ts'
import { getFolder, listFolders } from '../mail/folder-routes.ts'
import { BODY_PROPERTIES, selectedProperties } from '../mail/message-json.ts'
import { countMessages, getMessage, getValue, listMessages } from '../mail/message-routes.ts'
import { translateIds } from '../mail/translate.ts'
import type { Asked } from './asked.ts'
import {
  accessDenied,
  folderNotFound,
  GraphError,
  insufficientPrivileges,
  invalidUser,
  mailboxNotEnabled,
  noPermissions,
  noRoute,
  notSupported,
  outOfScope,
  unknownError,
} from './errors.ts'
import { findAccount, type TenantState } from './tenant-state.ts'

/** A route that was found: what sort it is, and how to answer it. */
export interface Route {
  /** For statistics. */
  readonly kind: string
  readonly need: Need
  /** Whose mailbox it is about, as the path names it. */
  readonly user?: string
  readonly run: (account: OutlookAccount) => Reply
}

/** A route that needs no mailbox. */
interface Open {
  readonly kind: string
  readonly need: Need
  readonly answer: () => Reply
}

export type Found = Route | Open | FilesRoute

/** Finds what a path means. Throws the 400 of a path that means nothing. */
export function findRoute(state: TenantState, asked: Asked): Found {
  const files = filesRoute(state, asked)
  if (files) return files
  const [first = '', user, third] = asked.parts
  switch (first.toLowerCase()) {
    case 'users':
      if (user === undefined) return { kind: 'users', need: 'directory-basic', answer: () => listUsers(state, asked) }
      if (third === undefined) return { kind: 'user', need: 'directory-basic', answer: () => getUser(state, asked) }
      return mailboxRoute(state, asked, user)
    case 'organization':
      return { kind: 'organization', need: 'organization', answer: () => organization(state, asked) }
    case 'subscribedskus':
      return { kind: 'licenses', need: 'licenses', answer: () => skus(state, asked) }
    case 'reports':
      return { kind: 'report', need: 'reports', answer: () => usageReport(state, asked) }
    case 'admin':
      return { kind: 'report', need: 'report-settings', answer: () => reportSettings(state, asked) }
    case 'me':
      throw new GraphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
    default:
      throw noRoute(first)
  }
}

function mailboxRoute(state: TenantState, asked: Asked, user: string): Route {
  const { parts } = asked
  const route = (kind: string, need: Need, run: Route['run']): Route => ({ kind, need, user, run })
  switch (parts[2]) {
    case 'mailboxSettings':
      return route('settings', 'settings', (account) => mailboxSettings(asked, account))
    case 'mailFolders':
      return folderRoute(state, asked, route)
    case 'messages':
      return messageRoute(state, asked, route)
    case 'outlook':
      if (parts[3] !== 'masterCategories') throw noRoute(parts[3] ?? '')
      return route('categories', 'settings', () => masterCategories(asked))
    case 'translateExchangeIds':
      return route('translate', 'mail-basic', (account) => translateIds(asked, account))
    default: {
      const found = outlookRoute(state, asked, route)
      if (!found) throw noRoute(parts[2] ?? '')
      return found
    }
  }
}

export type Make = (kind: string, need: Need, run: Route['run']) => Route

function folderRoute(state: TenantState, asked: Asked, route: Make): Route {
  const [, , , name, what, message, more] = asked.parts
  const root = (account: MailAccount) => {
    const folder = account.mailbox.wellKnown('msgfolderroot')
    if (!folder) throw folderNotFound()
    return folder
  }
  if (name === undefined) return route('folders', 'mail-basic', (account) => listFolders(asked, account, root(account)))
  if (name === 'delta') return route('folder-delta', 'mail-basic', (account) => folderDelta(asked, account))
  if (what === undefined) return route('folder', 'mail-basic', (account) => getFolder(asked, account, name))
  if (what === 'childFolders')
    return route('folders', 'mail-basic', (account) => listFolders(asked, account, findFolder(account.mailbox, name)))
  if (what === 'messageRules' && name.toLowerCase() === 'inbox')
    return route('rules', 'settings', (account) => messageRules(asked, account))
  if (what !== 'messages') throw noRoute(what)
  if (message === undefined)
    return route('messages', 'mail-basic', (account) => listMessages(asked, account, findFolder(account.mailbox, name)))
  if (message === '$count')
    return route('count', 'mail-basic', (account) => countMessages(asked, account, findFolder(account.mailbox, name)))
  if (message === 'delta') return route('delta', 'mail-basic', (account) => messageDelta(state, asked, account))
  // `$value` is answered for /users/{u}/messages/{id} only (facts 3.6).
  if (more !== undefined)
    return route('wrong-path', 'mail', () => {
      throw notSupported()
    })
  return route('message', 'mail-basic', (account) => getMessage(asked, account, message))
}

function messageRoute(state: TenantState, asked: Asked, route: Make): Route {
  const [, , , id, what, attachment, raw] = asked.parts
  if (id === undefined) return route('messages', 'mail-basic', (account) => listMessages(asked, account, undefined))
  if (id === 'delta') throw noRoute('delta')
  if (what === undefined) return route('message', 'mail-basic', (account) => getMessage(asked, account, id))
  if (what === '$value') return route('value', 'mail', (account) => getValue(state, account, id))
  if (what !== 'attachments') throw noRoute(what)
  if (attachment === undefined) return route('attachments', 'mail', (account) => listAttachments(asked, account, id))
  return route('attachment', 'mail', (account) => getAttachment(asked, account, { message: id, attachment, raw: raw === '$value' }))
}

/** Checks roles, scope and mailbox, in the order in which Graph does, and answers. */
export function answerRoute(state: TenantState, asked: Asked, found: Found): Reply {
  const { claims } = asked
  if ('answer' in found) {
    if (!allows(claims, found.need)) throw insufficientPrivileges()
    return found.answer()
  }
  if ('units' in found) {
    if (!allows(claims, found.need)) throw new GraphError(403, 'accessDenied', 'Access denied')
    return found.run()
  }
  if (claims.roles === undefined) throw noPermissions()
  if (!allows(claims, found.need) || seesTooMuch(asked, found)) throw found.need === 'tasks' ? unknownError() : accessDenied()
  const account = findAccount(state, found.user ?? '')
  if (!account) throw invalidUser(found.user ?? '')
  if (account.blocked) throw outOfScope()
  if (!account.mailbox || !account.outlook) throw mailboxNotEnabled(account.seed.mailbox === 'on-premises' ? 'on-premises' : 'none')
  return found.run({ account, mailbox: account.mailbox, outlook: account.outlook })
}

/** Mail.ReadBasic.All shows neither bodies nor attachments nor extended properties. */
function seesTooMuch({ claims, query }: Asked, { need, kind }: Route): boolean {
  if (need === 'calendars-basic' && !allows(claims, 'calendars')) {
    return query.select === undefined || query.select.some((name) => EVENT_BODY_PROPERTIES.has(name))
  }
  if (need !== 'mail-basic' || allows(claims, 'mail')) return false
  const isMessages = kind === 'messages' || kind === 'message' || kind === 'delta'
  return (
    query.expand.length > 0 ||
    (isMessages && query.select !== undefined && selectedProperties(query.select).some((name) => BODY_PROPERTIES.has(name)))
  )
}

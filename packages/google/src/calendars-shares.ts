import type { Access, Account, Call, Share } from '@offramp/core'
import { type Json, objectOf, textOf } from '@offramp/wire'
import { readAcl, readCalendars } from './calendars-list.ts'
import type { Google } from './client.ts'

const ACCESS: Readonly<Record<string, Access>> = {
  freeBusyReader: 'free-busy',
  reader: 'read',
  writerWithoutPrivateAccess: 'write',
  writer: 'write',
  owner: 'manage',
}

const KINDS: Readonly<Record<string, Share['to']['kind']>> = { user: 'user', group: 'group', domain: 'organisation', default: 'public' }

/** Who else may see the calendars that are an account's own. A calendar whose owners' list is not told to us has none here. */
export async function* readShares(google: Google, account: Account, call: Call): AsyncGenerator<Share> {
  const [client, acls] = [google.calendars(account), google.calendars(account, 'acls')]
  for (const { collection, skip } of await readCalendars({ client, acls, address: account.name }, call)) {
    if (skip !== undefined) continue
    for (const rule of (await readAcl(acls, collection.id, call)) ?? []) yield* shareOf(rule, { collection, account })
  }
}

function* shareOf(rule: Json, { collection, account }: Pick<Share, 'collection'> & { readonly account: Account }): Generator<Share> {
  const scope = objectOf(rule['scope'])
  const role = textOf(rule['role']) ?? ''
  const [access, kind] = [ACCESS[role], KINDS[textOf(scope['type']) ?? '']]
  const address = textOf(scope['value'])
  if (access === undefined || kind === undefined) return
  // A calendar is among its own users, and so is the one whose calendar it is.
  if (address !== undefined && [account.name, collection.id].some((own) => own.toLowerCase() === address.toLowerCase())) return
  yield { collection, to: { kind, ...(address === undefined ? {} : { address }) }, access, as: role }
}

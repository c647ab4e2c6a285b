import { type Call, Fault, type Log } from '@offramp/core'
import { type Json, objectsOf, textOf, textsOf } from '@offramp/wire'
import type { Google } from './client.ts'
import { NOT_GRANTED, userPages } from './directory.ts'
import { directoryPages } from './directory-pages.ts'
import { PAGE } from './limits.ts'

export interface Member {
  readonly address: string
  /** `USER`, `GROUP`, `EXTERNAL`, `CUSTOMER`. */
  readonly kind: string
}

/** Who is in a group, at once below it. Nobody, where groups may not be read, or there is no such group. */
export async function readMembers(
  google: Google,
  log: Log,
  { group, call }: { readonly group: string; readonly call: Call },
): Promise<readonly Member[]> {
  const found: Member[] = []
  try {
    for await (const member of members(google, group, call)) found.push(member)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || ![...NOT_GRANTED, 'google-no-such-user'].includes(thrown.code)) throw thrown
    log.warn({ code: thrown.code }, 'The members of a group cannot be read.')
  }
  return found
}

async function* members(google: Google, group: string, call: Call): AsyncGenerator<Member> {
  const pages = directoryPages(
    google,
    {
      workload: 'groups',
      asks: 'groups',
      field: 'members',
      send: (api, common, options) => api.members.list({ ...common, groupKey: group, maxResults: PAGE.groups }, options),
    },
    call,
  )
  for await (const page of pages)
    for (const member of page) {
      const address = textOf(member['email'])
      if (address !== undefined) yield { address, kind: textOf(member['type']) ?? 'USER' }
    }
}

/** The domains of the customer, in small letters. Where they may not be read: those of its users. */
export async function readDomains(google: Google, call: Call): Promise<ReadonlySet<string>> {
  try {
    const page = await google.directory(
      {
        workload: 'domains',
        asks: 'users',
        send: (api, common, options) => api.domains.list({ ...common, customer: 'my_customer' }, options),
      },
      call,
    )
    const named = (json: Json, name: string): readonly string[] =>
      objectsOf(json[name]).flatMap((each) => textOf(each['domainName']) ?? textOf(each['domainAliasName']) ?? [])
    const domains = objectsOf(page['domains'])
    return new Set(
      [...named(page, 'domains'), ...domains.flatMap((domain) => named(domain, 'domainAliases'))].map((each) => each.toLowerCase()),
    )
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !NOT_GRANTED.includes(thrown.code)) throw thrown
  }
  const domains = new Set<string>()
  for await (const users of userPages(google, call))
    for (const user of users)
      for (const address of [textOf(user['primaryEmail']), ...textsOf(user['aliases'])])
        if (address !== undefined) domains.add(address.slice(address.lastIndexOf('@') + 1).toLowerCase())
  return domains
}

import { Fault } from '@offramp/core'
import type { Means } from './means.ts'

/** `{account}` in a reference is the login; one that would lead out of the folder is refused. */
export function refFor(template: string, account: string): string {
  if (!template.includes('{account}')) return template
  if (!/[\\/\0]/.test(account) && account !== '.' && account !== '..') return template.replaceAll('{account}', account)
  throw new Fault({
    reach: 'account',
    code: 'catalog-account-in-path',
    message: `The login ${account} cannot be a part of a file's name.`,
    remedy: 'Give its password by the column "password ref" of the table.',
  })
}

/** The account's own password, from the table or by the endpoint's template. Fault `account` where neither is there. */
export async function passwordOf(
  endpoint: string,
  account: string,
  template: string | undefined,
  means: Pick<Means, 'passwordRef' | 'secret'>,
  kind?: 'file',
): Promise<string> {
  const ref = means.passwordRef(endpoint, account, kind) ?? template
  if (ref !== undefined) return means.secret(refFor(ref, account))
  throw new Fault({
    reach: 'account',
    code: 'catalog-no-password',
    message: `No password is known for ${account} at ${endpoint}.`,
    remedy: 'Name one in the column "password ref" of the table, or set `auth` of the destination.',
  })
}

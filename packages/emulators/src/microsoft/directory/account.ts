import { guidFrom } from '../../generate/random.ts'
import { makeOutlook, type Outlook } from '../items/outlook.ts'
import { seedOutlook } from '../items/seed.ts'
import { Mailbox } from '../mail/mailbox.ts'
import { seedMailbox } from '../mail/seed.ts'
import type { AccountSeed } from '../options.ts'
import { checkRule } from './rule-routes.ts'

/** A user of the directory, with a mailbox or without. */
export interface Account {
  readonly id: string
  /** Lower case. */
  readonly address: string
  readonly seed: AccountSeed
  readonly mailbox: Mailbox | undefined
  /** Calendars, contacts and tasks; there wherever a mailbox is. */
  readonly outlook: Outlook | undefined
  /** What of given files could not be put in. */
  readonly untold: readonly string[]
  /** An administrator's scope keeps the application out. */
  blocked: boolean
  overQuota: boolean
}

export function makeAccount(seed: AccountSeed, tenantSeed: number, now: () => number): Account {
  for (const rule of seed.rules ?? []) checkRule(rule)
  const address = seed.address.toLowerCase()
  const id = guidFrom(tenantSeed, 'user', address)
  const hasMailbox = (seed.mailbox ?? 'cloud') === 'cloud' && seed.userType !== 'Guest'
  const mailbox = hasMailbox ? new Mailbox({ id: guidFrom(tenantSeed, 'mailbox', address), address, now }) : undefined
  if (mailbox) seedMailbox(mailbox, seed, tenantSeed)
  const outlook = hasMailbox ? makeOutlook({ seed: `${tenantSeed}/${address}`, now }) : undefined
  const untold = outlook ? seedOutlook(outlook, seed, `${tenantSeed}/${address}`) : []
  return { id, address, seed, mailbox, outlook, untold, blocked: false, overQuota: seed.overQuota ?? false }
}

import type { OutlookAccount } from '../calendar/find.ts'
import { findCalendar } from '../calendar/routes.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { findList } from '../todo/routes.ts'

/** A real tenant shows somebody else's shared calendar to whoever asks; a migration that reads it copies it into every mailbox. */
export function guardCalendar(tenant: TenantState, account: OutlookAccount, calendar: string | undefined): void {
  const { owner } = findCalendar(account, calendar)
  if (owner !== undefined)
    tenant.violations.note(`read events of a calendar that belongs to ${owner.address}, not to ${account.account.address}`)
}

/** So it is with shared lists; and flagged mail only looks like tasks. */
export function guardList(tenant: TenantState, account: OutlookAccount, list: string): void {
  const { isOwner, wellknown } = findList(account, list)
  if (!isOwner) tenant.violations.note(`read tasks of a list that is shared with ${account.account.address}`)
  if (wellknown === 'flaggedEmails') tenant.violations.note('read flagged mail as tasks')
}

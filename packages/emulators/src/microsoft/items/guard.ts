import type { OutlookAccount } from '../calendar/find.ts'
import { findCalendar } from '../calendar/routes.ts'
import type { Asked } from '../serve/asked.ts'
import type { TenantState } from '../serve/tenant-state.ts'

/** A real tenant shows somebody else's shared calendar to whoever asks; a migration that reads it copies it into every mailbox. */
export function guardOwned(tenant: TenantState, asked: Asked, account: OutlookAccount, calendar: string | undefined): void {
  const { owner } = findCalendar(account, calendar)
  if (owner !== undefined && asked.query.top !== 1)
    tenant.violations.note(`read events of a calendar that belongs to ${owner.address}, not to ${account.account.address}`)
}

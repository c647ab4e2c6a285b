import { randomBytes } from 'node:crypto'
import { factsOf } from '../../mail/body.ts'
import type { Reply } from '../../serve/reply.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, noRoute } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import type { Account } from './account.ts'
import { concealed } from './user-json.ts'

const COLUMNS =
  'Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Created Date,Last Activity Date,Item Count,Storage Used (Byte),Issue Warning Quota (Byte),Prohibit Send Quota (Byte),Prohibit Send/Receive Quota (Byte),Deleted Item Count,Deleted Item Size (Byte),Has Archive,Report Period'
const QUOTA = 53_687_091_200
/** Reports lag behind by two days. */
const LAG = 2 * 86_400_000

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

function row(state: TenantState, account: Account, period: string): string {
  const messages = [...(account.mailbox?.messages.values() ?? [])]
  const used = messages.reduce((sum, message) => sum + factsOf(message.body).storeSize, 0)
  const deleted = account.mailbox?.wellKnown('deleteditems')?.items ?? 0
  const refreshed = day(state.now() - LAG)
  const [name, shown] = state.concealNames
    ? [concealed(account), concealed(account)]
    : [account.seed.address, account.seed.displayName ?? account.seed.address]
  return [
    refreshed,
    name,
    shown,
    'False',
    '',
    '2014-03-01',
    refreshed,
    messages.length,
    used,
    QUOTA * 0.98,
    QUOTA * 0.99,
    QUOTA,
    deleted,
    0,
    'False',
    period,
  ]
    .map((each) => cell(String(each)))
    .join(',')
}

/** `GET /reports/getMailboxUsageDetail(period='D7')`: a 302 to a pre-authenticated CSV on another host. */
export function usageReport(state: TenantState, asked: Asked): Reply {
  const period = /^getMailboxUsageDetail\(period='(D7|D30|D90|D180)'\)$/.exec(asked.parts[1] ?? '')?.[1]
  if (!asked.parts[1]?.startsWith('getMailboxUsageDetail')) throw noRoute(asked.parts[1] ?? '')
  if (period === undefined) throw badRequest('The period of the report is invalid.', 'InvalidArgument')
  // Shared mailboxes may be missing (facts 2.3).
  const shown = state.accounts.filter((account) => account.mailbox && (account.seed.purpose ?? 'user') !== 'shared')
  const csv = `\ufeff${[COLUMNS, ...shown.map((account) => row(state, account, period.slice(1)))].join('\r\n')}\r\n`
  const path = `/reports/${randomBytes(16).toString('hex')}`
  state.downloads.set(path, Buffer.from(csv))
  return { status: 302, headers: { location: `${state.downloadRoot()}${path}` }, body: [] }
}

/** `GET /admin/reportSettings`. */
export function reportSettings(state: TenantState, asked: Asked): Reply {
  if (asked.parts[1] !== 'reportSettings') throw noRoute(asked.parts[1] ?? '')
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#admin/reportSettings/$entity`, displayConcealedNames: state.concealNames })
}

import { cleanText, csvCell } from '../report/clean-text.ts'
import { showCount, showMany } from '../report/show-numbers.ts'
import type { ExposureReport } from './exposure.ts'
import type { Exposure, ExposureSort } from './exposure-of.ts'

const TITLES: Readonly<Record<ExposureSort, string>> = {
  anonymous: 'Open to anybody who has the address',
  outsider: 'Open to people outside the organisation',
  organisation: 'Open to everybody in the organisation',
  orphan: 'Nobody looks after it',
}

const ACCESS = { 'free-busy': 'see when busy', read: 'read', comment: 'comment', write: 'change', manage: 'manage' } as const

const dayOf = (time: number | undefined): string => (time === undefined ? '' : new Date(time).toISOString().slice(0, 10))

const row = (cells: readonly (string | number)[]): string => cells.map(csvCell).join(',')

/** For spreadsheets. No cell is ever a formula. */
export const exposureCsv = ({ exposures, unread }: ExposureReport): string =>
  [
    row(['sort', 'account', 'path', 'who', 'may', 'password', 'ends', 'findable', 'detail']),
    ...exposures.map(({ sort, account, path, who, access, password, expires, findable, says }) =>
      row([
        sort,
        account,
        path.join(' / '),
        who ?? '',
        access === undefined ? '' : ACCESS[access],
        password === undefined ? '' : password ? 'yes' : 'no',
        dayOf(expires),
        findable ? 'yes' : '',
        says,
      ]),
    ),
    ...unread.map(({ account, why }) => row(['not read', account, '', '', '', '', '', '', why])),
    '',
  ].join('\r\n')

/** Lines of one sort for people; the CSV has the others. */
const MOST_LINES = 50

const MAY = {
  'free-busy': 'may see when it is busy',
  read: 'may read',
  comment: 'may comment',
  write: 'may change',
  manage: 'may manage',
} as const

/** Who it is, where nobody is named. */
const WHO: Readonly<Record<ExposureSort, string>> = {
  anonymous: 'anybody',
  outsider: 'somebody outside',
  organisation: 'everybody in the organisation',
  orphan: '',
}

function lineOf({ sort, account, path, who, access, expires, says }: Exposure): string {
  const where = path.length === 0 ? 'everything' : `"${path.map((part) => cleanText(part, 60)).join(' / ')}"`
  const named = who === undefined ? WHO[sort] : cleanText(who, 120)
  const until = expires === undefined ? '' : `until ${dayOf(expires)}`
  const how = [named, access === undefined ? '' : MAY[access], until].filter((word) => word !== '').join(' ')
  return `  ${cleanText(account, 80)}: ${where}${how === '' ? '' : `: ${how}`}: ${says}`
}

function blockOf(sort: ExposureSort, exposures: readonly Exposure[]): readonly string[] {
  const own = exposures.filter((one) => one.sort === sort)
  if (own.length === 0) return []
  const more = own.length - MOST_LINES
  return ['', TITLES[sort], ...own.slice(0, MOST_LINES).map(lineOf), ...(more > 0 ? [`  and ${showCount(more)} more, in the CSV`] : [])]
}

/** For people: how much of what sort there is, then each. */
export function exposureText(report: ExposureReport): string {
  const { counts, withoutPassword, withoutEnd, exposures, unread } = report
  return [
    `${showCount(counts.anonymous)} open to anybody who has the address (${showCount(withoutPassword)} without a password, ${showCount(withoutEnd)} without an end)`,
    `${showCount(counts.outsider)} open to people outside the organisation`,
    `${showCount(counts.organisation)} open to everybody in the organisation`,
    `${showCount(counts.orphan)} whose owner is gone`,
    `In the files of ${showMany(report.accounts, 'account')} of the table. Nothing of this is shared at the destination unless you ask for it: offramp shares.`,
    ...(['anonymous', 'outsider', 'organisation', 'orphan'] as const).flatMap((sort) => blockOf(sort, exposures)),
    ...(unread.length === 0
      ? []
      : ['', 'NOT READ', ...unread.map(({ account, why }) => `  ${cleanText(account, 80)}: ${cleanText(why, 300)}`)]),
    '',
  ].join('\n')
}

import { join } from 'node:path'
import {
  carried,
  cleanText,
  EXIT,
  type ExitCode,
  type FoundShare,
  PasswordFile,
  shares,
  showCount,
  showMany,
  type UnreadShares,
} from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

export interface SharesCommandOptions extends Common {
  readonly apply: boolean
  readonly links: boolean
  readonly outsiders: boolean
  readonly now: boolean
  readonly passwords?: string
}

const ACCESS = {
  'free-busy': 'may see when it is busy',
  read: 'may read',
  comment: 'may read and comment',
  write: 'may change',
  manage: 'may manage',
} as const

const TEAM = { none: 'may do nothing', read: 'may read', add: 'may change and add', write: 'may change and delete' } as const

const WHO = { user: 'somebody', group: 'a group', organisation: 'everybody in the organisation', public: 'anybody' } as const

const DONE = { ready: 'can be given', shared: 'given', already: 'given already', less: 'IN PART', not: 'NOT GIVEN' } as const

const placeOf = ({ grant, share }: FoundShare): string => {
  const names = [...share.collection.path, ...(share.item === undefined ? [] : [share.item.name])]
  const shown = names.length === 0 ? 'everything' : names.map((part) => cleanText(part, 60)).join(' / ')
  const at = grant === undefined ? undefined : [grant.place, grant.locator].filter((part) => part !== undefined).join('/')
  return at === undefined ? `"${shown}"` : `"${shown}" at ${cleanText(at, 160)}`
}

function textOf(found: FoundShare | UnreadShares): string {
  const whose = `${cleanText(found.account)}${carried(found.kind)}`
  if (!('share' in found)) return `${whose}: ${found.note ? '' : 'NOT READ: '}${cleanText(found.why, 500)}\n`
  const { share, to, outcome, why, grant, team } = found
  const who = cleanText(share.to.address ?? share.to.name ?? WHO[share.to.kind], 120)
  const at = to === undefined ? (grant?.to.kind === 'link' ? ' as a link' : '') : ` as ${cleanText(to, 120)}`
  const by = team === undefined ? '' : `, who is a member of the Team folder ${cleanText(team.name, 80)}`
  const as = share.as === undefined ? '' : ` (${cleanText(share.as, 60)})`
  const may = team === undefined ? ACCESS[grant?.access ?? share.access] : TEAM[team.access]
  return `${whose}: ${placeOf(found)}: ${who} ${may}${as}: ${DONE[outcome]}${at}${by}${why === undefined ? '' : `: ${cleanText(why, 500)}`}\n`
}

/** Who may see whose calendars and files; on request the same at the destination. */
export function sharesCommand(context: Context, { project, json, ...options }: SharesCommandOptions): Promise<ExitCode> {
  const { terminal, interrupted } = context
  const { apply, links, outsiders, now } = options
  return withWorkplace(context, project, async (workplace, opened) => {
    const counts = { ready: 0, shared: 0, already: 0, less: 0, not: 0 }
    let unread = 0
    const secret = links || outsiders
    const passwords = secret
      ? await PasswordFile.open(options.passwords ?? join(opened.folder, '.offramp', 'share-passwords.csv'))
      : undefined
    const asked = { apply, links, outsiders, now, ...(passwords === undefined ? {} : { passwords }) }
    for await (const found of shares(workplace, opened, asked, { signal: interrupted })) {
      if ('share' in found) counts[found.outcome]++
      else if (found.note === undefined) unread++
      terminal.out(json ? jsonLine({ type: 'share', ...found }) : textOf(found))
    }
    const kept = passwords !== undefined && passwords.count > 0 ? passwords.path : undefined
    if (json) terminal.out(jsonLine({ type: 'end', ...counts, unread, ...(kept === undefined ? {} : { passwords: kept }) }))
    else {
      const given = apply
        ? `${showCount(counts.shared)} given, ${showCount(counts.already)} given already`
        : `${showMany(counts.ready, 'grant')} can be given: offramp shares --apply`
      const missed = unread === 0 ? '' : ` ${showMany(unread, 'account')} could not be read.`
      terminal.out(`${given}; ${showCount(counts.less)} only in part; ${showCount(counts.not)} not, each with its reason above.${missed}\n`)
      if (!apply)
        terminal.out('This is what the source grants: whether it stands at the destination already is looked at when it is given.\n')
      if (kept !== undefined) terminal.out(`Addresses and passwords of links are in ${kept}, readable by you alone. Nobody was mailed.\n`)
    }
    return unread === 0 ? EXIT.balanced : EXIT.unreachable
  })
}

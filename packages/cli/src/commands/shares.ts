import { carried, cleanText, EXIT, type ExitCode, type FoundShare, shares, showCount, showMany, type UnreadShares } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'

export interface SharesCommandOptions extends Common {
  readonly apply: boolean
}

const ACCESS = {
  'free-busy': 'may see when it is busy',
  read: 'may read',
  comment: 'may read and comment',
  write: 'may change',
  manage: 'may manage',
} as const

const WHO = { user: 'somebody', group: 'a group', organisation: 'everybody in the organisation', public: 'anybody' } as const

const DONE = { ready: 'can be given', shared: 'given', already: 'given already', not: 'NOT GIVEN' } as const

function textOf(found: FoundShare | UnreadShares): string {
  const whose = `${cleanText(found.account)}${carried(found.kind)}`
  if (!('share' in found)) return `${whose}: NOT READ: ${cleanText(found.why, 500)}\n`
  const { share, to, outcome, why } = found
  const who = cleanText(share.to.address ?? share.to.name ?? WHO[share.to.kind], 120)
  const name = share.collection.path.map((part) => cleanText(part, 60)).join(' / ')
  const at = to === undefined ? '' : ` as ${cleanText(to, 120)}`
  const as = share.as === undefined ? '' : ` (${cleanText(share.as, 60)})`
  return `${whose}: "${name}": ${who} ${ACCESS[share.access]}${as}: ${DONE[outcome]}${at}${why === undefined ? '' : `: ${cleanText(why, 500)}`}\n`
}

/** Who may see whose calendars; on request the same at the destination. */
export function sharesCommand(context: Context, { project, json, apply }: SharesCommandOptions): Promise<ExitCode> {
  const { terminal, interrupted } = context
  return withWorkplace(context, project, async (workplace, opened) => {
    const counts = { ready: 0, shared: 0, already: 0, not: 0 }
    let unread = 0
    for await (const found of shares(workplace, opened, { apply }, { signal: interrupted })) {
      if ('share' in found) counts[found.outcome]++
      else unread++
      terminal.out(json ? jsonLine({ type: 'share', ...found }) : textOf(found))
    }
    if (json) terminal.out(jsonLine({ type: 'end', ...counts, unread }))
    else {
      const given = apply
        ? `${showCount(counts.shared)} given, ${showCount(counts.already)} given already`
        : `${showMany(counts.ready, 'grant')} can be given: offramp shares --apply`
      terminal.out(`${given}; ${showCount(counts.not)} not. ${unread === 0 ? '' : `${showMany(unread, 'account')} could not be read.`}\n`)
    }
    return unread === 0 ? EXIT.balanced : EXIT.unreachable
  })
}

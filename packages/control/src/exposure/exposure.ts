import { type Account, asFault, type Call, type Share } from '@offramp/core'
import { draftOf } from '../cases/draft.ts'
import { patiently } from '../run/patiently.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { type Exposure, type ExposureSort, exposureOf, isManaging, orphanOf } from './exposure-of.ts'

/** What is open at the source before anything moves. */
export interface ExposureReport {
  readonly format: 'offramp-exposure-1'
  readonly project: string
  /** ISO 8601, UTC. */
  readonly madeAt: string
  readonly counts: Readonly<Record<ExposureSort, number>>
  /** Of the anonymous links: without a password, and without an end. */
  readonly withoutPassword: number
  readonly withoutEnd: number
  readonly accounts: number
  readonly exposures: readonly Exposure[]
  /** Accounts whose grants could not be read. */
  readonly unread: readonly { readonly account: string; readonly why: string }[]
}

async function everyAccount({ source }: Workplace, call: Call): Promise<readonly Account[]> {
  const all: Account[] = []
  for await (const account of source.accounts(call)) all.push(account)
  return all
}

const LEFT = 'Its owner cannot log in any more, and it is not in the table: its files stay behind.'

/** Accounts that nobody moves and nobody can open. */
const leftBehind = (all: readonly Account[], moved: ReadonlySet<string>): readonly Exposure[] =>
  all
    .filter(({ id, enabled, kind }) => enabled === false && kind === 'user' && !moved.has(id))
    .map(({ name }) => ({ sort: 'orphan', account: name, path: [], says: LEFT }))

const WEIGHT: readonly ExposureSort[] = ['anonymous', 'outsider', 'organisation', 'orphan']

const byWeight = (a: Exposure, b: Exposure): number =>
  WEIGHT.indexOf(a.sort) - WEIGHT.indexOf(b.sort) || (a.account < b.account ? -1 : a.account > b.account ? 1 : 0)

/**
 * Who outside the organisation, and who at all in it, can reach which files of the accounts in the table, and whose owners are gone. Reads grants and
 * writes nothing. Throws `InputRefused` for a table that cannot be used.
 */
export async function exposure(workplace: Workplace, opened: OpenedProject, call: Call): Promise<ExposureReport> {
  const { lanes, accounts } = await draftOf(workplace, opened, call)
  const all = await patiently(workplace, call, () => everyAccount(workplace, call))
  const moved = new Set(accounts.map(({ id }) => id))
  const active = new Set(
    all.filter(({ enabled }) => enabled !== false).flatMap(({ name, aliases = [] }) => [name, ...aliases].map((one) => one.toLowerCase())),
  )
  const exposures: Exposure[] = [...leftBehind(all, moved)]
  const unread: { account: string; why: string }[] = []
  const files = lanes.filter(({ kind }) => kind === 'file').flatMap(({ source }) => accounts.find(({ id }) => id === source.id) ?? [])
  for (const account of files) {
    try {
      const { open, managing } = await patiently(workplace, call, () => sharesOf(workplace, account, call))
      for (const one of open) exposures.push(one)
      const orphan = orphanOf(account, managing, active)
      if (orphan !== undefined) exposures.push(orphan)
    } catch (thrown) {
      call.signal.throwIfAborted()
      unread.push({ account: account.name, why: asFault(thrown).message })
    }
  }
  return reported({ project: workplace.project, now: workplace.clock.now(), accounts: files.length, exposures, unread })
}

interface Found {
  readonly open: readonly Exposure[]
  readonly managing: readonly Share[]
}

/** Of 100,000 grants most are between colleagues: only what is told is kept. */
async function sharesOf({ source }: Workplace, account: Account, call: Call): Promise<Found> {
  const open: Exposure[] = []
  const managing: Share[] = []
  for await (const share of source.shares?.(account, 'file', call) ?? []) {
    const exposed = exposureOf(account.name, share)
    if (exposed !== undefined) open.push(exposed)
    if (isManaging(share)) managing.push(share)
  }
  return { open, managing }
}

interface Facts extends Pick<ExposureReport, 'project' | 'accounts' | 'exposures' | 'unread'> {
  readonly now: number
}

function reported({ project, now, accounts, exposures, unread }: Facts): ExposureReport {
  const counts = { anonymous: 0, outsider: 0, organisation: 0, orphan: 0 }
  for (const { sort } of exposures) counts[sort]++
  const links = exposures.filter(({ sort }) => sort === 'anonymous')
  return {
    format: 'offramp-exposure-1',
    project,
    madeAt: new Date(now).toISOString(),
    counts,
    withoutPassword: links.filter(({ password }) => password !== true).length,
    withoutEnd: links.filter(({ expires }) => expires === undefined).length,
    accounts,
    exposures: exposures.toSorted(byWeight),
    unread,
  }
}

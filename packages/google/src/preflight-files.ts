import type { Account, Call, CheckRequest, Finding } from '@offramp/core'
import { numberOf } from '@offramp/wire'
import { asError } from './as-error.ts'
import type { DriveClient } from './files-client.ts'
import { isFolder } from './files-model.ts'
import { readAbout, readFiles } from './files-pages.ts'
import { type DriveDomain, spaceOf } from './files-space.ts'
import { DRIVE_UNITS, driveAllowances, PAGE } from './limits.ts'
import { duration } from './pace.ts'
import type { GoogleSettings } from './settings.ts'

/** How many drives are looked at side by side. */
const PROBES = 4

/** So many pages of each are counted; a larger drive takes longer than is said, and never less. */
const MOST_PAGES = 10

interface Probe {
  readonly finding: Finding
  readonly files: number
  readonly bytes: number
}

/** Whether every drive can be read, and how long Google's own limits make it last. */
export async function* probeFiles(
  domain: DriveDomain,
  settings: GoogleSettings,
  asked: CheckRequest & { readonly call: Call },
): AsyncGenerator<Finding> {
  const { call } = asked
  // Who has no Gmail may have files.
  const open = asked.accounts.filter(
    ({ kind, enabled, unavailable }) => kind === 'drive' || (kind === 'user' && (unavailable === undefined || enabled !== false)),
  )
  const probes: Probe[] = []
  for (let at = 0; at < open.length; at += PROBES)
    probes.push(...(await Promise.all(open.slice(at, at + PROBES).map((account) => probe(domain, account, call)))))
  yield* probes.map(({ finding }) => finding)
  const counted = probes.filter(({ files }) => files > 0)
  if (counted.length > 0) yield atLeast(settings, counted)
  yield* NOT_CARRIED
}

async function probe(domain: DriveDomain, account: Account, call: Call): Promise<Probe> {
  const about = account.name
  try {
    if (account.unavailable !== undefined && account.kind === 'drive')
      return {
        files: 0,
        bytes: 0,
        finding: { level: 'error', about, says: account.unavailable, remedy: 'Or leave it out of the mappings.' },
      }
    const { driveId, client } = spaceOf(domain, account)
    const { files, bytes, more } = await count(await client(call), driveId, call)
    const size = sizeOf(bytes)
    const many = `${more ? 'more than ' : ''}${files.toLocaleString('en-US')} files, ${more ? 'more than ' : ''}${size}`
    return {
      files,
      bytes,
      finding: { level: 'ok', about, says: `The ${driveId === undefined ? 'drive' : 'shared drive'} can be read: ${many}.` },
    }
  } catch (thrown) {
    call.signal.throwIfAborted()
    return { files: 0, bytes: 0, finding: asError(about, thrown) }
  }
}

async function count(client: DriveClient, driveId: string | undefined, call: Call) {
  let [files, bytes] = [0, 0]
  let token: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await readFiles(client, { driveId, q: 'trashed = false', fields: 'id,mimeType,size', limit: PAGE.files, token }, call)
    for (const file of page.files.filter((each) => !isFolder(each))) {
      files += 1
      bytes += file.size ?? 0
    }
    token = page.token
    if (token === undefined) return { files, bytes, more: false }
  }
  // Of the whole of somebody's own drive Google says how large it is.
  const whole = driveId === undefined ? numberOf((await readAbout(client, call)).quota['usageInDrive']) : undefined
  return { files, bytes: Math.max(bytes, whole ?? 0), more: true }
}

const sizeOf = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${(bytes / 2 ** 30).toLocaleString('en-US', { maximumFractionDigits: 1 })} GB`

/** Four limits, of which the slowest decides. Each file is one download; listings cost next to nothing beside them. */
export function filesAtLeast(settings: GoogleSettings, drives: readonly { readonly files: number; readonly bytes: number }[]) {
  const { userPerMinute, projectPerMinute, projectPerDay, bytesPerDay } = driveAllowances(settings)
  const units = (files: number): number => files * DRIVE_UNITS.download
  const files = drives.reduce((sum, each) => sum + each.files, 0)
  const bytes = drives.reduce((sum, each) => sum + each.bytes, 0)
  const most = Math.max(...drives.map((each) => each.files))
  const ways = [
    { ms: (units(most) / userPerMinute) * 60_000, by: `${userPerMinute.toLocaleString('en-US')} units of one user in a minute` },
    { ms: (units(files) / projectPerMinute) * 60_000, by: `${projectPerMinute.toLocaleString('en-US')} units of the project in a minute` },
    { ms: (units(files) / projectPerDay) * 86_400_000, by: `${projectPerDay.toLocaleString('en-US')} units of the project in a day` },
    { ms: (bytes / bytesPerDay) * 86_400_000, by: `${(bytesPerDay / 1e9).toLocaleString('en-US')} GB out of Drive in a day` },
  ]
  const slowest = ways.reduce((left, right) => (right.ms > left.ms ? right : left))
  return { atLeastMs: slowest.ms, decidedBy: slowest.by, files, bytes }
}

function atLeast(settings: GoogleSettings, counted: readonly Probe[]): Finding {
  const { atLeastMs, decidedBy, files, bytes } = filesAtLeast(settings, counted)
  const days = atLeastMs / 86_400_000
  const says = `The first pass over ${files.toLocaleString('en-US')} files (${sizeOf(bytes)}) takes ${duration(atLeastMs)} at least, whatever else is fast: Google allows ${decidedBy}.`
  if (days < 3) return { level: 'ok', about: 'time that Google needs for files', says }
  return {
    level: 'warning',
    about: 'time that Google needs for files',
    says: `${says} That is ${days.toFixed(1)} days for these limits alone.`,
    remedy:
      'Begin so much earlier, or have the quota raised (Google Cloud console > IAM & Admin > Quotas > Google Drive API) and write the new numbers into `limits`.',
  }
}

const NOT_CARRIED: readonly Finding[] = [
  {
    level: 'warning',
    about: 'what a drive of Google has, and a folder has not',
    says: 'Comments, stars, descriptions, labels, forms, sites, maps and the history of documents are not moved; what others share with somebody is moved with its owner. Each file that stays behind, or loses something, is named in the report.',
    remedy: 'See docs/google-workspace.md, "Files".',
  },
]

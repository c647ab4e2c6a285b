import { type Account, type Call, Fault, type Finding } from '@offramp/core'
import type { Drives } from './drive-client.ts'
import { type FoundDrive, readDrives } from './drive-list.ts'
import { driveClientOf } from './files.ts'
import { filesPace, spell, spellBytes, USUAL_FILE_BYTES } from './files-pace.ts'
import type { MicrosoftSettings } from './settings.ts'

interface Parts {
  readonly settings: MicrosoftSettings
  readonly drives: Drives
}

/** How many drives are looked at side by side. */
const PROBES = 8

const NOT_READABLE: Finding = {
  level: 'warning',
  about: 'what an app cannot read',
  says: 'Notebooks of OneNote, files that Microsoft takes for malware or keeps in its archive, files that are attached to ordinary lists, and columns of libraries are not moved. What of these lies in a library is listed.',
  remedy: 'See docs/microsoft-365.md, "Files".',
}

const SCOPE: Finding = {
  level: 'warning',
  about: 'scope of the app for files',
  says: "The app can read everybody's files in the tenant.",
  remedy: 'Where only some sites are moved, grant Sites.Selected in place of it and name the sites (docs/microsoft-365.md, "Files").',
}

/** Whether the drives of the accounts open, what is in them, and how long their limits alone will take. */
export async function* checkFiles(
  parts: Parts,
  { accounts, roles }: { readonly accounts: readonly Account[]; readonly roles: readonly string[] },
  call: Call,
): AsyncGenerator<Finding> {
  let bytes = 0
  for (let at = 0; at < accounts.length; at += PROBES) {
    for (const probe of await Promise.all(accounts.slice(at, at + PROBES).map((account) => look(parts, account, call)))) {
      bytes += probe.bytes
      yield probe.finding
    }
  }
  if (bytes > 0) yield pace(parts.settings, bytes)
  if (roles.some((role) => /^(Files|Sites)\.(Read|ReadWrite|FullControl|Manage)\.All$/.test(role))) yield SCOPE
  yield NOT_READABLE
}

async function look({ drives }: Parts, account: Account, call: Call): Promise<{ readonly finding: Finding; readonly bytes: number }> {
  const about = account.name
  try {
    const found = (await readDrives(driveClientOf(drives, account), account, call)).filter(({ listing }) => listing.skip === undefined)
    const bytes = found.reduce((sum, { listing }) => sum + (listing.bytes ?? 0), 0)
    return { finding: { level: 'ok', about, says: saysOf(account, found, bytes) }, bytes }
  } catch (thrown) {
    call.signal.throwIfAborted()
    const says = `Its files: ${thrown instanceof Error ? thrown.message : String(thrown)}`
    const remedy = thrown instanceof Fault ? thrown.remedy : undefined
    return { finding: { level: 'error', about, says, ...(remedy === undefined ? {} : { remedy }) }, bytes: 0 }
  }
}

function saysOf(account: Account, found: readonly FoundDrive[], bytes: number): string {
  if (account.kind === 'site') {
    const libraries = `${found.length} ${found.length === 1 ? 'library' : 'libraries'}`
    return `Its files can be read: ${libraries}, ${spellBytes(bytes)} with earlier versions.`
  }
  if (found.length === 0) return 'It has no OneDrive, so that there are no files to move.'
  return `Its files can be read: ${spellBytes(bytes)} with earlier versions.`
}

function pace(settings: MicrosoftSettings, bytes: number): Finding {
  const files = Math.ceil(bytes / USUAL_FILE_BYTES)
  const { atLeastMs, decidedBy } = filesPace(settings, { files, bytes })
  const what = `${spellBytes(bytes)}, some ${files.toLocaleString('en-US')} files where they are of ${spellBytes(USUAL_FILE_BYTES)} on average`
  return {
    level: 'ok',
    about: 'how long files take',
    says: `By SharePoint's own limits a first pass over ${what}, takes at least ${spell(atLeastMs)}: it gives ${decidedBy}.`,
    remedy: 'Where Microsoft has granted more than the smallest share, write it into the settings of the endpoint (limits.files).',
  }
}

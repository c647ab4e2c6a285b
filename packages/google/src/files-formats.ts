import { Fault } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { appOf, isBlob, type RemoteFile, SHORTCUT } from './files-model.ts'

export type FileChoices = NonNullable<Choices['files']>

/** What a document of Google's becomes. */
export interface Target {
  /** Types by which Google may know it, the usual one first. */
  readonly mimeTypes: readonly string[]
  readonly ending: string
  /** How its end is known: a broken export must not pass for a whole one. */
  readonly ends: 'zip' | 'pdf' | 'svg' | 'json' | 'mp4'
  /** It comes by `files.download` alone. */
  readonly downloadOnly?: true
  /** What of it does not come along. */
  readonly losses: readonly string[]
}

const OPEN = 'application/vnd.oasis.opendocument'
const OFFICE = 'application/vnd.openxmlformats-officedocument'
const TALK = "Comments and suggestions of a Google document come along only as far as Google's export has them; its history does not."

const office = (mimeTypes: readonly string[], ending: string): Target => ({ mimeTypes, ending, ends: 'zip', losses: [TALK] })

const TARGETS: Readonly<Record<NonNullable<FileChoices['documents']>, Readonly<Record<string, Target>>>> = {
  odf: {
    document: office([`${OPEN}.text`], 'odt'),
    // Google's own name for it has an `x-`.
    spreadsheet: office(['application/x-vnd.oasis.opendocument.spreadsheet', `${OPEN}.spreadsheet`], 'ods'),
    presentation: office([`${OPEN}.presentation`], 'odp'),
  },
  ooxml: {
    document: office([`${OFFICE}.wordprocessingml.document`], 'docx'),
    spreadsheet: office([`${OFFICE}.spreadsheetml.sheet`], 'xlsx'),
    presentation: office([`${OFFICE}.presentationml.presentation`], 'pptx'),
  },
}

const EITHER: Readonly<Record<string, Target>> = {
  drawing: { mimeTypes: ['image/svg+xml'], ending: 'svg', ends: 'svg', losses: ['A Google drawing becomes a picture (SVG).'] },
  script: {
    mimeTypes: ['application/vnd.google-apps.script+json'],
    ending: 'json',
    ends: 'json',
    losses: ['An Apps Script is kept as its text; it runs nowhere else.'],
  },
  vid: {
    mimeTypes: ['video/mp4'],
    ending: 'mp4',
    ends: 'mp4',
    downloadOnly: true,
    losses: ['A Google Vid becomes a film; its scenes can no longer be edited.'],
  },
  jam: { mimeTypes: ['application/pdf'], ending: 'pdf', ends: 'pdf', losses: ['A Jamboard becomes a PDF.'] },
}

/** Undefined for blobs, and for what has no open format (forms, sites, maps). */
export function targetOf(file: RemoteFile, { documents = 'odf' }: FileChoices): Target | undefined {
  if (isBlob(file)) return undefined
  const app = appOf(file)
  return TARGETS[documents][app] ?? EITHER[app]
}

/**
 * Its name with the ending of what it becomes, unless it has that already: a document named `Report.docx` is `Report.docx.odt`, and cannot be taken
 * for the real `Report.docx` beside it.
 */
export function nameOf(file: RemoteFile, choices: FileChoices): string {
  const ending = file.mimeType === SHORTCUT ? 'url' : targetOf(file, choices)?.ending
  if (ending === undefined || file.name.toLowerCase().endsWith(`.${ending}`)) return file.name
  return `${file.name}.${ending}`
}

/** The text of a small file that leads to what a shortcut points to. Windows, macOS and Linux open it. */
export const shortcutText = ({ target }: RemoteFile): Buffer =>
  Buffer.from(`[InternetShortcut]\r\nURL=https://drive.google.com/open?id=${encodeURIComponent(target ?? '')}\r\n`)

const SEVERAL = 'At Google it stands in several folders at once; it is moved into one of them.'
const DESCRIBED = 'Its description and its star in Drive are in no file.'

export const lossesOf = (file: RemoteFile, choices: FileChoices): readonly string[] => [
  ...(targetOf(file, choices)?.losses ?? []),
  ...(file.parents.length > 1 ? [SEVERAL] : []),
  ...(file.described ? [DESCRIBED] : []),
]

/** Why it stays behind; undefined where it does not. `shared`: in a shared drive nobody owns anything. */
export function refusalOf(
  file: RemoteFile,
  choices: FileChoices,
  on: { readonly about: string; readonly shared: boolean },
): Fault | undefined {
  const refused = (reason: Fault['reason'], code: string, says: string): Fault =>
    new Fault({ reach: 'item', ...(reason === undefined ? {} : { reason }), code, message: `A file in ${on.about} ${says}` })
  if (!on.shared && !file.ownedByMe) return refused('not-owned', 'google-not-owned', 'belongs to somebody else, with whom it is moved.')
  if (file.trashed && choices.bin !== 'keep') return refused('gone', 'google-gone', 'lies in the bin.')
  if (file.mimeType === SHORTCUT)
    return choices.shortcuts === 'address' ? undefined : refused('pointer', 'google-shortcut', 'is a shortcut to another one.')
  if (file.encrypted)
    return refused('protected', 'google-encrypted', 'is encrypted with a key that Google does not have (client-side encryption).')
  if (!isBlob(file) && targetOf(file, choices) === undefined)
    return refused('no-open-format', 'google-no-export', `is a ${appOf(file)}, which Google gives in no open format.`)
  if (!file.downloads) return refused('not-offered', 'google-no-download', 'may not be downloaded: a rule of the domain does not allow it.')
  return undefined
}

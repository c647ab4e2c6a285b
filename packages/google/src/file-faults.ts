import type { Row, Seen } from './faults.ts'

/** What is asked of Drive. */
export type FileAsks =
  | 'about'
  | 'files'
  | 'changes'
  | 'file'
  | 'media'
  | 'export'
  | 'export-link'
  | 'operation'
  | 'drives'
  | 'permissions'
  | 'revisions'

const BYTES: readonly FileAsks[] = ['media', 'export', 'export-link', 'operation', 'revisions']
const LISTS: readonly FileAsks[] = ['files', 'changes', 'drives', 'permissions', 'revisions']

const ofFile = (reason: NonNullable<ReturnType<Row['gives']>['reason']>, code: string, says: string) => (seen: Seen) => ({
  reach: 'item' as const,
  reason,
  code,
  message: `A file of ${seen.facts.about} ${says}`,
})

const forgotten = (seen: Seen): ReturnType<Row['gives']> => ({
  reach: 'listing',
  code: 'google-cursor-refused',
  message: `Google refuses the place where the listing of ${seen.facts.about} stood.`,
})

/**
 * Looked at first. A 403 says nothing by itself: its reason does.
 * https://developers.google.com/workspace/drive/api/guides/handle-errors, and what its users met.
 */
export const FILE_TABLE: readonly Row[] = [
  {
    status: [403],
    reason: /^exportSizeLimitExceeded$/,
    gives: ofFile('unreadable-at-source', 'google-export-too-large', 'is too large for this way of exporting it.'),
  },
  {
    status: [403],
    reason: /^(fileNotExportable|fileNotDownloadable)$/,
    gives: ofFile('no-open-format', 'google-no-export', 'cannot be had in a format that other programs open.'),
  },
  {
    status: [400],
    asks: ['export', 'export-link', 'operation'],
    says: /conversion is not supported/i,
    gives: ofFile('no-open-format', 'google-no-export', 'cannot be had in this format.'),
  },
  {
    status: [403],
    reason: /^cannotDownloadAbusiveFile$/,
    gives: ofFile('malware', 'google-abusive', 'is taken for malware or spam by Google, which does not give it out.'),
  },
  {
    status: [403],
    reason: /^(cannotDownloadFile|insufficientFilePermissions)$/,
    asks: [...BYTES, 'file'],
    gives: ofFile('not-offered', 'google-no-download', 'may not be downloaded: its owner, or a rule of the domain, does not allow it.'),
  },
  {
    status: [403],
    reason: /^(forbidden|insufficientFilePermissions|insufficientAdministratorPrivileges)$/,
    asks: ['drives'],
    gives: () => ({
      reach: 'account',
      code: 'google-drives-not-admin',
      message: 'The administrator may not see the shared drives of the domain.',
      remedy: 'Give the role of the user in `admin` the privilege Services > Drive and Docs > Settings, or name a super admin.',
    }),
  },
  {
    status: [403],
    reason: /^insufficientFilePermissions$/,
    asks: ['permissions'],
    gives: (seen) => ({
      reach: 'account',
      code: 'google-drive-no-sharer',
      message: `Who may reach what in ${seen.facts.about} is told only to members who may share, and nobody in whose name Offramp reads is one.`,
      remedy:
        'Make an active user of the domain a manager or content manager of the shared drive (admin.google.com > Apps > Google Workspace > Drive and Docs > Manage shared drives).',
    }),
  },
  {
    status: [403],
    reason: /^download_restricted_for_revision$/,
    gives: ofFile('not-offered', 'google-revision-restricted', 'has an earlier state that Google no longer gives out.'),
  },
  {
    // For about a day, and for this file alone.
    status: [403, 429],
    reason: /^downloadQuotaExceeded$/,
    gives: (seen) => ({
      reach: 'call',
      code: 'google-download-quota',
      message: `A file of ${seen.facts.about} was downloaded so often that Google gives it to nobody for about a day.`,
    }),
  },
  {
    status: [403],
    reason: /^teamDriveMembershipRequired$/,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-drive-no-member',
      message: `Nobody in whose name Offramp may read is a member of ${seen.facts.about} any more.`,
      remedy:
        'Make an active user of the domain a member of the shared drive (admin.google.com > Apps > Google Workspace > Drive and Docs > Manage shared drives), and resume.',
    }),
  },
  {
    status: [403],
    reason: /^appNotAuthorizedToFile$/,
    gives: ofFile('not-offered', 'google-no-download', 'belongs to another program, which alone may read it.'),
  },
  { status: [400, 404, 410], asks: ['changes'], gives: forgotten },
  { status: [400], asks: ['files'], says: /page ?token|invalid value|invalid argument/i, gives: forgotten },
  // A range on a file that has become shorter, or empty.
  {
    status: [416],
    asks: ['media'],
    gives: (seen) => ({
      reach: 'call',
      code: 'google-changed',
      message: `A file of ${seen.facts.about} was changed while it was being read.`,
    }),
  },
  {
    status: [404],
    asks: [...BYTES, 'file'],
    gives: ofFile('gone', 'google-gone', 'is no longer there.'),
  },
  {
    status: [404],
    asks: LISTS,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-no-drive',
      message: `${seen.facts.about} cannot be found: it was deleted, or nobody in whose name Offramp reads is a member.`,
      remedy: 'Check the mapping, and who is a member of the shared drive.',
    }),
  },
]

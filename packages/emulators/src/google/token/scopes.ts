const PREFIX = 'https://www.googleapis.com/auth/'
const MAIL = 'https://mail.google.com/'

/** All that a migration reads (facts 1.2). */
export const ALL_SCOPES: readonly string[] = [
  'admin.directory.user.readonly',
  'admin.directory.group.readonly',
  'admin.directory.orgunit.readonly',
  'admin.directory.resource.calendar.readonly',
  'admin.directory.domain.readonly',
  'admin.reports.usage.readonly',
  'gmail.readonly',
  'calendar.readonly',
  'calendar.acls.readonly',
  'contacts.readonly',
  'contacts.other.readonly',
  'tasks.readonly',
  'drive.readonly',
]

/** As it stands in a token request. */
export const fullScope = (scope: string): string => (scope.startsWith('https://') ? scope : `${PREFIX}${scope}`)

export const isWellFormed = (scope: string): boolean => scope === MAIL || (scope.startsWith(PREFIX) && scope.length > PREFIX.length)

/** Which API's data it opens: `admin.directory.user.readonly` is `admin`. A well-behaved client asks for one token per workload. */
export function workloadOf(scope: string): string {
  if (scope === MAIL) return 'gmail'
  return scope.slice(PREFIX.length).split('.')[0] ?? ''
}

/** Scopes without a read-only sibling are none. */
export const canWrite = (scope: string): boolean => !scope.endsWith('.readonly') && scope !== `${PREFIX}gmail.metadata`

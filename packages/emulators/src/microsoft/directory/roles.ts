import type { Claims } from '../token/jwt.ts'

const FILES = ['Files.Read.All', 'Files.ReadWrite.All'] as const
const SITES = ['Sites.Read.All', 'Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All'] as const

/** What a request needs: any one of the roles opens it (facts 1.4). */
const NEEDS = {
  'directory-basic': ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  directory: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  organization: ['Organization.Read.All', 'User.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  licenses: ['LicenseAssignment.Read.All', 'Organization.Read.All', 'Directory.Read.All', 'User.Read.All'],
  settings: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
  'mail-basic': ['Mail.ReadBasic.All', 'Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'],
  mail: ['Mail.Read', 'Mail.ReadWrite'],
  'calendars-basic': ['Calendars.ReadBasic', 'Calendars.Read', 'Calendars.ReadWrite'],
  calendars: ['Calendars.Read', 'Calendars.ReadWrite'],
  contacts: ['Contacts.Read', 'Contacts.ReadWrite'],
  tasks: ['Tasks.Read.All', 'Tasks.ReadWrite.All'],
  files: [...FILES, ...SITES],
  sites: [...SITES],
  'all-sites': [...SITES],
  reports: ['Reports.Read.All'],
  'report-settings': ['ReportSettings.Read.All', 'ReportSettings.ReadWrite.All'],
} as const

export type Need = keyof typeof NEEDS

export function allows(claims: Claims, need: Need): boolean {
  const roles: readonly string[] = NEEDS[need]
  return claims.roles?.some((role) => roles.includes(role)) ?? false
}

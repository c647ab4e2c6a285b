import type { Row, Seen } from './faults.ts'
import { FILE_TABLE, type FileAsks } from './file-faults.ts'
import type { CountedApi } from './limits.ts'

/** What is asked of Calendar, People and Tasks. */
export type WorkAsks =
  | 'calendars'
  | 'acl'
  | 'events'
  | 'events-sync'
  | 'event'
  | 'people'
  | 'people-sync'
  | 'person'
  | 'photo'
  | 'task-lists'
  | 'tasks'
  | 'task'
  | FileAsks

const APIS: Readonly<Record<WorkAsks, CountedApi>> = {
  calendars: 'calendar',
  acl: 'calendar',
  events: 'calendar',
  'events-sync': 'calendar',
  event: 'calendar',
  people: 'people',
  'people-sync': 'people',
  person: 'people',
  photo: 'people',
  'task-lists': 'tasks',
  tasks: 'tasks',
  task: 'tasks',
  about: 'drive',
  files: 'drive',
  changes: 'drive',
  file: 'drive',
  media: 'drive',
  export: 'drive',
  'export-link': 'drive',
  operation: 'drive',
  drives: 'drive',
  permissions: 'drive',
  revisions: 'drive',
}

const isWork = (asks: string): asks is WorkAsks => Object.hasOwn(APIS, asks)

/** Whose quota and whose library a question concerns; undefined for mail and the directory. */
export const apiOf = (asks: string | undefined): CountedApi | undefined => (asks !== undefined && isWork(asks) ? APIS[asks] : undefined)

const expired = (seen: Seen): ReturnType<Row['gives']> => ({
  reach: 'listing',
  code: 'google-sync-expired',
  message: `Google has forgotten where the changes of ${seen.facts.about} stood; it is listed anew.`,
})

const refused = (seen: Seen): ReturnType<Row['gives']> => ({
  reach: 'listing',
  code: 'google-cursor-refused',
  message: `Google refuses the place where the listing of ${seen.facts.about} stood.`,
})

const PAGES: readonly WorkAsks[] = ['events', 'events-sync', 'people', 'people-sync', 'tasks']

/** Looked at before the common rows, for these APIs alone. Quotas, permissions and tokens are the same everywhere. */
export const WORK_TABLE: readonly Row[] = [
  ...FILE_TABLE,
  // Some come without a reason, so the status decides. https://developers.google.com/workspace/calendar/api/guides/errors
  { status: [410], asks: ['events', 'events-sync', 'people-sync'], gives: expired },
  // People: 400 in two spellings, a week after the full listing. Who waited for a 410 alone went round in circles for days.
  { status: [400], asks: ['people-sync'], reason: /^(EXPIRED_SYNC_TOKEN|SYNC_TOKEN_EXPIRED)$/i, gives: expired },
  { status: [400], asks: ['events-sync', 'people-sync'], says: /sync ?token/i, gives: expired },
  { status: [400], asks: PAGES, says: /page ?token|invalid value|invalid argument/i, gives: refused },
  {
    status: [404, 410],
    asks: ['event', 'person', 'task'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'gone',
      code: 'google-gone',
      message: `An item of ${seen.facts.about} is no longer there.`,
    }),
  },
  {
    status: [403, 404],
    asks: ['acl'],
    reason: /^(forbidden|notFound)$/i,
    gives: (seen) => ({ reach: 'call', code: 'google-not-owner', message: `Only its owners are told who may see ${seen.facts.about}.` }),
  },
  {
    status: [403],
    reason: /^notACalendarUser$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-no-calendar',
      message: `There is no Google Calendar behind ${seen.facts.about}: the service is off for this user.`,
      remedy:
        'Take the account out of the mappings, or turn Calendar on: admin.google.com > Apps > Google Workspace > Calendar > Service status.',
    }),
  },
]

import type { Calendar, CalendarGroup } from '@microsoft/microsoft-graph-types'
import type { Reply } from '../../serve/reply.ts'
import { changeKeyFor } from '../items/change-key.ts'
import { collection, pageOf, selectSuffix } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { folderNotFound, GraphError, invalidId, unknownProperty } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { OutlookAccount } from './find.ts'
import type { CalendarState } from './state.ts'

const PAGE = { usual: 10, most: 1000 }

type Shown = Required<
  Omit<Calendar, 'calendarPermissions' | 'calendarView' | 'events' | 'multiValueExtendedProperties' | 'singleValueExtendedProperties'>
>
type Properties = { readonly [Name in keyof Shown]: (calendar: CalendarState, account: OutlookAccount) => Shown[Name] }

const PROPERTIES: Properties = {
  id: ({ serial }, { mailbox }) => mailbox.ids.folder(serial),
  name: ({ name }) => name,
  color: ({ color }) => color,
  hexColor: ({ hexColor }) => hexColor,
  isDefaultCalendar: ({ isDefault }) => isDefault,
  changeKey: ({ serial }) => changeKeyFor(serial, 1),
  canShare: ({ owner, canEdit }) => owner === undefined && canEdit,
  canViewPrivateItems: ({ owner }) => owner === undefined,
  canEdit: ({ canEdit }) => canEdit,
  isTallyingResponses: ({ isDefault }) => isDefault,
  isRemovable: ({ isDefault }) => !isDefault,
  allowedOnlineMeetingProviders: () => ['teamsForBusiness'],
  defaultOnlineMeetingProvider: () => 'teamsForBusiness',
  owner: ({ owner }, { account }) => owner ?? { name: account.seed.displayName ?? account.address, address: account.address },
}

const isProperty = (name: string): name is keyof Shown => Object.hasOwn(PROPERTIES, name)

function jsonOf(calendar: CalendarState, account: OutlookAccount, select: readonly string[] | undefined): Record<string, unknown> {
  for (const name of select ?? []) if (!isProperty(name)) throw unknownProperty(name, 'calendar')
  const names = select === undefined ? Object.keys(PROPERTIES) : [...new Set(['id', ...select])]
  return Object.fromEntries(names.flatMap((name) => (isProperty(name) ? [[name, PROPERTIES[name](calendar, account)]] : [])))
}

/** By id; `undefined` is the default one. */
export function findCalendar({ mailbox, outlook }: OutlookAccount, id: string | undefined): CalendarState {
  const all = [...outlook.calendars.calendars.values()]
  const serial = id === undefined ? all.find((each) => each.isDefault)?.serial : mailbox.ids.readFolder(id)
  if (serial === undefined) throw invalidId()
  const found = outlook.calendars.calendars.get(serial)
  if (!found) throw folderNotFound()
  return found
}

/** A calendar that was shared in the old way opens for nobody (https://learn.microsoft.com/graph/known-issues). */
export function openCalendar(account: OutlookAccount, id: string | undefined): CalendarState {
  const calendar = findCalendar(account, id)
  if (calendar.oldShare) throw new GraphError(500, 'ErrorInternalServerTransientError', 'A transient error has occurred. Please try again.')
  return calendar
}

/** Ids of groups look like those of folders. */
const groupId = ({ mailbox }: OutlookAccount, at: number): string => mailbox.ids.folder(900_000_000 + at)

/** `GET /users/{u}/calendars`, or those of one group. The plain list shows the default group and what is shared. */
export function listCalendars(asked: Asked, account: OutlookAccount, group?: string): Reply {
  const at = group === undefined ? undefined : account.outlook.calendars.groups.findIndex((_, index) => groupId(account, index) === group)
  if (at === -1) throw folderNotFound()
  const all = [...account.outlook.calendars.calendars.values()].filter((each) => (at === undefined ? each.group !== 2 : each.group === at))
  const page = pageOf(all, asked, PAGE)
  const value = page.items.map((each) => jsonOf(each, account, asked.query.select))
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')/calendars${selectSuffix(asked)}`, asked, {
      value,
      count: all.length,
      nextLink: page.nextLink,
    }),
  )
}

/** `GET /users/{u}/calendars/{c}` and `/calendar`. */
export const getCalendar = (asked: Asked, account: OutlookAccount, id: string | undefined): Reply =>
  jsonReply({
    '@odata.context': `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/calendars/$entity`,
    ...jsonOf(findCalendar(account, id), account, asked.query.select),
  })

/** `GET /users/{u}/calendarGroups`. */
export function listGroups(asked: Asked, account: OutlookAccount): Reply {
  const value: CalendarGroup[] = account.outlook.calendars.groups.map((name, at) => ({ id: groupId(account, at), name }))
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/calendarGroups`, asked, { value, count: value.length }))
}

/** `GET .../calendarPermissions`: always with what the organisation sees. */
export function listPermissions(asked: Asked, account: OutlookAccount, id: string | undefined): Reply {
  const { permissions } = openCalendar(account, id)
  const everybody = {
    id: 'RGVmYXVsdA==',
    isRemovable: false,
    isInsideOrganization: true,
    role: 'freeBusyRead',
    allowedRoles: ['none', 'freeBusyRead', 'limitedRead', 'read', 'write'],
    emailAddress: { name: 'My Organization' },
  }
  const value = [...(permissions.some((each) => each.isRemovable === false) ? [] : [everybody]), ...permissions]
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/calendarPermissions`, asked, { value, count: value.length }))
}

/** A calendar as `$expand=calendar` shows it. */
export const expandedCalendar = (
  calendar: CalendarState,
  account: OutlookAccount,
  select: readonly string[] | undefined,
): Record<string, unknown> => jsonOf(calendar, account, select)

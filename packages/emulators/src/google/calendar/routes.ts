import type { Asked, Shown } from '../serve/asked.ts'
import type { Route } from '../serve/routes.ts'
import { getEvent, listEvents, listInstances } from './event-routes.ts'
import { getCalendar, getColors, listAcl, listCalendars, listSettings } from './list-routes.ts'

const PREFIX = 'https://www.googleapis.com/auth/'
const FULL = `${PREFIX}calendar`
const READ = [`${PREFIX}calendar.readonly`, FULL]
const ACL = [`${PREFIX}calendar.acls.readonly`, `${PREFIX}calendar.acls`, FULL]

const WHEN = 'date,dateTime,timeZone'
const REMINDER = 'method,minutes'
const PERSON = 'id,email,displayName,self'
const ENTRY_POINT = 'accessCode,entryPointFeatures,entryPointType,label,meetingCode,passcode,password,pin,regionCode,uri'
const EVENT = `anyoneCanAddSelf,attachments(fileId,fileUrl,iconLink,mimeType,title),attendees(additionalGuests,asyncOperation,comment,displayName,email,id,optional,organizer,resource,responseStatus,self),attendeesOmitted,birthdayProperties,colorId,conferenceData(conferenceId,conferenceSolution,createRequest,entryPoints(${ENTRY_POINT}),notes,parameters,signature),created,creator(${PERSON}),description,end(${WHEN}),endTimeUnspecified,etag,eventLabelId,eventType,extendedProperties,focusTimeProperties,gadget,guestsCanInviteOthers,guestsCanModify,guestsCanSeeOtherGuests,hangoutLink,htmlLink,iCalUID,id,kind,location,locked,organizer(${PERSON}),originalStartTime(${WHEN}),outOfOfficeProperties,privateCopy,recurrence,recurringEventId,reminders(useDefault,overrides(${REMINDER})),sequence,source(title,url),start(${WHEN}),status,summary,transparency,updated,visibility,workingLocationProperties`
const EVENTS = `kind,etag,summary,description,updated,timeZone,accessRole,defaultReminders(${REMINDER}),items(${EVENT}),nextPageToken,nextSyncToken`
const ENTRY = `accessRole,autoAcceptInvitations,backgroundColor,colorId,conferenceProperties,dataOwner,defaultReminders(${REMINDER}),deleted,description,etag,foregroundColor,hidden,id,kind,location,notificationSettings,primary,selected,summary,summaryOverride,timeZone`

interface Facts {
  readonly scopes?: readonly string[]
  readonly parameters?: readonly string[]
  readonly fields: string
  readonly answer: (asked: Asked) => Shown
}

const route = (method: string, path: string, { scopes = READ, parameters = [], fields, answer }: Facts): Route => ({
  method,
  api: 'calendar',
  path: `/calendar/v3/${path}`,
  scopes,
  parameters,
  fields,
  answer,
})

const PAGES = ['maxResults', 'pageToken', 'syncToken']

export const CALENDAR_ROUTES: readonly Route[] = [
  route('calendarList.list', 'users/me/calendarList', {
    parameters: [...PAGES, 'minAccessRole', 'showDeleted', 'showHidden'],
    fields: `kind,etag,items(${ENTRY}),nextPageToken,nextSyncToken`,
    answer: listCalendars,
  }),
  route('calendars.get', 'calendars/{calendar}', {
    fields: 'conferenceProperties,dataOwner,description,etag,id,kind,labelProperties,location,summary,timeZone',
    answer: getCalendar,
  }),
  route('acl.list', 'calendars/{calendar}/acl', {
    scopes: ACL,
    parameters: [...PAGES, 'showDeleted'],
    fields: 'kind,etag,items(etag,id,kind,role,scope),nextPageToken,nextSyncToken',
    answer: listAcl,
  }),
  route('colors.get', 'colors', { fields: 'calendar,event,kind,updated', answer: getColors }),
  route('calendarSettings.list', 'users/me/settings', {
    parameters: PAGES,
    fields: 'etag,items,kind,nextPageToken,nextSyncToken',
    answer: listSettings,
  }),
  route('events.list', 'calendars/{calendar}/events', {
    parameters: [
      ...PAGES,
      'alwaysIncludeEmail',
      'eventTypes',
      'iCalUID',
      'maxAttendees',
      'orderBy',
      'privateExtendedProperty',
      'q',
      'sharedExtendedProperty',
      'showDeleted',
      'showHiddenInvitations',
      'singleEvents',
      'timeMax',
      'timeMin',
      'timeZone',
      'updatedMin',
    ],
    fields: EVENTS,
    answer: listEvents,
  }),
  route('events.get', 'calendars/{calendar}/events/{event}', {
    parameters: ['alwaysIncludeEmail', 'maxAttendees', 'timeZone'],
    fields: EVENT,
    answer: getEvent,
  }),
  route('events.instances', 'calendars/{calendar}/events/{event}/instances', {
    parameters: [
      'alwaysIncludeEmail',
      'maxAttendees',
      'maxResults',
      'originalStart',
      'pageToken',
      'showDeleted',
      'timeMax',
      'timeMin',
      'timeZone',
    ],
    fields: EVENTS,
    answer: listInstances,
  }),
]

import type { Asked, Shown } from '../serve/asked.ts'
import type { Route } from '../serve/routes.ts'
import { listHistory } from './history-routes.ts'
import { getDraft, getLabel, getProfile, listDrafts, listLabels } from './mailbox-routes.ts'
import { getAttachment, getMessage, listMessages } from './message-routes.ts'
import { SETTINGS } from './settings.ts'

const PREFIX = 'https://www.googleapis.com/auth/'
const READ = ['https://mail.google.com/', `${PREFIX}gmail.modify`, `${PREFIX}gmail.readonly`]
const WITH_METADATA = [...READ, `${PREFIX}gmail.metadata`]
const SETTINGS_SCOPES = [...READ, `${PREFIX}gmail.settings.basic`]

const MESSAGE = 'id,threadId,labelIds,snippet,historyId,internalDate,payload,sizeEstimate,raw,classificationLabelValues'
const LABEL = 'id,name,type,messageListVisibility,labelListVisibility,color,messagesTotal,messagesUnread,threadsTotal,threadsUnread'
const TOUCHED = `message(${MESSAGE})`
const HISTORY = `id,messages(${MESSAGE}),messagesAdded(${TOUCHED}),messagesDeleted(${TOUCHED}),labelsAdded(${TOUCHED},labelIds),labelsRemoved(${TOUCHED},labelIds)`

interface Facts {
  readonly scopes?: readonly string[]
  readonly parameters?: readonly string[]
  readonly fields: string
  readonly answer: (asked: Asked) => Shown
}

const route = (method: string, path: string, { scopes = READ, parameters = [], fields, answer }: Facts): Route => ({
  method,
  api: 'gmail',
  path: `/gmail/v1/users/{user}/${path}`,
  scopes,
  parameters,
  fields,
  answer,
})

export const GMAIL_ROUTES: readonly Route[] = [
  route('getProfile', 'profile', {
    scopes: WITH_METADATA,
    fields: 'emailAddress,messagesTotal,threadsTotal,historyId',
    answer: getProfile,
  }),
  route('labels.list', 'labels', { scopes: WITH_METADATA, fields: `labels(${LABEL})`, answer: listLabels }),
  route('labels.get', 'labels/{id}', {
    scopes: WITH_METADATA,
    fields: LABEL,
    answer: getLabel,
  }),
  route('messages.list', 'messages', {
    scopes: WITH_METADATA,
    parameters: ['maxResults', 'pageToken', 'q', 'labelIds', 'includeSpamTrash'],
    fields: `messages(${MESSAGE}),nextPageToken,resultSizeEstimate`,
    answer: listMessages,
  }),
  route('messages.get', 'messages/{id}', {
    scopes: WITH_METADATA,
    parameters: ['format', 'metadataHeaders'],
    fields: MESSAGE,
    answer: getMessage,
  }),
  route('attachments.get', 'messages/{id}/attachments/{attachment}', {
    fields: 'size,data,attachmentId',
    answer: getAttachment,
  }),
  route('history.list', 'history', {
    scopes: WITH_METADATA,
    parameters: ['maxResults', 'pageToken', 'startHistoryId', 'labelId', 'historyTypes'],
    fields: `history(${HISTORY}),nextPageToken,historyId`,
    answer: listHistory,
  }),
  route('drafts.list', 'drafts', {
    parameters: ['maxResults', 'pageToken', 'q', 'includeSpamTrash'],
    fields: `drafts(id,message(${MESSAGE})),nextPageToken,resultSizeEstimate`,
    answer: listDrafts,
  }),
  route('drafts.get', 'drafts/{id}', { parameters: ['format'], fields: `id,message(${MESSAGE})`, answer: getDraft }),
  ...SETTINGS.map(({ method, path, fields, answer }) => route(method, path, { scopes: SETTINGS_SCOPES, fields: fields.join(','), answer })),
]

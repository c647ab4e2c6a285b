import type { GmailAsk } from './client.ts'
import { PAGE } from './limits.ts'

/** A page of what has happened in a mailbox since: 2 units for 500 records. */
export const askChanges = (history: string, token?: string): GmailAsk => ({
  method: 'history.list',
  asks: 'history',
  send: (users, common, options) =>
    users.history.list(
      {
        ...common,
        userId: 'me',
        startHistoryId: history,
        maxResults: PAGE.history,
        ...(token === undefined ? {} : { pageToken: token }),
      },
      options,
    ),
})

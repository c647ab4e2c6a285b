export { imapDestination } from './imap-destination.ts'
export type { ImapAuth, ImapSettings, ImapTimeouts } from './settings.ts'

export { davDestination } from './dav-destination.ts'
export type { DavAuth, DavSettings, DavTimeouts, SilenceSettings } from './settings.ts'

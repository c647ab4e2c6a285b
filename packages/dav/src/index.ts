export { davDestination } from './dav-destination.ts'
export { filesDestination } from './files/files-destination.ts'
export type { FilesSettings, ProvisionSettings } from './files/settings.ts'
export type { DavAuth, DavSettings, DavTimeouts, SilenceSettings } from './settings.ts'

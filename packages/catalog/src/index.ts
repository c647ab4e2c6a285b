export { atSource, endpointName, openDestination, openSource, sourceId } from './catalog.ts'
export type { Means } from './means.ts'
export type { DestinationSettings, ImapAuthProject, ImapProject, MicrosoftProject, SourceSettings } from './settings.ts'

export { atSource, endpointName, kindsOf, openDestination, openSource, sourceId } from './catalog.ts'
export type { Means } from './means.ts'
export type { DestinationSettings, GoogleProject, ImapAuthProject, ImapProject, MicrosoftProject, SourceSettings } from './settings.ts'

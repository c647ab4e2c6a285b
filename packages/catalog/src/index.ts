export { openSource, sourceId } from './catalog.ts'
export type { Means } from './means.ts'
export type { DestinationSettings, ImapProject, MicrosoftProject, SourceSettings } from './settings.ts'

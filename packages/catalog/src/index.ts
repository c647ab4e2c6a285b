export { atSource, endpointName, kindsOf, openDestination, openSource, sourceId } from './catalog.ts'
export type { Means } from './means.ts'
export type {
  DavAuthProject,
  DavProject,
  DestinationSettings,
  FilesProject,
  GoogleProject,
  ImapAuthProject,
  ImapProject,
  MicrosoftProject,
  SourceSettings,
  WebdavAuthProject,
  WebdavProject,
} from './settings.ts'

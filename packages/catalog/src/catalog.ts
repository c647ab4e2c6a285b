import type { DestinationEndpoint, Kind, SourceEndpoint } from '@offramp/core'
import { openDav } from './dav.ts'
import { openWebdav } from './files.ts'
import { domainOf, openGoogle } from './google.ts'
import { openImap } from './imap.ts'
import type { Means } from './means.ts'
import { openMicrosoft } from './microsoft.ts'
import type { DestinationSettings, SourceSettings } from './settings.ts'
import { hostOfUrl } from './url-host.ts'

/** The table of all sources. A new provider is one line here. */
const SOURCES: {
  readonly [K in SourceSettings['kind']]: (settings: SourceSettings & { kind: K }, means: Means) => Promise<SourceEndpoint>
} = {
  'microsoft-365': openMicrosoft,
  'google-workspace': openGoogle,
}

/** The table of all destinations. */
const DESTINATIONS: {
  readonly [K in DestinationSettings['kind']]: (settings: DestinationSettings & { kind: K }, means: Means) => Promise<DestinationEndpoint>
} = {
  imap: openImap,
  dav: openDav,
  webdav: openWebdav,
}

/** What each sort of destination takes, known before anybody is asked. */
const TAKES: { readonly [K in DestinationSettings['kind']]: readonly Kind[] } = {
  imap: ['mail'],
  dav: ['event', 'contact', 'task'],
  webdav: ['file'],
}

export const kindsOf = (settings: DestinationSettings): readonly Kind[] =>
  settings.kind === 'dav' && settings.files !== undefined ? [...TAKES.dav, 'file'] : TAKES[settings.kind]

/** Makes the source endpoint of a project. Asks nobody yet. */
export const openSource = (settings: SourceSettings, means: Means): Promise<SourceEndpoint> =>
  settings.kind === 'google-workspace' ? SOURCES[settings.kind](settings, means) : SOURCES[settings.kind](settings, means)

/** Makes a destination endpoint of a project. Asks nobody yet. */
export function openDestination(settings: DestinationSettings, means: Means): Promise<DestinationEndpoint> {
  switch (settings.kind) {
    case 'imap':
      return DESTINATIONS.imap(settings, means)
    case 'dav':
      return DESTINATIONS.dav(settings, means)
    case 'webdav':
      return DESTINATIONS.webdav(settings, means)
  }
}

/** The name by which the table of mappings chooses a destination. */
export const endpointName = (settings: DestinationSettings): string => settings.name ?? hostOf(settings)

const hostOf = (settings: DestinationSettings): string => (settings.kind === 'imap' ? settings.host : hostOfUrl(settings.url))

/** Names the environment that is read, so that lane ids are the same in every process. */
export const sourceId = (settings: SourceSettings): string =>
  settings.kind === 'google-workspace' ? `${settings.kind}:${domainOf(settings)}` : `${settings.kind}:${settings.tenantId.toLowerCase()}`

/**
 * IMAP hosts of the services that are read, and Google's for CalDAV and CardDAV: https://support.microsoft.com/office/pop-imap-and-smtp-settings,
 * https://support.google.com/mail/answer/7126229
 */
const OWN_HOSTS: Readonly<Record<SourceSettings['kind'], RegExp>> = {
  'microsoft-365': /(^|\.)(office365\.com|office365\.us|outlook\.com|partner\.outlook\.cn)$/i,
  'google-workspace': /(^|\.)(gmail\.com|googlemail\.com|google\.com|googleusercontent\.com)$/i,
}

/** Whether a destination is the source's own service, where the same name would be the same account. */
export const atSource = (source: SourceSettings, destination: DestinationSettings): boolean =>
  OWN_HOSTS[source.kind].test(hostOf(destination).replace(/:\d+$/, ''))

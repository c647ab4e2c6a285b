import type { SourceEndpoint } from '@offramp/core'
import type { Means } from './means.ts'
import { openMicrosoft } from './microsoft.ts'
import type { DestinationSettings, SourceSettings } from './settings.ts'

/** The table of all sources. A new provider is one line here. */
const SOURCES: {
  readonly [K in SourceSettings['kind']]: (settings: SourceSettings & { kind: K }, means: Means) => Promise<SourceEndpoint>
} = {
  'microsoft-365': openMicrosoft,
}

/** Makes the source endpoint of a project. Asks nobody yet. */
export const openSource = (settings: SourceSettings, means: Means): Promise<SourceEndpoint> => SOURCES[settings.kind](settings, means)

/** Names the environment that is read, so that lane ids are the same in every process. */
export const sourceId = (settings: SourceSettings): string => `${settings.kind}:${settings.tenantId.toLowerCase()}`

/**
 * Whether a destination is the source's own service, where the same name would be the same account.
 * Exchange Online's IMAP hosts: https://support.microsoft.com/office/pop-imap-and-smtp-settings
 */
export const atSource = (source: SourceSettings, destination: DestinationSettings): boolean =>
  source.kind === 'microsoft-365' && /(^|\.)(office365\.com|office365\.us|outlook\.com|partner\.outlook\.cn)$/i.test(destination.host)

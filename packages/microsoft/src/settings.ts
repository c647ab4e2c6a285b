import { Fault } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { CLOUDS, type Cloud, type CloudHosts } from './clouds.ts'

/** PEM, both. The key must be RSA; Microsoft Entra accepts no other for client assertions. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** How the app proves who it is. Given as functions, so that a secret is read when it is needed and kept nowhere. */
export type AppCredential = { readonly secret: () => Promise<string> } | { readonly certificate: () => Promise<Certificate> }

/** What SharePoint grants the app in this tenant, for all its drives. Default: what the smallest tenants are granted. */
export interface FilesLimits {
  /** Resource units. */
  readonly unitsPerMinute?: number
  readonly unitsPerDay?: number
  /** Bytes. */
  readonly egressPerHour?: number
  readonly concurrent?: number
}

/** Connection settings of one Microsoft 365 tenant, app-only. */
export interface MicrosoftSettings {
  readonly name: string
  /** GUID or domain. */
  readonly tenantId: string
  readonly clientId: string
  readonly auth: AppCredential
  /** Default: `global`. */
  readonly cloud?: Cloud
  /** Instead of the cloud's own hosts. https only; no path. */
  readonly graphUrl?: string
  readonly loginUrl?: string
  /** PEM of a further authority to trust (an inspecting proxy, an emulator). */
  readonly ca?: string
  /** `http://proxy:3128`. */
  readonly proxy?: string
  /** When the secret ends, as the portal says it: it cannot be asked. Milliseconds since the Unix epoch. */
  readonly secretExpires?: number
  /** Where Microsoft has granted other limits than the published ones. */
  readonly limits?: { readonly requestsPer10Minutes?: number; readonly concurrent?: number; readonly files?: FilesLimits }
  /** Address of a mailbox that the app must *not* be able to read: proof that the scope holds. */
  readonly outOfScopeProbe?: string
  /** What the operator has chosen about items. */
  readonly choices?: Choices
  /** Default: `NONISV|Offramp|Offramp/0.1.0`. Decorated traffic is throttled last. */
  readonly userAgent?: string
}

export const USER_AGENT = 'NONISV|Offramp|Offramp/0.1.0'

/** Hosts of the endpoint. Throws a `run` fault for an address that is not an https origin. */
export function hostsOf(settings: MicrosoftSettings): CloudHosts {
  const cloud = CLOUDS[settings.cloud ?? 'global']
  return {
    loginUrl: originOf(settings, settings.loginUrl ?? cloud.loginUrl),
    graphUrl: originOf(settings, settings.graphUrl ?? cloud.graphUrl),
  }
}

function originOf(settings: MicrosoftSettings, url: string): string {
  const parsed = URL.parse(url)
  if (parsed?.protocol === 'https:' && parsed.pathname === '/' && parsed.search === '') return parsed.origin
  throw new Fault({
    reach: 'run',
    code: 'microsoft-bad-address',
    message: `Endpoint ${settings.name}: ${url} is not the address of a host with https.`,
    remedy: 'Write it as https://host or https://host:port, without a path.',
  })
}

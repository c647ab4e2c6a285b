/** Gives the value behind `env:NAME` or `file:path`. Throws naming the reference, never the value. */
export type Secrets = (ref: string) => Promise<string>

/** A Microsoft 365 tenant as a project file has it. Secrets are references. */
export interface MicrosoftSettings {
  readonly kind: 'microsoft-365'
  readonly name?: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret?: string
  /** `YYYY-MM-DD`. */
  readonly secretExpires?: string
  readonly certificate?: string
}

/** An IMAP server as a project file has it. Secrets are references. */
export interface ImapSettings {
  readonly kind: 'imap'
  readonly name?: string
  readonly host: string
  readonly port?: number
  /** PEM file, relative to the project's folder. */
  readonly ca?: string
}

/** One member for each source connector. */
export type SourceSettings = MicrosoftSettings

/** One member for each destination connector. */
export type DestinationSettings = ImapSettings

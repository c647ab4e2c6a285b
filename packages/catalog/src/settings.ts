/** A Microsoft 365 tenant as a project file has it. Secrets are references (`env:NAME`, `file:path`), files are relative to the project. */
export interface MicrosoftProject {
  readonly kind: 'microsoft-365'
  readonly name?: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret?: string
  /** `YYYY-MM-DD`. */
  readonly secretExpires?: string
  /** References to PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  readonly cloud?: 'global' | 'us-gov' | 'us-dod' | 'china'
  readonly outOfScopeProbe?: string
  readonly limits?: { readonly requestsPer10Minutes?: number; readonly concurrent?: number }
  readonly graphUrl?: string
  readonly loginUrl?: string
  readonly ca?: string
  readonly proxy?: string
}

/** An IMAP server as a project file has it. */
export interface ImapProject {
  readonly kind: 'imap'
  readonly name?: string
  readonly host: string
  readonly port?: number
  readonly ca?: string
}

/** One member for each source connector. */
export type SourceSettings = MicrosoftProject

/** One member for each destination connector. */
export type DestinationSettings = ImapProject

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
  readonly limits?: {
    readonly requestsPer10Minutes?: number
    readonly concurrent?: number
    /** Of all OneDrives and sites of the tenant together. */
    readonly files?: {
      readonly unitsPerMinute?: number
      readonly unitsPerDay?: number
      /** Bytes. */
      readonly egressPerHour?: number
      readonly concurrent?: number
    }
  }
  readonly graphUrl?: string
  readonly loginUrl?: string
  readonly ca?: string
  readonly proxy?: string
}

/** Requests to one of Google's APIs. */
export interface GoogleApiLimits {
  readonly userPerMinute?: number
  readonly projectPerMinute?: number
  readonly projectPerDay?: number
  readonly concurrent?: number
}

/** A Google Workspace as a project file has it. */
export interface GoogleProject {
  readonly kind: 'google-workspace'
  readonly name?: string
  /** Address of an administrator. */
  readonly admin: string
  /** Reference to the service account's key file. */
  readonly key?: string
  /** Address of a service account that Google's IAM signs for; then no key is needed. */
  readonly signAs?: string
  /** Reference to an access token for that. Absent: the machine's own. */
  readonly accessToken?: string
  readonly clientId?: string
  readonly labels?: 'folder' | 'copies' | 'archive'
  readonly spamAndTrash?: boolean
  readonly limits?: {
    readonly table?: '2026' | 'legacy'
    readonly userPerMinute?: number
    readonly projectPerMinute?: number
    readonly projectPerDay?: number
    readonly concurrent?: number
    readonly calendar?: GoogleApiLimits
    readonly people?: GoogleApiLimits
    readonly tasks?: GoogleApiLimits
    readonly drive?: GoogleApiLimits & { readonly bytesPerDay?: number }
  }
  readonly apiUrl?: string
  readonly tokenUrl?: string
  readonly ca?: string
  readonly proxy?: string
}

/** How accounts of an IMAP server are opened. `{account}` in a reference stands for the login. */
export type ImapAuthProject =
  | { readonly kind: 'password'; readonly password?: string }
  | { readonly kind: 'master'; readonly user: string; readonly separator?: string; readonly password: string }
  | { readonly kind: 'authzid'; readonly user: string; readonly password: string }
  | { readonly kind: 'xoauth2'; readonly token: string }

/** An IMAP server as a project file has it. */
export interface ImapProject {
  readonly kind: 'imap'
  readonly name?: string
  readonly host: string
  readonly port?: number
  readonly security?: 'tls' | 'starttls' | 'plain'
  readonly ca?: string
  readonly certificateName?: string
  readonly auth?: ImapAuthProject
  readonly connections?: number
  readonly connectionsPerAccount?: number
  readonly folders?: Readonly<Record<string, string>>
  readonly sizeLimitMegabytes?: number
  readonly compress?: boolean
}

/** How accounts of a CalDAV and CardDAV server are opened. `{account}` in a reference stands for the login. */
export type DavAuthProject =
  | { readonly kind: 'password'; readonly password?: string }
  | { readonly kind: 'proxy'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** A CalDAV and CardDAV server (Nextcloud, Cyrus, Radicale, SOGo, ...) as a project file has it. */
export interface DavProject {
  readonly kind: 'dav'
  readonly name?: string
  readonly url: string
  readonly ca?: string
  readonly proxy?: string
  readonly auth?: DavAuthProject
  readonly connections?: number
  readonly connectionsPerAccount?: number
  readonly silence?: { readonly method?: 'auto' | 'client-agent'; readonly sink?: string }
  readonly sizeLimitMegabytes?: number
  readonly fileSpace?: string
  /** Present where the server takes files as well. */
  readonly files?: DavFilesProject
}

/** How files are written. */
export interface FilesProject {
  /** Below which the files of each account go, names joined by `/`. */
  readonly folder?: string
  readonly sizeLimitMegabytes?: number
  readonly chunkMegabytes?: number
  readonly wholeMegabytes?: number
  readonly bulk?: boolean
  readonly windowsNames?: boolean
}

/** The same of a server that may make accounts and Team folders. */
export interface DavFilesProject extends FilesProject {
  readonly provision?: {
    /** Login of an admin. */
    readonly admin: string
    /** Reference to the admin's password. */
    readonly password: string
    readonly accounts?: boolean
    readonly quota?: string
    readonly language?: string
    readonly groups?: readonly string[]
  }
}

/** How accounts of a WebDAV server are opened. `{account}` in a reference stands for the login. */
export type WebdavAuthProject =
  | { readonly kind: 'password' | 'digest'; readonly password?: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** A WebDAV server, for files alone, as a project file has it. */
export interface WebdavProject extends FilesProject {
  readonly kind: 'webdav'
  readonly name?: string
  readonly url: string
  readonly ca?: string
  readonly proxy?: string
  readonly auth?: WebdavAuthProject
  readonly connections?: number
  readonly connectionsPerAccount?: number
}

/** One member for each source connector. */
export type SourceSettings = MicrosoftProject | GoogleProject

/** One member for each destination connector. */
export type DestinationSettings = ImapProject | DavProject | WebdavProject

import type { DestinationSettings, SourceSettings } from '@offramp/catalog'
import type { Kind } from '@offramp/core'
import type { Choices } from '@offramp/formats'

/** Where the books are kept. `url` and `password` may be references. */
export interface RedisSettings {
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** PEM file, relative to the project's folder. */
  readonly ca?: string
}

/** How much of one lane is in a worker's hands at once, as an operator writes it. */
export interface LimitSettings {
  readonly pageItems?: number
  readonly windowItems?: number
  readonly windowMegabytes?: number
  readonly sliceSeconds?: number
  readonly putSeconds?: number
  readonly requestSeconds?: number
  readonly retrySeconds?: number
}

export interface Settings extends Choices {
  readonly workloads?: readonly Kind[]
  /** `YYYY-MM-DD`. */
  readonly plannedEnd?: string
  readonly verifySample?: number
  readonly lanesPerWorker?: number
  readonly limits?: LimitSettings
}

/** A project file as it was written, checked against `config/offramp.schema.json`. */
export interface Project {
  readonly version: 1
  readonly project: string
  readonly redis: RedisSettings
  readonly source: SourceSettings
  readonly destinations: readonly DestinationSettings[]
  readonly settings?: Settings
  /** Groups of the source by address or name, with those of the destination: pairs, or a table relative to the project's folder. */
  readonly groups?: string | Readonly<Record<string, string>>
  /** The table of mappings, relative to the project's folder. */
  readonly mappings: string
}

import type { Seal } from '../../serve/seal.ts'
import type { UnitWindow } from '../limits/units.ts'
import type { DriveStore } from './store.ts'

/** Where a listing of changes stands. */
export interface ChangesState {
  /** Place in the log. */
  readonly at: number
  /** The log that it is of. */
  readonly driveId: string
  /** Whose. */
  readonly address: string
}

/** An export that takes its time. */
export interface Operation {
  readonly fileId: string
  readonly mimeType: string
  readonly address: string
  /** How often it was asked after. */
  polls: number
  bytes: Buffer | undefined
}

/** All drives of a domain, and what goes on with them. */
export interface DriveState {
  readonly store: DriveStore
  readonly tokens: Seal<ChangesState>
  readonly operations: Map<string, Operation>
  /** Bytes that went out in a day. */
  readonly egress: UnitWindow
  /** `files.export` refuses more. */
  readonly exportBytes: number
  /** So many listings to come do not find everything, and say so. */
  incomplete: number
  /** How many exports there were: no two are alike. */
  exports: number
  /** So often is an operation asked after before it is done. */
  readonly pollsNeeded: number
}

/** What a delta link stands for. It holds no `Prefer`: page size and id space are the next request's own. */
export interface DeltaState {
  /** The folder's serial. */
  readonly folder: number
  readonly generation: number
  /** `walk`: the first enumeration. `changes`: what came after it. */
  readonly mode: 'walk' | 'changes'
  /** walk: position in the folder's arrivals. changes: position in its changes. */
  readonly at: number
  /** Where this round ends; undefined where it has not begun. */
  readonly end?: number
  /** Where, in the folder's changes, the next round begins. */
  readonly next: number
  /** Pages of this round so far. */
  readonly pages: number
  /** Items that may still come: `$top` is taken for a limit of the whole, and a `$filter` allows 5,000. */
  readonly left?: number
  /** Last message shown, where the walk is by received date. */
  readonly after?: readonly [number, number]
  readonly options: DeltaOptions
}

/** Options of the first call; links carry them on. */
export interface DeltaOptions {
  readonly select?: readonly string[]
  readonly expand?: readonly string[]
  /** `receivedDateTime ge|gt`, in milliseconds since the Unix epoch. */
  readonly since?: { readonly at: number; readonly inclusive: boolean }
  readonly newestFirst?: true
  readonly changeType?: 'created' | 'updated' | 'deleted'
}

/**
 * Each is a rule without which items are lost or doubled. They can be switched off one by one so that the simulation can show that it
 * would notice; nothing outside the tests does.
 */
export interface Safeguards {
  /** An item in doubt is searched for before it is written. */
  readonly searchInDoubt: boolean
  /** A copy that another entry owns is never taken. */
  readonly respectOwners: boolean
  /** The ledger hears of a write before the destination does. */
  readonly recordIntent: boolean
  /** The cursor advances after everything of its page has settled. */
  readonly cursorLast: boolean
  /** Items in doubt are settled one after another, before anything else is written. */
  readonly doubtAlone: boolean
  /** A changed item goes over its earlier copy. */
  readonly writeOver: boolean
  /** No write starts after the lease's signal has aborted. */
  readonly obeyAbort: boolean
  /** A `failed` item may have arrived all the same. */
  readonly failedIsDoubt: boolean
  /** A place that stands higher than its floor may hold copies that the ledger has forgotten. */
  readonly checkFloor: boolean
  /** Doubles that came late are looked for at the end. */
  readonly sweep: boolean
  /** Where each collection stands is remembered, and its items follow it to another place. */
  readonly bringHome: boolean
  /** Where folders were found elsewhere in the middle of a walk, what came before them follows in one more. */
  readonly walkAgain: boolean
  /** A folder's date is taken for lost before anything is written into it. */
  readonly undate: boolean
  /** Items that may be taken for each other are never written at the same time. */
  readonly keepApart: boolean
}

export const ALL_SAFEGUARDS: Safeguards = {
  searchInDoubt: true,
  respectOwners: true,
  recordIntent: true,
  cursorLast: true,
  doubtAlone: true,
  writeOver: true,
  obeyAbort: true,
  failedIsDoubt: true,
  checkFloor: true,
  sweep: true,
  bringHome: true,
  walkAgain: true,
  undate: true,
  keepApart: true,
}

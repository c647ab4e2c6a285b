import type { Call } from './call.ts'

/** What somebody may do with a folder and what is in it. `add`: read, change and add, and not delete. Nobody is ever let pass it on. */
export type TeamAccess = 'none' | 'read' | 'add' | 'write'

/** Somebody of the destination: a login, or the id of a group. */
export interface TeamMember {
  readonly kind: 'user' | 'group'
  readonly id: string
}

/** Where what holds above holds no longer, and what each may do there from then on. Whoever is not named has what holds above. */
export interface TeamRule {
  /** `Place.id`. */
  readonly place: string
  /** `Receipt.locator` of a file there. Absent: the folder itself, with everything in it. */
  readonly locator?: string
  readonly access: readonly (TeamMember & { readonly may: TeamAccess })[]
}

export interface TeamRights {
  /** Whoever enters, with the most that is theirs anywhere in the folder. */
  readonly members: readonly (TeamMember & { readonly most: TeamAccess })[]
  /** One of them stands at the root of the Team folder and names every member. */
  readonly rules: readonly TeamRule[]
  /** Folders that a rule of an earlier attempt may stand in, or at: `Place.id`. */
  readonly places: readonly string[]
  /**
   * Whether a folder (`Place.id`), or a file in it by its `Receipt.locator`, was known when the rights were made. What came since and is closed stays so,
   * because nobody knows yet to whom it is open. Absent: everything was.
   */
  isKnown?(place: string, locator?: string): boolean
}

/** What came of letting people in. */
export interface TeamOpened {
  /** Who is in now. `why`: they could not be let in. */
  readonly members: readonly (TeamMember & { readonly state: 'joined' | 'already' | 'refused'; readonly why?: string })[]
  /** Rules that stand otherwise since people were let in, and were left so. */
  readonly kept: readonly TeamRule[]
  /** Folders and files that came since the rights were made, and are still closed. Absent: none. */
  readonly closed?: number
}

/** A folder that belongs to nobody and stands in the files of its members. */
export interface TeamFolder {
  readonly name: string
  /** `Place.id` of its root. */
  readonly place: string
  /**
   * `absent`: it is made with the first write. `closed`: made by Offramp, and nobody is in but the account that moves. `open`: likewise, and others are.
   * `theirs`: a person has made it. Writes nothing.
   */
  state(call: Call): Promise<'absent' | 'closed' | 'open' | 'theirs'>
  /**
   * Sets the rules, looks whether they stand, and only then lets people in: broken off at any point, nobody has more than `rights` says. Safe to
   * repeat. Once people are in, no rule that stands is changed and nobody is sent away; what is new is added. Fault `account` for a folder of a
   * person's, whose members and rules are theirs.
   */
  open(rights: TeamRights, call: Call): Promise<TeamOpened>
}

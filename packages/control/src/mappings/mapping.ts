/** One source account -> one destination account, as the operator's table has it. */
export interface Mapping {
  /** Line of the table in which it stands, for messages. */
  readonly line: number
  /** Main address, alias or id of the source account, edges trimmed. */
  readonly source: string
  /** Login or address at the destination, edges trimmed. */
  readonly destination: string
  /** Name of the destination endpoint; absent where the project has one only. */
  readonly endpoint?: string
  /** Reference to the account's own password: `env:NAME` or `file:path`. */
  readonly passwordRef?: string
  readonly wave?: string
}

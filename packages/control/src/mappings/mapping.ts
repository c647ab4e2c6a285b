import type { Kind } from '@offramp/core'

/** One source account -> one destination account, as the operator's table has it. */
export interface Mapping {
  /** Line of the table in which it stands, for messages. */
  readonly line: number
  /** Main address, alias or id of the source account, edges trimmed. */
  readonly source: string
  /** Login or address at the destination, edges trimmed. */
  readonly destination: string
  /** Names of the destination endpoints; absent where the project has one for each kind. */
  readonly endpoints?: readonly string[]
  /** Reference to the account's own password: `env:NAME` or `file:path`. */
  readonly passwordRef?: string
  /** Login where calendars, contacts and tasks go, if it is another than for mail. */
  readonly groupware?: string
  /** Reference to the password there, if it is another than for mail. */
  readonly groupwarePasswordRef?: string
  readonly wave?: string
}

/** A destination endpoint, as the table sees it. */
export interface EndpointFacts {
  readonly name: string
  /** What it takes. */
  readonly kinds: readonly Kind[]
}

/** Where some kinds of a mapping go. */
export interface MappingPlace {
  readonly endpoint: string
  readonly kinds: readonly Kind[]
  /** The login or address there. */
  readonly account: string
  readonly passwordRef?: string
}

/** The endpoints that a mapping names, and for the kinds that those do not take the only one in the project that does. */
export function endpointsOf(mapping: Pick<Mapping, 'endpoints'>, endpoints: readonly EndpointFacts[]): readonly EndpointFacts[] {
  const named = endpoints.filter(({ name }) => mapping.endpoints?.includes(name))
  const open = (kind: Kind): boolean => !named.some(({ kinds }) => kinds.includes(kind))
  const rest = endpoints.filter((one) => !named.includes(one)).map(({ name, kinds }) => ({ name, kinds: kinds.filter(open) }))
  return [...named, ...rest].filter(({ kinds }) => kinds.length > 0)
}

/** Every place that a mapping moves into, the first for mail if there is one. */
export function placesOf(mapping: Mapping, endpoints: readonly EndpointFacts[]): readonly MappingPlace[] {
  return endpointsOf(mapping, endpoints).map(({ name, kinds }) => {
    const groupware = !kinds.includes('mail')
    const own = groupware ? (mapping.groupwarePasswordRef ?? mapping.passwordRef) : mapping.passwordRef
    const account = groupware ? (mapping.groupware ?? mapping.destination) : mapping.destination
    return { endpoint: name, kinds, account, ...(own === undefined ? {} : { passwordRef: own }) }
  })
}

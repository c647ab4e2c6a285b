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
  /** Login where files go, if it is another than for calendars. */
  readonly files?: string
  /** Reference to the password there, if it is another than for calendars. */
  readonly filesPasswordRef?: string
  /** Folder in that account below which the files go, names joined by `/`. Absent: the account's root. */
  readonly fileFolder?: string
  /** Team folder into which the files go. Never with `fileFolder`. */
  readonly teamFolder?: string
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
  /** Of files: the folder there below which they go. */
  readonly folder?: string
  /** Of files: the Team folder into which they go. */
  readonly team?: string
  readonly passwordRef?: string
}

/** The endpoints that a mapping names, and for the kinds that those do not take the only one in the project that does. */
export function endpointsOf(mapping: Pick<Mapping, 'endpoints'>, endpoints: readonly EndpointFacts[]): readonly EndpointFacts[] {
  const named = endpoints.filter(({ name }) => mapping.endpoints?.includes(name))
  const open = (kind: Kind): boolean => !named.some(({ kinds }) => kinds.includes(kind))
  const rest = endpoints.filter((one) => !named.includes(one)).map(({ name, kinds }) => ({ name, kinds: kinds.filter(open) }))
  return [...named, ...rest].filter(({ kinds }) => kinds.length > 0)
}

/** What of a place's kinds goes under one login. */
function parted(kinds: readonly Kind[]): readonly (readonly Kind[])[] {
  const files = kinds.filter((kind) => kind === 'file')
  const others = kinds.filter((kind) => kind !== 'file')
  return [others, files].filter(({ length }) => length > 0)
}

const fileWay = ({ destination, groupware, files, fileFolder, teamFolder, ...refs }: Mapping): Omit<MappingPlace, 'endpoint' | 'kinds'> => {
  const own = refs.filesPasswordRef ?? refs.groupwarePasswordRef ?? refs.passwordRef
  return {
    account: files ?? groupware ?? destination,
    ...(fileFolder === undefined ? {} : { folder: fileFolder }),
    ...(teamFolder === undefined ? {} : { team: teamFolder }),
    ...(own === undefined ? {} : { passwordRef: own }),
  }
}

const otherWay = (mapping: Mapping, kinds: readonly Kind[]): Omit<MappingPlace, 'endpoint' | 'kinds'> => {
  const groupware = !kinds.includes('mail')
  const own = groupware ? (mapping.groupwarePasswordRef ?? mapping.passwordRef) : mapping.passwordRef
  const account = groupware ? (mapping.groupware ?? mapping.destination) : mapping.destination
  return { account, ...(own === undefined ? {} : { passwordRef: own }) }
}

/** Every place that a mapping moves into, the first for mail if there is one. Files have a place of their own, also at the same server. */
export function placesOf(mapping: Mapping, endpoints: readonly EndpointFacts[]): readonly MappingPlace[] {
  return endpointsOf(mapping, endpoints).flatMap(({ name, kinds }) =>
    parted(kinds).map((some) => ({
      endpoint: name,
      kinds: some,
      ...(some.includes('file') ? fileWay(mapping) : otherWay(mapping, some)),
    })),
  )
}

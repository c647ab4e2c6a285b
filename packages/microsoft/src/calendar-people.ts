import type { Account, Call } from '@offramp/core'
import type { EventFacts, Guest, Person } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import type { Graph } from './client.ts'
import { accountOf, isDenied } from './directory.ts'
import { LIST_USERS_UNITS } from './limits.ts'
import { LOSSES } from './losses.ts'

/** Names inside Exchange (`/o=ExchangeLabs/ou=...`) to the mail addresses of those who still have them. */
export interface InnerNames {
  /** Looks up those that are not known yet, one request of the directory each. */
  learn(names: readonly string[], call: Call): Promise<void>
  /** The address as it is; or that of the person whose inner name it is; undefined where nobody has it. */
  addressOf(address: string | undefined): string | undefined
}

export const isInner = (address: string): boolean => /^\/(o|ou|cn)=/i.test(address) || /^IMCEAEX-/i.test(address)

/** Names are remembered, also those that nobody has, up to a number: a calendar names the same people again and again. */
const MOST_NAMES = 10_000

export function innerNames(graph: Graph): InnerNames {
  const known = new Map<string, string | undefined>()

  /** Where the app may not read the directory, nobody is found: a name must not cost the calendar. */
  async function answerOf(path: string, call: Call): Promise<Json> {
    try {
      return await graph.directory.json({ path, asks: 'users', weight: LIST_USERS_UNITS }, call)
    } catch (thrown) {
      if (isDenied(thrown)) return {}
      throw thrown
    }
  }

  async function ask(name: string, call: Call): Promise<string | undefined> {
    const filter = `proxyAddresses/any(p:p eq 'X500:${name.replaceAll("'", "''")}')`
    const path = `/users?$select=id,userPrincipalName,mail,proxyAddresses&$filter=${encodeURIComponent(filter)}`
    const owner = objectsOf((await answerOf(path, call))['value'])[0]
    const address = owner === undefined ? undefined : accountOf(owner)?.name
    return address?.includes('@') ? address : undefined
  }

  return {
    async learn(names, call) {
      const fresh = [...new Set(names.filter((name) => isInner(name) && !known.has(name)))]
      for (const name of fresh) {
        const address = await ask(name, call)
        if (known.size >= MOST_NAMES) known.clear()
        known.set(name, address)
      }
    },
    addressOf(address) {
      const given = address?.trim().replace(/^(mailto|smtp):/i, '')
      if (given === undefined || given === '') return undefined
      if (isInner(given)) return known.get(given)
      return /^[^\s@]+@[^\s@]+$/.test(given) ? given : undefined
    },
  }
}

/** Every address that an event, with its exceptions, names. */
export const addressesIn = (events: readonly Json[]): readonly string[] =>
  events.flatMap((event) =>
    [event['organizer'], ...objectsOf(event['attendees'])].flatMap(
      (each) => textOf(objectOf(objectOf(each)['emailAddress'])['address'])?.trim() ?? [],
    ),
  )

/** Whose calendar it is, and how their correspondents are called. */
export interface People {
  readonly account: Account
  readonly names: Pick<InnerNames, 'addressOf'>
}

const ANSWERS: Readonly<Record<string, Guest['answer']>> = {
  accepted: 'accepted',
  organizer: 'accepted',
  declined: 'declined',
  tentativelyAccepted: 'tentative',
}
const ROLES: Readonly<Record<string, Guest['role']>> = { required: 'required', optional: 'optional', resource: 'required' }

/**
 * Who organises and who is asked. Graph names an organiser for every event, also for those to which nobody is asked: such a one has none.
 */
export function peopleOf(event: Json, people: People): Pick<EventFacts, 'organizer' | 'guests'> & { readonly losses: readonly string[] } {
  const losses: string[] = []
  const isOwn = event['isOrganizer'] !== false
  const own = ownAddresses(people.account)
  const rooms = new Set(objectsOf(event['locations']).map((each) => textOf(each['locationEmailAddress'])?.toLowerCase()))
  const guests = objectsOf(event['attendees']).flatMap((attendee): Guest[] => {
    const person = personOf(attendee, people, losses)
    return person === undefined ? [] : [guestOf(attendee, person, rooms)]
  })
  const answer = ANSWERS[textOf(objectOf(event['responseStatus'])['response']) ?? '']
  const answered = isOwn ? guests : withOwnAnswer(guests, { own, answer, account: people.account })
  if (answered.length === 0) return { losses }
  const organizer = event['organizer'] === null ? undefined : personOf(objectOf(event['organizer']), people, [])
  return { guests: answered, ...(organizer === undefined ? {} : { organizer }), losses }
}

const ownAddresses = (account: Account): ReadonlySet<string> =>
  new Set([account.name, ...(account.aliases ?? [])].map((each) => each.toLowerCase()))

function personOf(holder: Json, { names }: People, losses: string[]): Person | undefined {
  const { name, address } = objectOf(holder['emailAddress'])
  const found = names.addressOf(textOf(address))
  const called = textOf(name)?.trim()
  // Where there is no display name Graph repeats the address.
  const shown = called === undefined || called === '' || called === textOf(address) ? undefined : called
  if (found === undefined) losses.push(shown === undefined ? LOSSES.namelessGuest : LOSSES.innerGuest)
  if (found === undefined && shown === undefined) return undefined
  return { ...(found === undefined ? {} : { address: found }), ...(shown === undefined ? {} : { name: shown }) }
}

function guestOf(attendee: Json, person: Person, rooms: ReadonlySet<string | undefined>): Guest {
  const type = textOf(attendee['type']) ?? 'required'
  const isRoom = type === 'resource' && rooms.has(person.address?.toLowerCase() ?? '')
  return {
    ...person,
    role: ROLES[type] ?? 'required',
    type: type !== 'resource' ? 'individual' : isRoom ? 'room' : 'resource',
    answer: ANSWERS[textOf(objectOf(attendee['status'])['response']) ?? ''] ?? 'needs-action',
  }
}

/** In a guest's own mailbox, what they answered stands in the event and not in the list; asked by way of a group, they are not even in the list. */
function withOwnAnswer(
  guests: readonly Guest[],
  self: { readonly own: ReadonlySet<string>; readonly answer: Guest['answer'] | undefined; readonly account: Account },
): readonly Guest[] {
  const at = guests.findIndex(({ address }) => address !== undefined && self.own.has(address.toLowerCase()))
  const found = guests[at]
  if (found === undefined) {
    const { name, displayName } = self.account
    const answer = self.answer ?? 'needs-action'
    return [
      ...guests,
      { address: name, ...(displayName === undefined ? {} : { name: displayName }), role: 'required', type: 'individual', answer },
    ]
  }
  return self.answer === undefined ? guests : guests.with(at, { ...found, answer: self.answer })
}

/** Categories by name; Graph may repeat them. */
export const categoriesOf = (item: Json): readonly string[] => [
  ...new Set(textsOf(item['categories']).filter((each) => each.trim() !== '')),
]

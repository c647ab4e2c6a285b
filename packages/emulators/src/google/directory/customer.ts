import type { Asked, Shown } from '../serve/asked.ts'
import { invalidArgument } from '../serve/errors.ts'
import { accountId } from './account.ts'

const CREATED = String(Date.UTC(2019, 2, 4))

function checkCustomer({ names, state }: Asked): void {
  const customer = names['customer']
  if (customer !== 'my_customer' && customer !== state.customerId) throw invalidArgument('Invalid Input: customer')
}

/** Not paged. The root is not among them. */
export function listOrgUnits(asked: Asked): Shown {
  checkCustomer(asked)
  return { json: { kind: 'admin#directory#orgUnits' } }
}

/** The primary domain, and every other that an account is in. */
export function listDomains(asked: Asked): Shown {
  checkCustomer(asked)
  const { state } = asked
  const names = new Set([state.domain, ...state.accounts.map(({ address }) => address.split('@')[1] ?? state.domain)])
  const domains = [...names].map((domainName) => ({
    kind: 'admin#directory#domain',
    domainName,
    isPrimary: domainName === state.domain,
    verified: true,
    creationTime: CREATED,
  }))
  return { json: { kind: 'admin#directory#domains', domains } }
}

export function listDomainAliases(asked: Asked): Shown {
  checkCustomer(asked)
  return { json: { kind: 'admin#directory#domainAliases' } }
}

export function listRooms(asked: Asked): Shown {
  checkCustomer(asked)
  const { rooms, seed } = asked.state
  const items = rooms.map(({ address, name }) => ({
    kind: 'admin#directory#resources#calendars#CalendarResource',
    resourceId: accountId(seed, address).slice(0, 11),
    resourceName: name,
    generatedResourceName: name,
    resourceEmail: address,
    resourceCategory: 'CONFERENCE_ROOM',
    capacity: 8,
  }))
  return { json: { kind: 'admin#directory#resources#calendars#calendarResourcesList', ...(items.length > 0 && { items }) } }
}

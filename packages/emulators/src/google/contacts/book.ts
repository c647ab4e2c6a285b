import type { people_v1 } from '@googleapis/people'
import { hash32 } from '../../generate/random.ts'
import { Kept } from '../kept/kept.ts'

export type PersonJson = people_v1.Schema$Person
export type GroupJson = people_v1.Schema$ContactGroup

export interface KeptPerson {
  readonly json: PersonJson
  readonly deleted?: true
}

/** A picture as it is served. */
export interface KeptPhoto {
  readonly bytes: Uint8Array
  readonly mediaType: string
}

const SYSTEM: readonly (readonly [name: string, shown: string])[] = [
  ['myContacts', 'My Contacts'],
  ['starred', 'Starred'],
  ['friends', 'Friends'],
  ['family', 'Family'],
  ['coworkers', 'Coworkers'],
  ['chatBuddies', 'Chat contacts'],
  ['all', 'All Contacts'],
  ['blocked', 'Blocked'],
]

interface BookFacts {
  readonly address: string
  readonly seed: number
  readonly now: () => number
}

/** One account's contacts, groups, and what was collected by itself. */
export class ContactBook {
  readonly people: Kept<KeptPerson>
  readonly others: Kept<KeptPerson>
  readonly groups = new Map<string, GroupJson>()
  readonly photos = new Map<string, KeptPhoto>()
  readonly #facts: BookFacts
  #serial = 0

  constructor(facts: BookFacts) {
    this.#facts = facts
    this.people = new Kept(`${facts.seed}/${facts.address}/people`)
    this.others = new Kept(`${facts.seed}/${facts.address}/others`)
    for (const [name, formattedName] of SYSTEM)
      this.groups.set(`contactGroups/${name}`, this.#group({ name, formattedName, groupType: 'SYSTEM_CONTACT_GROUP' }, name))
  }

  /** Adds or replaces. */
  put(wish: PersonJson, where: 'people' | 'others' = 'people'): PersonJson {
    const serial = this.#serial++
    const number = BigInt(hash32(this.#facts.address, where, serial)) * 1_000n + BigInt(serial)
    const id = `c${number}`
    const resourceName = wish.resourceName ?? `${where === 'people' ? 'people' : 'otherContacts'}/${id}`
    // The same number, as CardDAV has it; it stays when the resource name changes.
    const known = (wish.metadata?.sources ?? this[where].get(resourceName)?.json.metadata?.sources)?.[0]?.id
    const updateTime = new Date(this.#facts.now()).toISOString()
    const etag = `%E${hash32(resourceName, this[where].now, updateTime).toString(36)}`
    const source = {
      type: where === 'people' ? 'CONTACT' : 'OTHER_CONTACT',
      id: known ?? number.toString(16),
      etag: `#${etag}`,
      updateTime,
    }
    const json: PersonJson = {
      memberships: where === 'people' ? [membership('contactGroups/myContacts')] : [],
      photos: [{ url: `https://lh3.googleusercontent.com/cm/${id}=s100`, default: true }],
      ...wish,
      resourceName,
      etag,
      metadata: { objectType: 'PERSON', ...wish.metadata, sources: [source] },
    }
    this[where].put(resourceName, { json })
    return json
  }

  known(resourceName: string): PersonJson {
    const found = this.people.get(resourceName) ?? this.others.get(resourceName)
    if (found === undefined || found.deleted) throw new Error(`There is no contact ${resourceName} in ${this.#facts.address}.`)
    return found.json
  }

  remove(resourceName: string): void {
    this.known(resourceName)
    const shelf = this.people.get(resourceName) === undefined ? this.others : this.people
    shelf.put(resourceName, { json: { resourceName, metadata: { deleted: true, objectType: 'PERSON' } }, deleted: true })
  }

  addGroup(name: string): GroupJson {
    const id = hash32(this.#facts.address, 'group', this.groups.size).toString(16)
    const json = this.#group({ name, formattedName: name, groupType: 'USER_CONTACT_GROUP' }, id)
    this.groups.set(json.resourceName ?? id, json)
    return json
  }

  renameGroup(resourceName: string, name: string): void {
    const group = this.groups.get(resourceName)
    if (group === undefined) throw new Error(`There is no group ${resourceName} in ${this.#facts.address}.`)
    this.groups.set(resourceName, { ...group, name, formattedName: name, etag: hash32(name, 'e').toString(36) })
  }

  addPhoto(id: string, photo: KeptPhoto): void {
    this.photos.set(id, photo)
  }

  /** A group with its number of members. */
  shownGroup(group: GroupJson): GroupJson {
    const members = this.membersOf(group.resourceName ?? '')
    return { ...group, memberCount: members.length }
  }

  membersOf(group: string): readonly string[] {
    return [...this.people.values()].flatMap(({ json, deleted }) =>
      !deleted && json.memberships?.some((each) => each.contactGroupMembership?.contactGroupResourceName === group)
        ? [json.resourceName ?? '']
        : [],
    )
  }

  #group(facts: GroupJson, id: string): GroupJson {
    return { resourceName: `contactGroups/${id}`, etag: hash32(id, 'e').toString(36), ...facts }
  }
}

export const membership = (group: string): people_v1.Schema$Membership => ({
  contactGroupMembership: { contactGroupResourceName: group, contactGroupId: group.split('/')[1] ?? null },
})

import type { Call } from '@offramp/core'
import { type Card, derivedUid } from '@offramp/formats'
import { type Json, numberOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import type { PeopleClient } from './client.ts'
import { uidOfContact } from './contacts-card.ts'
import { PAGE } from './limits.ts'

/** A group that its owner made. */
export interface OwnGroup {
  readonly id: string
  readonly name: string
  /** Changes with its name and with who is in it. */
  readonly version: string
  readonly members: number
}

export interface ContactGroups {
  /** What becomes of a membership: the name of a category, by resource name. */
  readonly names: ReadonlyMap<string, string>
  readonly own: readonly OwnGroup[]
}

/** Google's own groups that say something about a contact. Everybody is in the others, or nobody can see them any more. */
const TELLING: readonly string[] = ['starred', 'friends', 'family', 'coworkers']

/** All groups. Asks once for 1,000. */
export async function readGroups(client: PeopleClient, call: Call): Promise<ContactGroups> {
  const groups: Json[] = []
  let token: string | undefined
  do {
    const pageToken = token
    const { json } = await client.ask(
      {
        asks: 'people',
        send: (api, common, options) =>
          api.contactGroups.list(
            {
              ...common,
              pageSize: PAGE.people,
              groupFields: 'groupType,memberCount,metadata,name',
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            options,
          ),
      },
      call,
    )
    groups.push(...objectsOf(json['contactGroups']))
    token = textOf(json['nextPageToken'])
  } while (token !== undefined)
  const names = groups.flatMap((group) => {
    const [id, name] = [textOf(group['resourceName']), textOf(group['formattedName']) ?? textOf(group['name'])]
    if (id === undefined || name === undefined) return []
    const telling = group['groupType'] === 'USER_CONTACT_GROUP' || TELLING.some((each) => id === `contactGroups/${each}`)
    return telling ? [[id, name] as const] : []
  })
  return { names: new Map(names), own: groups.flatMap(ownGroup) }
}

function ownGroup(group: Json): readonly OwnGroup[] {
  const [id, name] = [textOf(group['resourceName']), textOf(group['name'])]
  if (group['groupType'] !== 'USER_CONTACT_GROUP' || id === undefined || name === undefined) return []
  const members = numberOf(group['memberCount']) ?? 0
  return [{ id, name, members, version: `${textOf(group['etag']) ?? ''} ${members} ${name}` }]
}

/** A group as a card that names its members: one call, because a list of groups has no members. */
export async function groupCard(client: PeopleClient, { id, name, members }: OwnGroup, call: Call): Promise<Card> {
  const { json } = await client.ask(
    {
      asks: 'person',
      send: (api, common, options) => api.contactGroups.get({ ...common, resourceName: id, maxMembers: Math.max(1, members) }, options),
    },
    call,
  )
  return {
    uid: derivedUid('google-group', id),
    kind: 'group',
    fullName: name,
    members: textsOf(json['memberResourceNames']).map(uidOfContact),
  }
}

import type { Call, Kind } from '@offramp/core'
import type { DavClient } from './client.ts'
import type { Home } from './discover.ts'
import { type DavResponse, textOf } from './multistatus.ts'
import { children } from './read-xml.ts'
import { ask, writeXml } from './write-xml.ts'

/** A calendar or address book as the server lists it. */
export interface Standing {
  /** Path, with a slash at its end, as the server writes it. */
  readonly path: string
  /** Last part of the path, decoded. */
  readonly slug: string
  readonly displayName: string
  /** How Offramp has called it, where that has made it and the server remembers. */
  readonly called: string | undefined
  /** Components that it takes (`VEVENT`); undefined where it does not say, which means all. */
  readonly components: readonly string[] | undefined
  /** Bytes of one object, where it says so. */
  readonly maxBytes: number | undefined
  /** Belongs to somebody else, who shares it with this account. */
  readonly foreign: boolean
}

export const COMPONENT: Readonly<Record<'event' | 'task', string>> = { event: 'VEVENT', task: 'VTODO' }

const PROPS = [
  'D:resourcetype',
  'D:displayname',
  'F:called',
  'D:owner',
  'C:supported-calendar-component-set',
  'C:max-resource-size',
  'CR:max-resource-size',
] as const

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function standingOf(client: DavClient, home: Home, response: DavResponse): Standing | undefined {
  const types = (response.props.get('D:resourcetype')?.children ?? []).map(({ name }) => name)
  const path = client.pathOf(response.href)
  if (path === undefined || !types.includes(home.way === 'caldav' ? 'C:calendar' : 'CR:addressbook')) return undefined
  // Boxes and trash bins are calendars as well, on some servers.
  if (types.some((type) => /inbox|outbox|trash|deleted|subscribed|notification/i.test(type))) return undefined
  const set = response.props.get('C:supported-calendar-component-set')
  const components = set && children(set, 'C:comp').map(({ attributes }) => (attributes['name'] ?? '').toUpperCase())
  const max = Number(textOf(response, home.way === 'caldav' ? 'C:max-resource-size' : 'CR:max-resource-size'))
  const owner = client.pathOf(children(response.props.get('D:owner'), 'D:href')[0]?.text.trim() || home.principal)
  const slug = decoded(path.replace(/\/$/, '').split('/').at(-1) ?? '')
  return {
    path: path.endsWith('/') ? path : `${path}/`,
    slug,
    displayName: textOf(response, 'D:displayname') || slug,
    called: textOf(response, 'F:called') || undefined,
    components: components === undefined || components.length === 0 ? undefined : components,
    maxBytes: max > 0 ? max : undefined,
    foreign: owner !== undefined && folder(owner) !== folder(home.principal),
  }
}

const folder = (path: string): string => decoded(path).replace(/\/?$/, '/')

/** Every calendar or address book of the account, in the order of the server. */
export async function listCollections(client: DavClient, home: Home, call: Call): Promise<readonly Standing[]> {
  const found: Standing[] = []
  const body = writeXml('D:propfind', ask(...PROPS))
  await client.multistatus(
    { method: 'PROPFIND', href: home.path, depth: '1', body, asks: 'look' },
    (response) => {
      const standing = standingOf(client, home, response)
      if (standing !== undefined) found.push(standing)
    },
    call,
  )
  return found
}

/** Whether it takes items of this kind. */
export const takes = ({ components }: Standing, kind: Kind): boolean =>
  kind === 'contact' || components === undefined || components.includes(kind === 'task' ? COMPONENT.task : COMPONENT.event)

import { guidFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import { type Component, KINDS, readComponent, serialise, textOf } from '../calendars/component.ts'
import { checkCalendar } from '../calendars/validate.ts'
import type { DavCollection } from '../dav/collection.ts'
import { keep } from '../dav/write.ts'
import { copyOf, newCalendar } from '../scheduling/message.ts'
import type { Call } from '../serve/answer.ts'
import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { ocsError } from './reply.ts'

interface Wish {
  readonly transaction: string
  readonly target: string
  readonly options: Readonly<Record<string, unknown>>
  readonly data: string
  readonly user: string | undefined
}

/** What became of one UID. */
interface Outcome {
  readonly uid: string
  readonly outcome: 'created' | 'updated' | 'exists' | 'error'
  readonly errors?: readonly string[]
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function wishIn({ body, headers }: Call): Wish {
  let parsed: unknown
  try {
    parsed = String(headers['content-type'] ?? '').includes('json')
      ? JSON.parse(body.toString())
      : Object.fromEntries(new URLSearchParams(body.toString()))
  } catch {
    parsed = {}
  }
  const facts: Readonly<Record<string, unknown>> = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  const { options } = facts
  return {
    transaction: text(facts['transaction']) ?? '',
    target: text(facts['target']) ?? '',
    options: typeof options === 'object' && options !== null ? { ...options } : {},
    data: text(facts['data']) ?? '',
    user: text(facts['user']),
  }
}

/** `POST /ocs/v2.php/calendar/import` of 32 and newer: past all scheduling, for any user by an administrator (facts 5.5). */
export function importCalendar(state: CloudState, viewer: CloudUser, call: Call): Reply {
  if (!state.rates.take(`import ${viewer.id}`, state.limits.importsPerHour, { now: state.now() }))
    return ocsError(429, 'Rate limit exceeded')
  const wish = wishIn(call)
  const refused = (error: string): Reply => ocsError(400, error)
  if (wish.user !== undefined && wish.user !== viewer.id && !viewer.admin) return ocsError(401, '')
  const user = wish.user === undefined ? viewer : state.users.get(wish.user)
  if (!user) return refused('user not found')
  const calendar = user.calendars.find(({ uri }) => uri === wish.target)
  if (!calendar) return refused(`Calendar <${wish.target}> not found`)
  if (calendar.birthdays) return refused(`Calendar <${wish.target}> is not writeable`)
  if (calendar.deletedAt !== undefined) return refused(`Calendar <${wish.target}> is deleted`)
  if (user !== viewer && calendar.owner !== user.id) return refused('user not found')
  let root: Component
  try {
    root = readComponent(wish.data)
  } catch (error) {
    return refused(`Error importing calendar data: ${error instanceof Error ? error.message : String(error)}`)
  }
  const lines = [
    { type: 'control', transaction: wish.transaction, disposition: 'start' },
    ...objectsIn(root).map((object) => ({
      ...importOne({ state, viewer, user, calendar }, object, wish.options['supersede'] === true),
      transaction: wish.transaction,
    })),
    { type: 'control', transaction: wish.transaction, disposition: 'end' },
  ]
  return { status: 200, body: [Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))], type: 'application/x-ndjson' }
}

/** One object for each UID, with the time zones of the whole. */
function objectsIn(root: Component): readonly Component[] {
  const objects = new Map<string, Component>()
  for (const kind of KINDS)
    for (const part of root.getAllSubcomponents(kind.toLowerCase())) {
      const uid = `${kind} ${textOf(part, 'uid') ?? ''}`
      const object = objects.get(uid) ?? newCalendar()
      object.addSubcomponent(copyOf(part))
      objects.set(uid, object)
    }
  for (const object of objects.values()) for (const zone of root.getAllSubcomponents('vtimezone')) object.addSubcomponent(copyOf(zone))
  return [...objects.values()]
}

interface Importing {
  readonly state: CloudState
  readonly viewer: CloudUser
  readonly user: CloudUser
  readonly calendar: DavCollection
}

/** A UID that any calendar of the user has is there already; names end in nothing. */
function importOne({ state, viewer, user, calendar }: Importing, object: Component, supersede: boolean): Outcome {
  const bytes = serialise(object)
  const given = object.getAllSubcomponents().flatMap((part) => textOf(part, 'uid') ?? [])[0]
  if (given === undefined) return { uid: 'noid', outcome: 'error', errors: ['One or more objects discovered without a UID'] }
  const there = user.calendars.flatMap(({ shelf, deletedAt }) => (deletedAt === undefined ? (shelf.byUid(given) ?? []) : []))[0]
  if (there && !supersede) return { uid: given, outcome: 'exists' }
  try {
    const checked = checkCalendar(bytes, { strict: false, components: KINDS, newUid: () => given, now: state.now() })
    const name = there && calendar.shelf.get(there.name) ? there.name : guidFrom(state.seed, 'import', state.nextId())
    keep(state, calendar, { name, bytes: checked.bytes, uid: given, component: checked.component }, { by: 'client', user: viewer.id })
  } catch (error) {
    if (error instanceof DavError) return { uid: given, outcome: 'error', errors: [error.message] }
    throw error
  }
  return { uid: given, outcome: there ? 'updated' : 'created' }
}

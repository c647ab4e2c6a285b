import type { OutlookControl, WorkDesks } from '@offramp/emulators'
import type { Audit } from './audit.ts'

/** An object of a DAV server as raw text, read by whoever can: files of its store, or a control interface. */
export type RawObject = string

const unfolded = (text: string): string => text.replaceAll(/\r?\n[ \t]/g, '')

/** The first of a property, as it stands, with its escapes undone. */
function propertyOf(text: string, name: string): string {
  const found = new RegExp(`^${name}(?:;[^:\\r\\n]*)?:(.*)$`, 'm').exec(unfolded(text))?.[1]?.trim() ?? ''
  return found.replaceAll(/\\([\\;,nN])/g, (_, mark: string) => (/n/i.test(mark) ? '\n' : mark))
}

const isOf = (part: string) => (text: RawObject) => new RegExp(`^BEGIN:${part}\\r?$`, 'm').test(text)

const count = (names: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function moreOften(these: readonly string[], those: readonly string[]): readonly string[] {
  const others = count(those)
  return [...count(these)].flatMap(([name, times]) => Array<string>(Math.max(0, times - (others.get(name) ?? 0))).fill(name))
}

const balance = (expected: readonly string[], found: readonly string[]): Audit => ({
  expected: expected.length,
  found: found.length,
  lost: moreOften(expected, found),
  doubled: moreOften(found, expected),
})

/** Numbers and names of an account's events (by UID), cards (by name) and tasks (by title). */
export interface GroupwareAudit {
  readonly events: Audit
  readonly contacts: Audit
  readonly tasks: Audit
}

interface Expected {
  readonly events: readonly string[]
  readonly contacts: readonly string[]
  readonly tasks: readonly string[]
}

function auditOf(expected: Expected, objects: readonly RawObject[]): GroupwareAudit {
  return {
    events: balance(
      expected.events,
      objects.filter(isOf('VEVENT')).map((text) => propertyOf(text, 'UID')),
    ),
    contacts: balance(
      expected.contacts,
      objects.filter(isOf('VCARD')).map((text) => propertyOf(text, 'FN')),
    ),
    tasks: balance(
      expected.tasks,
      objects.filter(isOf('VTODO')).map((text) => propertyOf(text, 'SUMMARY')),
    ),
  }
}

/** An account of the emulated tenant against what stands, without any of Offramp's code. */
export async function auditOutlook(desk: OutlookControl, objects: readonly RawObject[]): Promise<GroupwareAudit> {
  const owned = new Set((await desk.calendars()).filter(({ owned }) => owned).map(({ id }) => id))
  const events = (await desk.events()).filter(({ calendar }) => owned.has(calendar)).map(({ iCalUId }) => iCalUId)
  const contacts = (await desk.contacts()).map(({ displayName }) => displayName)
  const tasks = (await desk.tasks()).flatMap(({ title, steps }) => [title, ...steps.map(() => '')])
  const titled = tasks.filter((title) => title !== '')
  const withoutSteps = objects.filter((text) => !isOf('VTODO')(text) || propertyOf(text, 'RELATED-TO') === '')
  return auditOf({ events, contacts, tasks: titled }, withoutSteps)
}

/** The same for an account of the emulated Workspace domain. Its first name stands for a contact. */
export async function auditWork(desks: WorkDesks, objects: readonly RawObject[]): Promise<GroupwareAudit> {
  const skipped = new Set(['birthday', 'workingLocation'])
  const events = (await desks.calendars.items())
    .filter(({ event }) => !skipped.has(event.eventType ?? '') && event.status !== 'cancelled')
    .map(({ event }) => event.iCalUID ?? '')
  const contacts = (await desks.contacts.people()).map(({ names }) => names?.[0]?.displayName ?? '')
  const tasks = (await desks.tasks.tasks()).map(({ task }) => task.title ?? '')
  return auditOf({ events, contacts, tasks }, objects)
}

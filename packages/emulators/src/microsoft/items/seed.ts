import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type CalendarEvent, type Card, fromICalendar, fromVCard } from '@offramp/formats'
import { seedOfModel } from '../calendar/from-model.ts'
import { contactOfCard } from '../contacts/from-card.ts'
import type { AccountSeed } from '../options.ts'
import { generatedContact, generatedEvent, generatedTask } from './generate.ts'
import { hostileContacts, hostileEvents, hostileTasks } from './hostile.ts'
import type { Outlook } from './outlook.ts'

/** Fills calendars, contacts and tasks as the seed of an account says. Says what of given files could not be put in, a sentence each with the file's name. */
export function seedOutlook(outlook: Outlook, seed: AccountSeed, key: string): readonly string[] {
  const calendar = [...outlook.calendars.calendars.values()].find((each) => each.isDefault)
  const folder = [...outlook.contacts.folders.values()].find((each) => each.isDefault)
  const list = [...outlook.todo.lists.values()].find((each) => each.wellknown === 'defaultList')
  if (!calendar || !folder || !list) return []
  for (let n = 0; n < (seed.events ?? 0); n++) outlook.calendars.add(calendar, generatedEvent(key, n, seed.address))
  for (let n = 0; n < (seed.contacts ?? 0); n++) {
    const { contact, photo } = generatedContact(key, n)
    outlook.contacts.add(folder, contact, photo)
  }
  for (let n = 0; n < (seed.tasks ?? 0); n++) outlook.todo.add(list, generatedTask(key, n))
  if (seed.hostileItems !== undefined && seed.hostileItems !== false) {
    for (const each of hostileEvents(typeof seed.hostileItems === 'number' ? seed.hostileItems : undefined))
      outlook.calendars.add(calendar, each)
    for (const { contact, photo } of hostileContacts()) outlook.contacts.add(folder, contact, photo)
    for (const each of hostileTasks()) outlook.todo.add(list, each)
  }
  const untold: string[] = []
  for (const { name, bytes } of filesIn(seed.ics, '.ics')) {
    for (const model of entries<CalendarEvent>(name, () => fromICalendar(bytes), untold)) {
      const made = seedOfModel(model)
      untold.push(...made.untold.map((says) => `${name}: ${says}`))
      if (made.seed) outlook.calendars.add(calendar, made.seed)
    }
  }
  for (const { name, bytes } of filesIn(seed.vcf, '.vcf')) {
    for (const card of entries<Card>(name, () => fromVCard(bytes), untold)) {
      const { contact, photo } = contactOfCard(card)
      outlook.contacts.add(folder, contact, photo)
    }
  }
  return untold
}

/** Entries that could be read; why the others could not is told. */
function entries<Entry extends { readonly uid: string }>(
  name: string,
  read: () => readonly (Entry | Error)[],
  untold: string[],
): readonly Entry[] {
  try {
    return read().flatMap((each) => {
      if (!(each instanceof Error)) return [each]
      untold.push(`${name}: ${each.message}`)
      return []
    })
  } catch (error) {
    untold.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}

function filesIn(folder: string | undefined, ending: string): readonly { readonly name: string; readonly bytes: Buffer }[] {
  if (folder === undefined) return []
  return readdirSync(folder)
    .sort()
    .filter((name) => name.toLowerCase().endsWith(ending) && statSync(join(folder, name)).isFile())
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
}

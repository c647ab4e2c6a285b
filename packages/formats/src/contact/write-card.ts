import ICAL from 'ical.js'
import type { Written } from '../calendar/model.ts'
import { uidProperty } from '../calendar/write-calendar.ts'
import type { Choices } from '../choices.ts'
import { type Component, isInstant, property, utc } from '../ical/jcal.ts'
import { groups } from './labels.ts'
import type { Card } from './model.ts'
import { VCARD3, VCARD4 } from './vcard-design.ts'
import { writeAbout, writeKind } from './write-about.ts'
import { writeDates } from './write-dates.ts'
import { writeNames } from './write-names.ts'
import { writeReach } from './write-reach.ts'

const PRODID = '-//Offramp//Offramp//EN'

/**
 * A card as one vCard, 3.0 unless chosen otherwise: UTF-8, CRLF, folded. The same card gives the same bytes. Fault `item`/`not-understood` for what
 * makes no sense: a date that does not exist, no UID.
 */
export function writeCard(card: Card, choices: Choices['contacts'] = {}): Written {
  const version = choices.version ?? '3.0'
  const numbered = groups()
  const component: Component = [
    'vcard',
    [
      property('version', 'text', version),
      property('prodid', 'text', PRODID),
      uidProperty(card.uid),
      ...writeKind(card, version),
      ...writeNames(card, version),
      ...writeReach(card, { version, groups: numbered }),
      ...writeDates(card, version, numbered),
      ...writeAbout(card, version, numbered),
      ...(isInstant(card.modifiedAt) ? [property('rev', version === '3.0' ? 'date-time' : 'timestamp', utc(card.modifiedAt))] : []),
    ],
    [],
  ]
  const text = `${ICAL.stringify.component(component, version === '3.0' ? VCARD3 : VCARD4)}\r\n`
  return { bytes: Buffer.from(text, 'utf8'), losses: [] }
}

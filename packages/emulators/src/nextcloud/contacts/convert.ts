import ICAL from 'ical.js'
import { readComponent, serialise, textOf } from '../calendars/component.ts'

const APPLE = { kind: 'x-addressbookserver-kind', member: 'x-addressbookserver-member', anniversary: 'x-anniversary' } as const

/** A card in the version that a client takes: one of 4.0 is served as 3.0 to all that do not ask for more (facts 6). */
export function convertCard(bytes: Buffer, wanted: '3.0' | '4.0'): Buffer {
  let card: ReturnType<typeof readComponent>
  try {
    card = readComponent(bytes.toString())
  } catch {
    return bytes
  }
  if (textOf(card, 'version') === wanted) return bytes
  card.updatePropertyWithValue('version', wanted)
  for (const [four, three] of Object.entries(APPLE)) rename(card, wanted === '3.0' ? four : three, wanted === '3.0' ? three : four)
  if (wanted === '3.0') inlinePhotos(card)
  return serialise(card)
}

function rename(card: ReturnType<typeof readComponent>, from: string, to: string): void {
  for (const property of card.getAllProperties(from)) {
    const value: unknown = property.getFirstValue()
    card.removeProperty(property)
    card.addPropertyWithValue(to, String(value))
  }
}

/** `data:` addresses become base64, which is all that 3.0 knows. */
function inlinePhotos(card: ReturnType<typeof readComponent>): void {
  for (const name of ['photo', 'logo', 'sound']) {
    for (const property of card.getAllProperties(name)) {
      const found = /^data:(?:image|audio)\/([a-z0-9+.-]+);base64,(.*)$/is.exec(String(property.getFirstValue()))
      if (!found) continue
      card.removeProperty(property)
      const inline = new ICAL.Property([name, { encoding: 'b', type: (found[1] ?? '').toUpperCase() }, 'binary', found[2] ?? ''], card)
      card.addProperty(inline)
    }
  }
}

/** What an `Accept` or an `address-data` asks for. */
export const wantedVersion = (text: string | undefined): '3.0' | '4.0' => (/version="?4\.0/.test(text ?? '') ? '4.0' : '3.0')

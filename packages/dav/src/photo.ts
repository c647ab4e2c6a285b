import ICAL from 'ical.js'
import { PHOTO } from './limits.ts'

export const PHOTO_LOST = 'The photo was left out: no program here can read it.'
export const PHOTO_SMALLER = 'The photo was made smaller.'

export interface Scaled {
  readonly bytes: Uint8Array
  readonly losses: readonly string[]
}

const PREFIX = /^data:([\w/+.-]+)(?:;[\w=.-]+)*;base64,/i

interface Found {
  readonly property: ICAL.Property
  readonly bytes: Buffer
  readonly asData: boolean
}

/** A photo that stands in the card. One that is an address is left as it is: nothing is ever fetched. */
function photoOf(card: ICAL.Component): Found | undefined {
  const property = card.getFirstProperty('photo')
  const raw: unknown = property?.getFirstValue()
  const value = raw instanceof ICAL.Binary ? raw.value : raw
  if (property === null || property === undefined || typeof value !== 'string') return undefined
  const data = PREFIX.exec(value)
  if (data !== null) return { property, bytes: Buffer.from(value.slice(data[0].length), 'base64'), asData: true }
  const encoding = String(property.getParameter('encoding') ?? '').toLowerCase()
  if (encoding !== 'b' && encoding !== 'base64') return undefined
  return { property, bytes: Buffer.from(value, 'base64'), asData: false }
}

/** Smaller than so many pixels, and as JPEG, which every program shows. Undefined: it is no picture that can be read. */
async function scaled(photo: Buffer, pixels: number): Promise<Buffer | 'as it is' | undefined> {
  // Loaded where it is needed: most cards have no photo, and its library is large.
  const { default: sharp } = await import('sharp')
  try {
    const picture = sharp(photo, { limitInputPixels: PHOTO.inputPixels, failOn: 'error' })
    const { width, height, format } = await picture.metadata()
    if (format === undefined || format === 'svg' || format === 'pdf') return undefined
    const fits = Math.max(width, height) <= pixels && (format === 'jpeg' || format === 'png')
    if (fits && photo.length <= PHOTO.bytes) {
      // Reading it to its end shows whether it is whole.
      await picture.stats()
      return 'as it is'
    }
    const small = picture
      .rotate()
      .resize({ width: pixels, height: pixels, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
    return await small.jpeg({ quality: 85 }).toBuffer()
  } catch {
    return undefined
  }
}

/** A card whose photo has at most so many pixels a side. A photo that nothing can read is taken out, since servers and phones choke on it. */
export async function fitPhoto(bytes: Uint8Array, pixels: number = PHOTO.pixels): Promise<Scaled> {
  const text = Buffer.from(bytes).toString('utf8')
  if (!/^(?:[\w-]+\.)?PHOTO[;:]/im.test(text)) return { bytes, losses: [] }
  const card = ICAL.Component.fromString(text)
  const found = photoOf(card)
  if (found === undefined) return { bytes, losses: [] }
  const small = await scaled(found.bytes, pixels)
  if (small === 'as it is') return { bytes, losses: [] }
  card.removeAllProperties('photo')
  if (small !== undefined) card.addProperty(propertyOf(small, found.asData))
  return { bytes: Buffer.from(`${card.toString()}\r\n`, 'utf8'), losses: [small === undefined ? PHOTO_LOST : PHOTO_SMALLER] }
}

/** In the way of the card's version. */
function propertyOf(jpeg: Buffer, asData: boolean): ICAL.Property {
  const base64 = jpeg.toString('base64')
  return asData
    ? new ICAL.Property(['photo', {}, 'uri', `data:image/jpeg;base64,${base64}`], undefined)
    : new ICAL.Property(['photo', { encoding: 'B', type: 'JPEG' }, 'binary', base64], undefined)
}

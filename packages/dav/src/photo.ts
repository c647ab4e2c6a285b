import ICAL from 'ical.js'
import { exchangeLines } from './content-lines.ts'
import { PHOTO } from './limits.ts'

export const PHOTO_LOST = 'The photo was left out: no program here can read it.'
export const PHOTO_SMALLER = 'The photo was made smaller.'

export interface Scaled {
  readonly bytes: Uint8Array
  readonly losses: readonly string[]
}

const PREFIX = /^data:([\w/+.-]+)(?:;[\w=.-]+)*;base64,/i

interface Found {
  readonly bytes: Buffer
  readonly asData: boolean
}

/** A photo that stands in the card. One that is an address is left as it is: nothing is ever fetched. */
function photoIn(line: string): Found | undefined {
  const property = ICAL.Component.fromString(`BEGIN:VCARD\r\nVERSION:3.0\r\n${line}\r\nEND:VCARD\r\n`).getFirstProperty('photo')
  const raw: unknown = property?.getFirstValue()
  const value = raw instanceof ICAL.Binary ? raw.value : raw
  if (!property || typeof value !== 'string') return undefined
  const data = PREFIX.exec(value)
  if (data !== null) return { bytes: Buffer.from(value.slice(data[0].length), 'base64'), asData: true }
  const encoding = String(property.getParameter('encoding') ?? '').toLowerCase()
  return encoding === 'b' || encoding === 'base64' ? { bytes: Buffer.from(value, 'base64'), asData: false } : undefined
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
  const lines: string[] = []
  exchangeLines(bytes, 'PHOTO', (line) => {
    lines.push(line)
    return line
  })
  const losses = new Set<string>()
  const now = new Map<string, string | undefined>()
  for (const line of lines) {
    const found = photoIn(line)
    const small = found && (await scaled(found.bytes, pixels))
    if (found === undefined || small === 'as it is') now.set(line, line)
    else {
      losses.add(small === undefined ? PHOTO_LOST : PHOTO_SMALLER)
      now.set(line, small && lineOf(small, found.asData))
    }
  }
  return losses.size === 0 ? { bytes, losses: [] } : { bytes: exchangeLines(bytes, 'PHOTO', (line) => now.get(line)), losses: [...losses] }
}

/** In the way of the card's version. */
const lineOf = (jpeg: Buffer, asData: boolean): string =>
  asData ? `PHOTO:data:image/jpeg;base64,${jpeg.toString('base64')}` : `PHOTO;ENCODING=b;TYPE=JPEG:${jpeg.toString('base64')}`

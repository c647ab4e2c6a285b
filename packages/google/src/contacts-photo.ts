import { type Call, Fault } from '@offramp/core'
import type { Photo } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import type { PeopleClient } from './client.ts'

export const PHOTO_LOSS = 'Its picture could not be read from Google.'
export const LARGE_PHOTO_LOSS = 'Its picture is larger than a card can reasonably hold.'
export const ODD_PHOTO_LOSS = 'Its picture is not in a format that cards hold.'

/** What stands at the start of each sort of picture: a host may call it anything. */
const SORTS: readonly (readonly [mediaType: string, starts: (bytes: Buffer) => boolean])[] = [
  ['image/jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['image/png', (bytes) => bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))],
  ['image/gif', (bytes) => bytes.subarray(0, 4).toString('latin1') === 'GIF8'],
  ['image/webp', (bytes) => bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP'],
]

/** The address of a contact's own picture; Google draws letters for those who have none (`default`). */
export function photoUrl(person: Json): string | undefined {
  const photo = objectsOf(person['photos']).find((each) => each['default'] !== true && textOf(each['url']) !== undefined)
  const source = objectOf(objectOf(photo?.['metadata'])['source'])['type']
  return source === 'PROFILE' ? undefined : textOf(photo?.['url'])
}

/** Google's host scales a picture by the end of its address. */
const sized = (url: string, pixels: number): string =>
  /=[sw]\d+[\w-]*$/.test(url)
    ? url.replace(/=[sw]\d+[\w-]*$/, `=s${pixels}`)
    : /\?/.test(url)
      ? url
      : `${url}${url.includes('googleusercontent') ? `=s${pixels}` : ''}`

interface PhotoWish {
  readonly client: PeopleClient
  readonly pixels: number
  readonly note: (loss: string) => void
}

/**
 * A contact's picture. The address was written by nobody knows whom, so it is asked without a token, over https, and never in this network or its
 * cloud; what is wrong with a picture for good is told, and the card goes without. Throws what will pass.
 */
export async function readPhoto(person: Json, { client, pixels, note }: PhotoWish, call: Call): Promise<Photo | undefined> {
  const url = photoUrl(person)
  if (url === undefined) return undefined
  try {
    const { bytes } = await client.photo(sized(url, pixels), call)
    const head = Buffer.from(bytes.subarray(0, 16))
    const sort = SORTS.find(([, starts]) => starts(head))
    if (sort === undefined) note(ODD_PHOTO_LOSS)
    return sort === undefined ? undefined : { mediaType: sort[0], bytes }
  } catch (thrown) {
    call.signal.throwIfAborted()
    if (!(thrown instanceof Fault) || !isForGood(thrown)) throw thrown
    note(thrown.code === 'http-too-long' ? LARGE_PHOTO_LOSS : PHOTO_LOSS)
    return undefined
  }
}

/** A server that is down comes back; an address that leads nowhere does not. */
const isForGood = ({ reach, code, connection }: Fault): boolean =>
  code === 'http-too-long' ||
  code === 'http-told-refused' ||
  code === 'http-untrusted' ||
  code === 'http-redirect' ||
  code === 'http-no-such-host' ||
  code === 'http-wrong-content' ||
  (reach !== 'gate' && !connection && /^(http-4\d\d|http-gone|http-not-found|google-gone|google-bad-request)$/.test(code)) ||
  reach === 'item' ||
  reach === 'account'

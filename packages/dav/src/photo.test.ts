import { randomBytes } from 'node:crypto'
import { differences, fromVCard, writeCard } from '@offramp/formats'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { fitPhoto, PHOTO_LOST, PHOTO_SMALLER } from './photo.ts'

const noise = (side: number) => sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })

const card = (version: '3.0' | '4.0', mediaType: string, bytes: Uint8Array): Uint8Array =>
  writeCard(
    { uid: 'a', fullName: 'Ärla; Bé, "C"', note: 'one\ntwo', birthday: { month: 5, day: 1 }, photo: { mediaType, bytes } },
    { version },
  ).bytes

const bare = (bytes: Uint8Array): Uint8Array => {
  const [read] = fromVCard(bytes)
  if (read === undefined || read instanceof Error) throw new Error('no card')
  const { photo: _, ...rest } = read
  return writeCard(rest).bytes
}

const photoOf = (bytes: Uint8Array): Uint8Array | undefined => {
  const [read] = fromVCard(bytes)
  return read === undefined || read instanceof Error ? undefined : read.photo?.bytes
}

test.each(['3.0', '4.0'] as const)(
  'a photo of 12 MB becomes a small JPEG, and the rest of a card of %s stays what it was',
  async (version) => {
    const large = await noise(2000).png({ compressionLevel: 0 }).toBuffer()
    expect(large.length).toBeGreaterThan(11_000_000)
    const before = card(version, 'image/png', large)
    const { bytes, losses } = await fitPhoto(before)
    expect(losses).toEqual([PHOTO_SMALLER])
    const photo = await sharp(photoOf(bytes)).metadata()
    expect([photo.format, photo.width, photo.height]).toEqual(['jpeg', 512, 512])
    expect(differences('contact', bare(before), bare(bytes))).toEqual([])
  },
)

test('a small photo is not touched; a smaller side may be asked for', async () => {
  const small = card('3.0', 'image/jpeg', await noise(100).jpeg().toBuffer())
  expect(await fitPhoto(small)).toEqual({ bytes: small, losses: [] })
  const { bytes } = await fitPhoto(small, 48)
  expect((await sharp(photoOf(bytes)).metadata()).width).toBe(48)
})

test.each([
  ['garbage', Buffer.from('this is no picture')],
  ['half a picture', async () => (await noise(300).jpeg().toBuffer()).subarray(0, 9_000)],
  ['a drawing with scripts', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>')],
])('%s is taken out and told as a loss', async (_, made) => {
  const { bytes, losses } = await fitPhoto(card('3.0', 'image/jpeg', typeof made === 'function' ? await made() : made))
  expect(losses).toEqual([PHOTO_LOST])
  expect(photoOf(bytes)).toBeUndefined()
})

test('an address instead of a photo is never fetched, and stays', async () => {
  const text = 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:A\r\nN:A;;;;\r\nPHOTO;VALUE=uri:http://localhost:6379/\r\nEND:VCARD\r\n'
  expect(Buffer.from((await fitPhoto(Buffer.from(text))).bytes).toString()).toBe(text)
})

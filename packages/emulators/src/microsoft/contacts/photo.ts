import type { PhotoSeed } from './contacts.ts'

/** A JPEG of one grey pixel (JFIF, 8 by 8 blocks), as small as they come. */
const PIXEL = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
  'base64',
)

/** A photo's bytes. One of a size is the pixel with a comment behind its first marker, so that it stays a picture. */
export function photoBytes(photo: PhotoSeed): Buffer {
  if ('base64' in photo) return Buffer.from(photo.base64, 'base64')
  const comments: Buffer[] = []
  for (let left = Math.max(0, photo.size - PIXEL.length); left > 4; ) {
    const length = Math.min(65_535, left)
    const comment = Buffer.alloc(length, 0x20)
    comment.writeUInt16BE(0xfffe, 0)
    comment.writeUInt16BE(length - 2, 2)
    comments.push(comment)
    left -= length
  }
  return Buffer.concat([PIXEL.subarray(0, 2), ...comments, PIXEL.subarray(2)])
}

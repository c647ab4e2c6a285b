import { type Asked, header } from '../dav/asked.ts'
import { DavError } from '../serve/errors.ts'

/** Facts 4.3: anything older, negative or no number is a 500, although the bytes are stored. */
const OLDEST_SECONDS = 86_401

/** 10 May 2446: the last that ext4 can hold (seen on Nextcloud 32.0.1). */
const LATEST_SECONDS = 15_032_385_535

/** Seconds that a client has named; 500 for those that Nextcloud does not take. */
export function secondsIn(text: string): number {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text))
    throw new DavError(500, { message: 'X-OC-MTime header must be an integer (unix timestamp).', exception: 'InvalidArgumentException' })
  const seconds = Math.trunc(Number(text))
  if (seconds < OLDEST_SECONDS)
    throw new DavError(500, {
      message: 'X-OC-MTime header must be a valid positive unix timestamp greater than one day',
      exception: 'InvalidArgumentException',
    })
  return Math.min(seconds, LATEST_SECONDS)
}

export interface Times {
  readonly modified: number | undefined
  readonly created: number | undefined
}

/** `X-OC-MTime` and `X-OC-CTime`. */
export function timesIn(asked: Asked): Times {
  const [modified, created] = [header(asked, 'x-oc-mtime'), header(asked, 'x-oc-ctime')]
  return {
    modified: modified === undefined || modified === '' ? undefined : secondsIn(modified),
    // What PHP takes for nothing is none (seen on Nextcloud 32.0.1).
    created: created === undefined || created === '' || created === '0' ? undefined : secondsIn(created),
  }
}

export const acceptedTimes = ({ modified, created }: Times): Readonly<Record<string, string>> => ({
  ...(modified !== undefined && { 'x-oc-mtime': 'accepted' }),
  ...(created !== undefined && { 'x-oc-ctime': 'accepted' }),
})

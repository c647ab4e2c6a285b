import type { DestinationProfile, SourceProfile, Trait } from '@offramp/core'
import { losses } from '@offramp/engine'

/** What an owner will miss where a trait is not kept. */
const WORDS: Readonly<Record<Trait, string>> = {
  read: 'whether it was read',
  flagged: 'the flag or star',
  answered: 'whether it was answered',
  forwarded: 'whether it was forwarded',
  draft: 'that it is a draft',
  importance: 'its importance (high, low)',
  receivedAt: 'when it was received: it will show another date',
  modifiedAt: 'when it was last changed',
  createdAt: 'when it was made',
  keywords: 'categories and labels',
}

/** What of one lane does not survive the way. Known before anything is moved. */
export interface Losses {
  readonly traits: readonly Trait[]
  /** Items larger than this are skipped. */
  readonly maxItemBytes?: number
}

/** The loss report falls out of two profiles: what the source offers, minus what the destination keeps. */
export function lossesOf(source: SourceProfile, destination: DestinationProfile): Losses {
  const traits = losses(source.offers, destination.keeps)
  return destination.maxItemBytes === undefined ? { traits } : { traits, maxItemBytes: destination.maxItemBytes }
}

/** One sentence a loss, for people. */
export function lossLines(lost: Losses): readonly string[] {
  const lines = lost.traits.map((trait) => `Not kept at the destination: ${WORDS[trait]}.`)
  if (lost.maxItemBytes !== undefined)
    lines.push(
      `Items larger than ${Math.floor(lost.maxItemBytes / 1_048_576)} MiB are skipped and listed: the destination accepts no larger ones.`,
    )
  return lines
}

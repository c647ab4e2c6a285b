import type { Trait } from '@offramp/core'

/** What the destination cannot keep of what the source offers, in the source's order: to be shown before anything moves. */
export const losses = (offers: readonly Trait[], keeps: readonly Trait[]): readonly Trait[] =>
  offers.filter((trait) => !keeps.includes(trait))

import type { Receipt } from '@offramp/core'

/** Names a copy at the destination, for sets and maps. */
export const copyKey = ({ place, locator }: Receipt): string => `${place}\n${locator}`

export const isSameCopy = (a: Receipt, b: Receipt): boolean => a.place === b.place && a.locator === b.locator

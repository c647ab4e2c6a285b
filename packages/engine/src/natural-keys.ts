/**
 * A natural key as two ends may both know it: servers fold, trim and re-bracket a Message-ID. Only ever a hint that it is worth
 * comparing content.
 */
export const looseKey = (naturalKey: string): string => naturalKey.replace(/[\s<>]+/g, '').toLowerCase()

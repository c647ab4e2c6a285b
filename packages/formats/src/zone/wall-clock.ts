import { offsetAt } from './offset-at.ts'

/** What the clock on the wall shows at an instant (milliseconds since the Unix epoch): `YYYY-MM-DDTHH:MM:SS`. Fault `item` for a zone that does not exist. */
export const wallClock = (ms: number, zone: string): string => new Date(ms + offsetAt(zone, ms)).toISOString().slice(0, 19)

export { ianaZone } from './iana-zone.ts'
export { instantOf } from './instant-of.ts'
export { wallClock } from './wall-clock.ts'

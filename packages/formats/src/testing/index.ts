export { expand, instantBy, type Time } from './expand.ts'
export { type Expected, type GraphRange, type MadeSeries, madeSeries, WINDOW } from './made-series.ts'
export type { DayName, GraphPattern } from './patterns.ts'
export { type Random, randomFrom } from './random.ts'

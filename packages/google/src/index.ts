export { googleSource } from './endpoint.ts'
export type { GoogleLimits, GoogleSettings, LabelPolicy, ServiceAccount } from './settings.ts'

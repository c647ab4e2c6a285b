export { CLOUDS, type Cloud, type CloudHosts } from './clouds.ts'
export { microsoftSource } from './endpoint.ts'
export type { AppCredential, Certificate, MicrosoftSettings } from './settings.ts'

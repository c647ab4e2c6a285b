import type { ImapFlowOptions } from 'imapflow'
import type { Credentials } from './login.ts'
import type { ImapSettings } from './settings.ts'

/** imapflow's options: encrypted or not at all, no idling, no compression unless asked for, nothing logged. */
export function optionsOf(settings: ImapSettings, credentials: Credentials): ImapFlowOptions {
  const { timeouts = {}, security } = settings
  return {
    host: settings.host,
    port: settings.port,
    secure: security === 'tls',
    // Without it imapflow falls back to clear text when STARTTLS is taken out on the way.
    ...(security === 'tls' ? {} : { doSTARTTLS: security === 'starttls' }),
    ...(settings.certificateName === undefined ? {} : { servername: settings.certificateName }),
    tls: { minVersion: 'TLSv1.2', ...(settings.ca === undefined ? {} : { ca: settings.ca }) },
    auth: credentials.auth,
    logger: false,
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableCompression: settings.compress !== true,
    connectionTimeout: timeouts.connect ?? 30_000,
    greetingTimeout: timeouts.greeting ?? 20_000,
    socketTimeout: timeouts.socket ?? 180_000,
    clientInfo: { name: 'Offramp' },
  }
}

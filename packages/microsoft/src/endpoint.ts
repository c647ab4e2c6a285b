import { Fault, type Services, type SourceEndpoint } from '@offramp/core'
import { makeWire } from '@offramp/wire'
import { makeGraph } from './client.ts'
import { readAccount, readAccounts } from './directory.ts'
import { classify } from './faults.ts'
import { mailSource } from './mail.ts'
import { readMailSettings } from './mail-settings.ts'
import { preflight } from './preflight.ts'
import { hostsOf, type MicrosoftSettings, USER_AGENT } from './settings.ts'
import { graphTokens } from './token.ts'

/** A Microsoft 365 tenant to read from, app-only. Throws a `run` fault for settings that cannot be right; asks nobody yet. */
export function microsoftSource(settings: MicrosoftSettings, services: Services): SourceEndpoint {
  const hosts = hostsOf(settings)
  const wire = makeWire({
    ...services,
    userAgent: settings.userAgent ?? USER_AGENT,
    classify,
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
  })
  const { clock } = services
  const tokens = graphTokens(settings, { wire, hosts, ...services })
  const graph = makeGraph(settings, { wire, tokens, hosts })
  return {
    name: settings.name,
    kinds: ['mail'],
    check: (asked, call) => preflight({ settings, graph, tokens, clock }, asked, call),
    accounts: (call) => readAccounts(graph, call),
    account: (name, call) => readAccount(graph, name, call),
    async connect(account, kind) {
      if (kind === 'mail') return mailSource(graph, account, services)
      const message = `Endpoint ${settings.name} moves mail; ${kind} of Microsoft 365 is not among the kinds it names.`
      throw new Fault({ reach: 'run', code: 'microsoft-kind', message, remedy: `Take ${kind} out of the project.` })
    },
    mailSettings: (account, call) => readMailSettings(graph, account, call),
    close: () => wire.close(),
  }
}

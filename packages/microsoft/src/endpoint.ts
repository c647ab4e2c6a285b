import { Fault, type Services, type SourceEndpoint } from '@offramp/core'
import { makeWire } from '@offramp/wire'
import { readShares } from './calendar-shares.ts'
import { calendarSource } from './calendars.ts'
import { makeGraph } from './client.ts'
import { contactSource } from './contacts.ts'
import { readAccount, readAccounts } from './directory.ts'
import { classify } from './faults.ts'
import { mailSource } from './mail.ts'
import { readMailSettings } from './mail-settings.ts'
import { preflight } from './preflight.ts'
import { hostsOf, type MicrosoftSettings, USER_AGENT } from './settings.ts'
import { taskSource } from './tasks.ts'
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
    kinds: ['mail', 'event', 'contact', 'task'],
    check: (asked, call) => preflight({ settings, graph, tokens, clock }, asked, call),
    accounts: (call) => readAccounts(graph, call),
    account: (name, call) => readAccount(graph, name, call),
    async connect(account, kind) {
      const given = { ...services, ...(settings.choices === undefined ? {} : { choices: settings.choices }) }
      if (kind === 'mail') return mailSource(graph, account, services)
      if (kind === 'event') return calendarSource(graph, account, given)
      if (kind === 'contact') return contactSource(graph, account, given)
      if (kind === 'task') return taskSource(graph, account, services)
      const message = `Endpoint ${settings.name} moves mail, calendars, contacts and tasks; ${kind} of Microsoft 365 is not among the kinds it names.`
      throw new Fault({ reach: 'run', code: 'microsoft-kind', message, remedy: `Take ${kind} out of the project.` })
    },
    async *shares(account, kind, call) {
      if (kind !== 'event') return
      const user = `/users/${encodeURIComponent(account.id)}`
      yield* readShares({ mailbox: graph.mailbox(account), user, account, choices: settings.choices?.calendars, zone: undefined }, call)
    },
    mailSettings: (account, call) => readMailSettings(graph, account, call),
    close: () => wire.close(),
  }
}

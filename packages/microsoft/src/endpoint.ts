import { type Account, type Call, Fault, type Services, type Share, type SourceEndpoint } from '@offramp/core'
import { makeWire } from '@offramp/wire'
import { readShares } from './calendar-shares.ts'
import { calendarSource } from './calendars.ts'
import { makeGraph } from './client.ts'
import { contactSource } from './contacts.ts'
import { isDenied, readAccount, readAccounts } from './directory.ts'
import { makeDrives } from './drive-client.ts'
import { domainsOf, organisationsOf, readDriveShares } from './drive-shares.ts'
import { classify } from './faults.ts'
import { driveClientOf, fileSource } from './files.ts'
import { mailSource } from './mail.ts'
import { readMailSettings } from './mail-settings.ts'
import { preflight } from './preflight.ts'
import { hostsOf, type MicrosoftSettings, USER_AGENT } from './settings.ts'
import { isSiteName, listsSites, readSite, readSites } from './sites.ts'
import { taskSource } from './tasks.ts'
import { graphTokens, rolesIn } from './token.ts'

const filesAlone = (account: Account): Fault =>
  new Fault({
    reach: 'account',
    code: 'microsoft-site',
    message: `${account.name} is a site, which has files and nothing else.`,
    remedy: 'Move its files alone, and mail and calendars of its people with these.',
  })

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
  const drives = makeDrives(settings, { wire, tokens, hosts, ...services })

  async function* driveShares(account: Account, call: Call): AsyncGenerator<Share> {
    let organisations: ReturnType<typeof organisationsOf> = []
    try {
      organisations = organisationsOf(await graph.directory.json({ path: '/organization?$select=verifiedDomains', asks: 'users' }, call))
    } catch (thrown) {
      // Without Organization.Read.All the account's own domains tell who is of the house.
      if (!isDenied(thrown)) throw thrown
    }
    yield* readDriveShares({ client: driveClientOf(drives, account), account, domains: domainsOf(organisations, account) }, call)
  }

  return {
    name: settings.name,
    kinds: ['mail', 'event', 'contact', 'task', 'file'],
    check: (asked, call) => preflight({ settings, graph, drives, tokens, clock }, asked, call),
    async *accounts(call) {
      const roles = rolesIn(await tokens.token(call))
      yield* readAccounts({ graph, roles }, call)
      if (listsSites(roles)) yield* readSites(drives, call)
    },
    async account(name, call) {
      if (isSiteName(name.trim())) return readSite(drives, name.trim(), call)
      return readAccount({ graph, roles: rolesIn(await tokens.token(call)) }, name, call)
    },
    async connect(account, kind) {
      const given = { ...services, ...(settings.choices === undefined ? {} : { choices: settings.choices }) }
      if (account.kind === 'site' && kind !== 'file') throw filesAlone(account)
      if (kind === 'mail') return mailSource(graph, account, services)
      if (kind === 'event') return calendarSource(graph, account, given)
      if (kind === 'contact') return contactSource(graph, account, given)
      if (kind === 'task') return taskSource(graph, account, services)
      if (kind === 'file') return fileSource(drives, account, given)
      const message = `Endpoint ${settings.name} moves mail, calendars, contacts, tasks and files; ${kind} of Microsoft 365 is not among the kinds it names.`
      throw new Fault({ reach: 'run', code: 'microsoft-kind', message, remedy: `Take ${kind} out of the project.` })
    },
    async *shares(account, kind, call) {
      if (kind === 'file') yield* driveShares(account, call)
      if (kind !== 'event') return
      const user = `/users/${encodeURIComponent(account.id)}`
      yield* readShares({ mailbox: graph.mailbox(account), user, account, choices: settings.choices?.calendars, zone: undefined }, call)
    },
    mailSettings: (account, call) => readMailSettings(graph, account, call),
    close: () => wire.close(),
  }
}

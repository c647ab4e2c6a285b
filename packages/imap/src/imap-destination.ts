import { type Call, type Destination, type DestinationEndpoint, Fault, type Services } from '@offramp/core'
import { check } from './check.ts'
import { makeDestination, profileOf } from './destination.ts'
import { type Refusals, Session } from './session.ts'
import { cautionOf, type ImapSettings } from './settings.ts'

/** Any IMAP server as a destination for mail. Nothing is connected before `check` or `connect` is asked. */
export function imapDestination(settings: ImapSettings, services: Services): DestinationEndpoint {
  const refusals: Refusals = new Map()
  const open = new Set<Session>()
  const session = (account: string): Session => {
    const made = new Session({ settings, services, account, refusals })
    open.add(made)
    return made
  }
  const caution = cautionOf(settings)

  const connect = async (account: string, call: Call): Promise<Destination> => {
    const made = session(account)
    try {
      const destination = makeDestination(made, await profileOf(made, call))
      return {
        ...destination,
        async close() {
          open.delete(made)
          await made.close()
        },
      }
    } catch (thrown) {
      open.delete(made)
      await made.close()
      throw thrown
    }
  }

  return {
    name: settings.name,
    kinds: ['mail'],
    addressOf: (account) => `imap://${settings.host.toLowerCase()}:${settings.port}/${account.toLowerCase()}`,
    ...(caution === undefined ? {} : { caution }),
    check: (asked, call) => check({ settings, session }, asked, call),
    async connect(account, kind, call) {
      if (kind === 'mail') return connect(account, call)
      throw new Fault({
        reach: 'run',
        code: 'imap-kind',
        message: `An IMAP server holds mail only, and ${kind} was asked of ${settings.name}.`,
        remedy: 'Give another destination for it.',
      })
    },
    async close() {
      await Promise.all([...open].map((one) => one.close()))
      open.clear()
    },
  }
}

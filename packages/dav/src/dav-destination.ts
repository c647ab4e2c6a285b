import { type Call, type Destination, type DestinationEndpoint, Fault, type Kind, type Services } from '@offramp/core'
import { check } from './check.ts'
import { type DavHost, makeClient, openHost } from './client.ts'
import type { DavKind, Desk } from './desk.ts'
import { makeDestination } from './destination.ts'
import { discover } from './discover.ts'
import { fileSpaceOf } from './file-space.ts'
import { Places } from './prepare.ts'
import { type Proofs, silenceOf } from './prove-silence.ts'
import { recognise } from './server.ts'
import { baseOf, cautionOf, type DavSettings } from './settings.ts'
import { methodFor } from './silence.ts'

const KINDS: readonly DavKind[] = ['event', 'task', 'contact']

const isDavKind = (kind: Kind): kind is DavKind => KINDS.some((one) => one === kind)

/** Finds the account's home for a kind, and lays out what its operations need. Writes nothing. */
export async function openDesk(
  { host, proofs, places }: { readonly host: DavHost; readonly proofs: Proofs; readonly places: Map<string, Places> },
  { account, kind }: { readonly account: string; readonly kind: DavKind },
  call: Call,
): Promise<Desk> {
  const { settings, services } = host
  const client = makeClient(host, account)
  const home = await discover(client, host.base, kind === 'contact' ? 'carddav' : 'caldav', call)
  const server = await recognise(client, home, call)
  // One book of places for all destinations of an account in this process, so that each collection is made once.
  const key = JSON.stringify([account, kind])
  const shared = places.get(key) ?? new Places({ client, home, kind, now: () => services.clock.now() })
  places.set(key, shared)
  const files = kind === 'contact' ? undefined : fileSpaceOf(client, { server, home }, settings.fileSpace)
  const silence = silenceOf(methodFor(server, kind, settings.silence), proofs, () => desk)
  const desk: Desk = { settings, services, client, home, server, kind, places: shared, silence, files }
  return desk
}

/** Any CalDAV and CardDAV server as a destination for events, tasks and contacts. Nothing is connected before `check` or `connect` is asked. */
export function davDestination(settings: DavSettings, services: Services): DestinationEndpoint {
  const base = baseOf(settings)
  const host = openHost(settings, services)
  const shared = { host, proofs: new Map<string, Promise<string>>(), places: new Map<string, Places>() }
  const caution = cautionOf(settings)
  const desk = (account: string, kind: DavKind, call: Call): Promise<Desk> => openDesk(shared, { account, kind }, call)

  const connect = async (account: string, kind: Kind, call: Call): Promise<Destination> => {
    if (!isDavKind(kind)) throw wrongKind(settings, kind)
    return makeDestination(await desk(account, kind, call), async () => undefined)
  }

  return {
    name: settings.name,
    kinds: KINDS,
    addressOf: (account) => `dav://${base.host.toLowerCase()}${base.pathname.replace(/\/$/, '')}/${account.toLowerCase()}`,
    ...(caution === undefined ? {} : { caution }),
    check: (asked, call) => check({ settings, base, desk }, asked, call),
    connect,
    close: () => host.close(),
  }
}

const wrongKind = ({ name }: DavSettings, kind: Kind): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-kind',
    message: `A CalDAV and CardDAV server holds events, tasks and contacts, and ${kind} was asked of ${name}.`,
    remedy: 'Give another destination for it.',
  })

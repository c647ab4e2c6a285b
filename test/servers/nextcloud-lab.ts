import type { DestinationLab, DestinationPerson, Seen } from '@offramp/conformance'
import type { Place, Receipt } from '@offramp/core'
import type { EmulatedNextcloud, UserControl } from '@offramp/emulators'
import { type DavKind, openDavLab, uncountable } from './dav-lab.ts'

interface Wish {
  readonly cloud: EmulatedNextcloud
  readonly kind: DavKind
  readonly account: string
}

const ROOTS: Readonly<Record<DavKind, string>> = { event: 'calendars', task: 'calendars', contact: 'addressbooks' }

/** The suite's far side on an emulated Nextcloud (over plain HTTP): the person and the eyes are the emulator's own. */
export async function openNextcloudLab({ cloud, kind, account }: Wish): Promise<DestinationLab> {
  const user = cloud.user(account)
  const { appPassword } = await user.credentials()
  const root = ROOTS[kind]
  const home = `/remote.php/dav/${root === 'calendars' ? '' : 'addressbooks/users/'}${root === 'calendars' ? 'calendars/' : ''}${account}/`
  const refusable = kind === 'event' ? { refusable: uncountable } : {}
  const lab = await openDavLab({ kind, url: cloud.url, account, pass: appPassword, home, ...refusable })
  return { ...lab, person: personOf(user, kind), peek: () => peek(user, root) }
}

async function peek(user: UserControl, root: string): Promise<readonly Seen[]> {
  const names = new Map((await user.collections()).map(({ uri, displayName }) => [uri, displayName]))
  return (await user.stored(`${root}/`)).map(({ path, text }) => {
    const [, uri = '', locator = ''] = path.split('/')
    return { place: names.get(uri) ?? uri, locator, body: Buffer.from(text), traits: {} }
  })
}

function personOf(user: UserControl, kind: DavKind): DestinationPerson {
  let added = 0
  const end = kind === 'contact' ? 'vcf' : 'ics'
  const within = (id: string): string => `${ROOTS[kind]}/${decodeURIComponent(id.split('/').at(-2) ?? '')}`
  const pathOf = ({ place, locator }: Receipt): string => `${within(place)}/${locator}`
  return {
    add: async ({ id }: Place, body) => user.write(`${within(id)}/a-person-${added++}.${end}`, Buffer.from(body).toString()),
    flag: async () => undefined,
    edit: async (receipt, body) => user.write(pathOf(receipt), Buffer.from(body).toString()),
    move: async (receipt, to) => user.move(pathOf(receipt), `${within(to.id)}/${receipt.locator}`),
    remove: async (receipt) => user.remove(pathOf(receipt)),
  }
}

import type { DestinationLab } from '@offramp/conformance'
import type { FilesSettings } from '@offramp/dav'
import { filesEndpoint, soonPut } from './files-desk.ts'
import { openFilesLab } from './files-lab.ts'
import { httpShelf } from './http-shelf.ts'

export interface TeamLabWish {
  readonly url: string
  /** The account's own folder. */
  readonly root: string
  readonly account: string
  readonly pass: string
  readonly admin: { readonly login: string; readonly pass: string }
  /** Somebody who is let in, so that everything which comes has to be closed to them first. */
  readonly member: string
  readonly team: string
  readonly live?: true
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Takes everything out of the Team folder; the folder itself stays, as whoever is in it does. */
async function empty({ root, account, pass, team }: TeamLabWish): Promise<void> {
  const headers = { authorization: `Basic ${base64(`${account}:${pass}`)}`, depth: '1' }
  const at = `${root}${encodeURIComponent(team)}/`
  const listed = await (await fetch(at, { method: 'PROPFIND', headers })).text()
  for (const [, href = ''] of listed.matchAll(/href>([^<]*)<\/[^>]*href>/g)) {
    const one = new URL(href, root)
    if (one.pathname.replace(/\/$/, '') === new URL(at).pathname.replace(/\/$/, '')) continue
    const answer = await fetch(one, { method: 'DELETE', headers })
    if (answer.status > 299) throw new Error(`DELETE ${href}: ${answer.status} ${await answer.text()}`)
  }
}

/** What is otherwise in a Team folder than among an account's own files. */
export const TEAM_WAIVED: Readonly<Record<string, string>> = {
  'files: empty folders of our own go, one in another, and come again where they are needed again':
    'nothing in a Team folder could be put back for certain, so that empty folders stay and are told of',
}

const opened = new Set<string>()

const provisionOf = ({ admin }: TeamLabWish): NonNullable<FilesSettings['provision']> => ({
  admin: admin.login,
  secret: async () => admin.pass,
  accounts: false,
})

/** Makes it, and lets the member in. */
async function openTeam(wish: TeamLabWish): Promise<void> {
  const { url, account, pass, member, team } = wish
  const endpoint = filesEndpoint(url, pass, { provision: provisionOf(wish) })
  try {
    const destination = await endpoint.inTeam?.(team).connect(account, 'file', soonPut())
    const { id } = (await destination?.prepare({ id: 'root', path: [] }, soonPut())) ?? {}
    if (id === undefined) throw new Error('There are no Team folders.')
    const who = { kind: 'user' as const, id: member }
    const rules = [{ place: id, access: [{ ...who, may: 'write' as const }] }]
    await destination?.team?.open({ members: [{ ...who, most: 'write' }], rules, places: [id] }, soonPut())
  } finally {
    await endpoint.close?.()
  }
}

/** The suite's far side in a Team folder that somebody has been let into already. */
export async function openTeamFilesLab(wish: TeamLabWish): Promise<DestinationLab> {
  const { url, account, pass, team, live } = wish
  if (!opened.has(url)) await openTeam(wish)
  opened.add(url)
  await empty(wish)
  return openFilesLab({
    url,
    account,
    pass,
    team,
    settings: { provision: provisionOf(wish) },
    shelf: httpShelf({ url: wish.root, user: account, pass, below: team }),
    // New files are brought to their names last.
    lastStep: 'MOVE /',
    ...(live === undefined ? {} : { live, clean: () => empty(wish) }),
  })
}

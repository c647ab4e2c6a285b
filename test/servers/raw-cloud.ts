import type { Receipt } from '@offramp/core'

/** An account on a Nextcloud, asked with nothing of the connector. */
export interface RawCloud {
  readonly url: string
  readonly user: string
  readonly pass: string
}

async function ask({ url, user, pass }: RawCloud, method: string, path: string, more: RequestInit = {}): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`
  // One connection for each: a server that has just closed an idle one would fail a request that says nothing of it.
  const headers = { authorization, depth: '1', connection: 'close', ...more.headers }
  const answer = await fetch(new URL(path, url), { ...more, method, headers })
  if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

const davRoot = ({ url }: RawCloud): string => `${new URL(url).pathname.replace(/\/$/, '')}/remote.php/dav`

const hrefs = (xml: string): readonly string[] =>
  [...xml.matchAll(/<(?:\w+:)?href>\s*([^<]+?)\s*</g)].map(([, href = '']) => decodeURIComponent(href))

/** What unfinished uploads of Offramp's have left in the account. Nextcloud 34 does not list them, and `ask` throws. */
export async function uploadsLeft(cloud: RawCloud): Promise<readonly string[]> {
  const xml = await (await ask(cloud, 'PROPFIND', `${davRoot(cloud)}/uploads/${encodeURIComponent(cloud.user)}/`)).text()
  return hrefs(xml)
    .map((href) => href.replace(/\/$/, '').split('/').at(-1) ?? '')
    .filter((name) => name.startsWith('offramp-'))
}

const FACTS =
  '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><d:prop><o:fileid/><d:getlastmodified/></d:prop></d:propfind>'

/** Bytes of a file's earlier states as the server tells them, the oldest first. Nextcloud 32 tells the present one among them, which is left out. */
export async function historyOf(cloud: RawCloud, { place, locator }: Receipt): Promise<readonly Uint8Array[]> {
  const user = encodeURIComponent(cloud.user)
  const path = `${place}/${locator}`.split('/').filter(Boolean).map(encodeURIComponent).join('/')
  const told = await (
    await ask(cloud, 'PROPFIND', `${davRoot(cloud)}/files/${user}/${path}`, { headers: { depth: '0' }, body: FACTS })
  ).text()
  const id = /fileid>(\d+)</.exec(told)?.[1] ?? '0'
  const present = Math.floor(Date.parse(/getlastmodified>([^<]+)</.exec(told)?.[1] ?? '') / 1000)
  const root = `${davRoot(cloud)}/versions/${user}/versions/${id}/`
  const seconds = hrefs(await (await ask(cloud, 'PROPFIND', root)).text()).map((href) => Number(/\/(\d+)$/.exec(href)?.[1]))
  const bytes: Uint8Array[] = []
  for (const one of seconds.filter((at) => at > 0 && at !== present).sort((a, b) => a - b))
    bytes.push(Buffer.from(await (await ask(cloud, 'GET', `${root}${one}`)).arrayBuffer()))
  return bytes
}

import { csvCell } from '../report/clean-text.ts'
import type { Link } from './links.ts'

export type LinkFormat = 'csv' | 'json' | 'nginx' | 'apache'

/** What stands before, for each, and behind all links. `undefined` for a link that has no line. */
export interface LinkForm {
  readonly before: string
  line(link: Link): string | undefined
  readonly after: string
}

/** Only what a browser opens as a page, in the spelling in which it asks for it. Undefined for everything else. */
function webAddress(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    return undefined
  return url
}

/** Everything that could end a word, begin a comment or a variable, or be taken for an instruction: as bytes of the address that mean the same. */
const escaped = (text: string): string =>
  text.replaceAll(/[^A-Za-z0-9\-._~:/?#[\]@!&()*+,=%]/g, (sign) =>
    [...new TextEncoder().encode(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )

/** What a server is asked for: host, path and query. A fragment stays in the browser. */
const asked = ({ host, pathname, search }: URL): string => `${host}${pathname}${search}`

/** A key is compared with what was asked, byte by byte: where it would have to be written otherwise to be safe, it has no line. */
function redirect({ old, new: now }: Link): readonly [from: string, to: string] | undefined {
  const [from, to] = [webAddress(old), webAddress(now)]
  if (from === undefined || to === undefined) return undefined
  const key = asked(from)
  return /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%|]+$/.test(key) ? [key, escaped(to.href)] : undefined
}

const NGINX = `# From the old address of each file to the new one. In the http block:
#   map_hash_bucket_size 1024; map_hash_max_size 262144;
#   include this file; and in the server that answers for the old hosts:
#   if ($offramp_to) { return 302 $offramp_to; }
map "$host$request_uri" $offramp_to {
  default "";
`

const APACHE = `# From the old address of each file to the new one. In the server that answers for the old hosts:
#   RewriteEngine On
#   RewriteMap offramp "txt:/path/to/this/file"
#   RewriteCond %{THE_REQUEST} "^\\S+ (\\S+)"
#   RewriteCond "\${offramp:%{HTTP_HOST}%1}" "(.+)"
#   RewriteRule ^ %1 [R=302,NE,L]
`

const cells = (link: readonly string[]): string => `${link.map(csvCell).join(',')}\r\n`

/** In `csv` and `json` every file has its line, with an empty address where it has none; redirects only where there are both. */
export const LINK_FORMS: Readonly<Record<LinkFormat, LinkForm>> = {
  csv: {
    before: cells(['account', 'path', 'old address', 'new address']),
    line: ({ account, path, old, new: now }) => cells([account, path.join('/'), webAddress(old)?.href ?? '', webAddress(now)?.href ?? '']),
    after: '',
  },
  json: { before: '', line: (link) => `${JSON.stringify(link)}\n`, after: '' },
  nginx: {
    before: NGINX,
    line(link) {
      const both = redirect(link)
      return both && `  "${both[0]}" "${both[1]}";\n`
    },
    after: '}\n',
  },
  apache: {
    before: APACHE,
    line(link) {
      const both = redirect(link)
      return both && `${both[0]} ${both[1]}\n`
    },
    after: '',
  },
}

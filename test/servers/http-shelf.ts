import type { FileShelf } from './files-lab.ts'

interface Wish {
  /** The account's own folder. */
  readonly url: string
  readonly user: string
  readonly pass: string
  /** The folder in it that everything happens in. */
  readonly below: string
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const plain = (xml: string): string =>
  xml
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex: string, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16)),
    )
    .replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)

/** Files over raw HTTP, with nothing of the connector. */
export function httpShelf({ url, user, pass, below }: Wish): FileShelf & { empty(): Promise<void> } {
  const root = url.replace(/\/?$/, '/')
  const authorization = `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`
  const at = (path: string): string => root + path.split('/').filter(Boolean).map(encodeURIComponent).join('/')
  const ask = (method: string, path: string, more: RequestInit = {}): Promise<Response> =>
    fetch(at(path), { ...more, method, redirect: 'manual', headers: { authorization, ...more.headers } })
  const must = async (method: string, path: string, more?: RequestInit): Promise<Response> => {
    const answer = await ask(method, path, more)
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  interface Entry {
    readonly path: string
    readonly isFolder: boolean
    readonly modifiedAt: number
  }
  const entries = async (path: string, depth: '0' | '1'): Promise<readonly Entry[]> => {
    const answer = await ask('PROPFIND', path, { headers: { depth } })
    if (answer.status === 404) return []
    const base = decodeURIComponent(new URL(root).pathname)
    return [...(await answer.text()).matchAll(/<(?:\w+:)?response[ >][\s\S]*?<\/(?:\w+:)?response>/g)].map(([part]) => {
      const href = plain(/<(?:\w+:)?href>\s*([^<]*?)\s*</.exec(part)?.[1] ?? '')
      const full = decodeURIComponent(new URL(href, root).pathname)
      const modified = /getlastmodified[^>]*>([^<]*)</.exec(part)?.[1] ?? ''
      const isFolder = /<(?:\w+:)?collection\b/.test(part)
      return { path: `/${full.slice(base.length).replace(/\/$/, '')}`, isFolder, modifiedAt: Date.parse(modified) }
    })
  }
  const list = async (path: string): Promise<Awaited<ReturnType<FileShelf['list']>>> => {
    const found: Awaited<ReturnType<FileShelf['list']>>[number][] = []
    for (const entry of (await entries(path, '1')).filter((one) => one.path !== path)) {
      if (entry.isFolder) found.push(...(await list(entry.path)))
      else found.push({ ...entry, body: Buffer.from(await (await must('GET', entry.path)).arrayBuffer()) })
    }
    return found
  }
  const remove = async (path: string): Promise<void> => void (await must('DELETE', path))
  return {
    list: () => list(`/${below}`),
    write: async (path, body) => void (await must('PUT', path, { body: Buffer.from(body) })),
    move: async (from, to) => void (await must('MOVE', from, { headers: { destination: at(to), overwrite: 'F' } })),
    remove,
    removeFolder: remove,
    changedAt: async (path) => (await entries(path, '0'))[0]?.modifiedAt,
    async empty() {
      const answer = await ask('DELETE', `/${below}`)
      await answer.body?.cancel()
      await must('MKCOL', `/${below}`)
    },
  }
}

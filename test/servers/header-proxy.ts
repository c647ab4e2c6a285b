import { createServer, request } from 'node:http'

export interface HeaderProxy {
  readonly url: string
  /** Requests that came through, as `PUT /path`. */
  readonly seen: readonly string[]
  close(): Promise<void>
}

interface Target {
  readonly port: number
  readonly drop: readonly string[]
  /** What happens before a request goes on to the server. */
  readonly before?: (line: string) => Promise<void>
}

/** An HTTP proxy in front of a server that takes request headers away, as a careless one in front of a cloud does. */
export function startHeaderProxy(target: Target): Promise<HeaderProxy> {
  const seen: string[] = []
  const server = createServer(async (asked, answer) => {
    const line = `${asked.method} ${asked.url}`
    seen.push(line)
    await target.before?.(line)
    const headers = Object.fromEntries(Object.entries(asked.headers).filter(([name]) => !target.drop.includes(name)))
    const onward = request({ host: '127.0.0.1', port: target.port, method: asked.method, path: asked.url, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers)
      said.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`, seen, close })
    })
  })
}

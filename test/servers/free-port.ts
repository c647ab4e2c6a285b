import { createServer } from 'node:net'

/** Below the ports that systems give to connections that go out (Linux from 32,768 on, macOS and Windows from 49,152): nobody else comes by one of these by chance. */
const [FROM, TO] = [12_000, 32_000]
const TRIES = 200
const given = new Set<number>()

/** A loopback TCP port that was free a moment ago, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error('There is no free port on loopback.')
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

import type { Server } from 'node:net'

interface Closable extends Server {
  closeAllConnections(): void
}

/** Listens on loopback; 0 takes any free port. Gives the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The emulator has no port.')
  return address.port
}

/** Ends a server and every connection to it. */
export async function shut(server: Closable): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

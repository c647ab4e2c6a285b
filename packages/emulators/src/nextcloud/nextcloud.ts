import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { makeAuthority } from '../authority.ts'
import { listen, shut } from '../serve/listen.ts'
import type { CloudControl } from './control/cloud-control.ts'
import { controlOf } from './control/hands.ts'
import { makeState } from './make-state.ts'
import type { NextcloudOptions } from './options.ts'
import { handle } from './serve/handle.ts'

/** A Nextcloud that runs in this process. */
export interface EmulatedNextcloud extends CloudControl {
  stop(): Promise<void>
}

const SERVED = { keepAlive: true, noDelay: true, requestTimeout: 0, keepAliveTimeout: 60_000 } as const

/** Starts a Nextcloud on loopback, over TLS unless told otherwise. */
export async function startNextcloud(options: NextcloudOptions): Promise<EmulatedNextcloud> {
  const state = makeState(options)
  const { scheme = 'https' } = options
  const authority = options.authority ?? (await makeAuthority())
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void handle(state, request, response)
  }
  const { cert, key } = await authority.issue({ hosts: ['localhost', '127.0.0.1'] })
  const server = scheme === 'http' ? createPlainServer(SERVED, listener) : createServer({ ...SERVED, cert, key }, listener)
  const port = await listen(server, options.port ?? 0)
  const url = `${scheme}://localhost:${port}/`
  state.origin.url = url
  return {
    ...controlOf(state, { url, ca: authority.ca }),
    stop: async () => {
      await shut(server)
      await Promise.allSettled(state.posting)
      state.spool.close()
    },
  }
}

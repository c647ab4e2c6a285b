import { setImmediate as turn } from 'node:timers/promises'
import type { RedisServer } from '@offramp/test/servers/redis'
import { Redis } from 'ioredis'
import { HandClock } from './hand-clock.ts'

/** Several processes' connections to one Redis, and one clock for them and for Redis's scripts. */
export class RedisLab {
  readonly clock = new HandClock()
  readonly #server: RedisServer
  readonly #clients: Redis[] = []
  readonly #admin: Redis

  constructor(server: RedisServer) {
    this.#server = server
    this.#admin = new Redis(server.url)
  }

  get admin(): Redis {
    return this.#admin
  }

  client(): Redis {
    const client = new Redis(this.#server.url)
    client.on('error', () => undefined)
    this.#clients.push(client)
    return client
  }

  /** Moves the clock in small steps; after each, everything that was sent has been answered. */
  async advance(ms: number, stepMs = 250): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.pass(Math.min(left, stepMs))
      await this.settled()
    }
  }

  /** Everything under way has been answered, and what follows from the answers has been sent and answered too. */
  async settled(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await turn()
      await Promise.all(this.#clients.map((client) => client.ping().catch(() => undefined)))
    }
    await turn()
  }

  async save(): Promise<() => Promise<void>> {
    const keys = await this.#admin.keys('*')
    const kept = await Promise.all(keys.map(async (key) => [key, await this.#admin.dumpBuffer(key)] as const))
    return async () => {
      await this.#admin.flushall()
      for (const [key, value] of kept) if (value) await this.#admin.restore(key, 0, value)
    }
  }

  async close(): Promise<void> {
    await this.#admin.flushall()
    for (const client of [...this.#clients, this.#admin]) client.disconnect()
  }
}

import { Agent, request } from 'node:http'

/** Where the bare writer puts what it has. */
export interface PutTarget {
  readonly url: string
  readonly login: string
  readonly pass: string
  /** Path of a collection that is there. */
  readonly place: string
  readonly kind: 'event' | 'contact'
  readonly bodies: readonly Buffer[]
}

const putOnce = (agent: Agent, target: PutTarget, nth: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const { url, login, pass, place, kind, bodies } = target
    const body = bodies[nth] ?? Buffer.alloc(0)
    const isCard = kind === 'contact'
    const sent = request(
      new URL(`${place}bare-${nth}.${isCard ? 'vcf' : 'ics'}`, url),
      {
        agent,
        method: 'PUT',
        auth: `${login}:${pass}`,
        headers: {
          'content-type': `text/${isCard ? 'vcard' : 'calendar'}; charset=utf-8`,
          'content-length': body.length,
          'if-none-match': '*',
        },
      },
      (answer) => {
        answer.resume().once('end', () => {
          // 412: written by the try before, of which nobody was told.
          if ([201, 204, 412].includes(answer.statusCode ?? 0)) resolve()
          else reject(new Error(`The bare writer was answered ${answer.statusCode}.`))
        })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })

/** Radicale closes each connection after its answer, and now and then a request meets one that is being closed. */
const put = (agent: Agent, target: PutTarget, nth: number): Promise<void> =>
  putOnce(agent, target, nth).catch((thrown: unknown) => {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ECONNRESET') return putOnce(agent, target, nth)
    throw thrown
  })

/** The least that a client can do: the bytes that are in memory, one PUT each, over so many kept connections an account, nothing remembered. Seconds. */
export async function barePut(targets: readonly PutTarget[], connections: number): Promise<number> {
  const began = performance.now()
  await Promise.all(
    targets.map(async (target) => {
      const agent = new Agent({ keepAlive: true, maxSockets: connections })
      let next = 0
      const line = async (): Promise<void> => {
        while (next < target.bodies.length) await put(agent, target, next++)
      }
      await Promise.all(Array.from({ length: connections }, line))
      agent.destroy()
    }),
  )
  return (performance.now() - began) / 1000
}

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { endpointName, type Means, openDestination, openSource, sourceId } from '@offramp/catalog'
import { type Clock, type DestinationEndpoint, Fault, type Log, type Services } from '@offramp/core'
import { type OneAtATime, oneAtATime, rebuild, turn, verify } from '@offramp/engine'
import { assertSafe, connectRedis, RedisGate, redisBoard, redisLedger } from '@offramp/redis'
import { placesOf } from '../mappings/mapping.ts'
import { isSecretRef, secretsFrom } from '../project/secret-refs.ts'
import { makeWaker, type QueueConnection } from '../queue/waker.ts'
import { patientGate } from '../run/patient-gate.ts'
import { connectEnds } from './connect-ends.ts'
import { leaseMsOf, limitsOf, silenceMsOf } from './limits.ts'
import type { OpenedProject } from './open-project.ts'
import { type NamedProject, ofProject } from './open-several.ts'
import type { Workplace } from './workplace.ts'

export interface Surroundings {
  readonly log: Log
  readonly clock: Clock
  /** Told when a provider is waited for outside a worker, with the end in milliseconds since the Unix epoch. */
  readonly tellWait?: (why: string, until: number) => void
  /** For items larger than the window, where other projects share this process. */
  readonly large?: OneAtATime
}

interface RedisAddress {
  /** With user and password: never shown. */
  readonly url: string
  readonly options: QueueConnection
  readonly ca?: string
}

const filesFrom = (folder: string) => async (path: string) =>
  readFile(resolve(folder, path), 'utf8').catch(() => {
    throw new Fault({
      reach: 'run',
      code: 'project-file-missing',
      message: `The file ${path}, which the project names, cannot be read.`,
      remedy: 'Put it there, or correct its name.',
    })
  })

async function redisAddress({ project, places, folder }: OpenedProject): Promise<RedisAddress> {
  const { redis } = project
  const secret = secretsFrom(places)
  const text = isSecretRef(redis.url) ? await secret(redis.url) : redis.url
  const url = URL.parse(text)
  if (url === null || !/^rediss?:$/.test(url.protocol)) {
    throw new Fault({
      reach: 'run',
      code: 'redis-address',
      message: 'The address of Redis cannot be read.',
      remedy: 'Write redis://host:port/db, or rediss:// for TLS.',
    })
  }
  if (redis.username !== undefined) url.username = encodeURIComponent(redis.username)
  if (redis.password !== undefined) url.password = encodeURIComponent(await secret(redis.password))
  const ca = redis.ca === undefined ? undefined : await filesFrom(folder)(redis.ca)
  const options: QueueConnection = {
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    db: Number(url.pathname.slice(1) || '0'),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: ca === undefined ? {} : { ca } } : {}),
  }
  return { url: url.href, options, ...(ca === undefined ? {} : { ca }) }
}

const refKey = (endpoint: string, account: string, files: boolean): string => `${endpoint}\n${account}\n${files ? 'file' : ''}`

function meansOf(opened: OpenedProject, services: Services): Means {
  const refs = new Map(
    opened.mappings.flatMap((mapping) =>
      placesOf(mapping, opened.endpoints).map(
        ({ endpoint, account, kinds, passwordRef }) => [refKey(endpoint, account, kinds.includes('file')), passwordRef] as const,
      ),
    ),
  )
  const { calendars, contacts, files } = opened.project.settings ?? {}
  return {
    services,
    choices: {
      ...(calendars === undefined ? {} : { calendars }),
      ...(contacts === undefined ? {} : { contacts }),
      ...(files === undefined ? {} : { files }),
    },
    secret: secretsFrom(opened.places),
    file: filesFrom(opened.folder),
    passwordRef: (endpoint, account, kind) => refs.get(refKey(endpoint, account, kind === 'file')),
  }
}

/**
 * Connects to Redis, makes sure that it keeps what it is told, and makes the two ends. Faults: `run` with a code `redis-unsafe-…` for a
 * Redis that would lose the books.
 */
export async function openWorkplace(opened: OpenedProject, { log, clock, tellWait, large }: Surroundings): Promise<Workplace> {
  const { project } = opened
  const address = await redisAddress(opened)
  const redis = await connectRedis(address.url, {
    name: `offramp-${project.project}`,
    ...(address.ca === undefined ? {} : { ca: address.ca }),
  })
  try {
    const safety = await assertSafe(redis, () => clock.now())
    const limits = limitsOf(project.settings?.limits)
    // A body of 150 MB at its slowest takes most of an hour; a place that is given away earlier would be a fifth call in flight.
    const gate = new RedisGate(redis, { clock, holdMs: silenceMsOf(limits), ticketMs: 3_900_000 })
    const silence = project.settings?.limits?.requestSeconds
    const way = tellWait === undefined ? gate : patientGate(gate, { clock, tellWait })
    const means = meansOf(opened, { gate: way, log, clock, ...(silence === undefined ? {} : { silenceMs: silence * 1000 }) })
    const source = await openSource(project.source, means)
    const destinations = new Map<string, DestinationEndpoint>()
    for (const settings of project.destinations) destinations.set(endpointName(settings), await openDestination(settings, means))
    const waker = makeWaker(project.project, address.options, () => clock.now())
    const endpoints = { source, destinations }
    return {
      project: project.project,
      clock,
      ...(tellWait === undefined ? {} : { tellWait }),
      ledger: redisLedger(redis, { project: project.project, clock }),
      gate,
      safety,
      board: redisBoard(redis, { project: project.project }),
      waker,
      redis: address.options,
      ...endpoints,
      sourceId: sourceId(project.source),
      verbs: { turn, verify, rebuild },
      limits,
      large: large ?? oneAtATime(),
      leaseMs: leaseMsOf(limits),
      connect: (plan, call) => connectEnds(endpoints, plan, call),
      async close() {
        await Promise.all([waker.close(), source.close?.(), ...[...destinations.values()].map((end) => end.close?.())])
        gate.close()
        redis.disconnect()
      },
    }
  } catch (thrown) {
    redis.disconnect()
    throw thrown
  }
}

/**
 * Workplaces of several projects in one process, in the order of the projects: items larger than the window are moved one at a time whatever
 * project they are of. Throws what `openWorkplace` throws, naming the file; then none is left open.
 */
export async function openWorkplaces(
  named: readonly NamedProject[],
  around: (project: string) => Surroundings,
): Promise<readonly Workplace[]> {
  const large = oneAtATime()
  const open: Workplace[] = []
  try {
    for (const { file, opened } of named)
      open.push(await ofProject({ file, of: named.length }, () => openWorkplace(opened, { ...around(opened.project.project), large })))
    return open
  } catch (thrown) {
    await Promise.all(open.map((workplace) => workplace.close()))
    throw thrown
  }
}

import type { drive_v3 } from '@googleapis/drive'
import { type Call, Fault } from '@offramp/core'
import { type Json, objectOf, type WireAnswer } from '@offramp/wire'
import type { Ask, Common, Going, GoogleServices, Rest, Sent } from './client.ts'
import type { FileAsks } from './file-faults.ts'
import { apiQuota, DRIVE_UNITS, type DriveMethod, EGRESS_BYTES, egressQuota, FILE_TIMES, WORK_BYTES } from './limits.ts'
import type { GoogleSettings } from './settings.ts'

export interface DriveAsk extends Ask<drive_v3.Drive> {
  readonly asks: FileAsks
  readonly units: DriveMethod
  /** Makes an operation, which changes nothing. */
  readonly verb?: 'POST'
  readonly headers?: Readonly<Record<string, string>>
}

/** What is known of bytes before they come. */
export interface Load {
  /** Bytes, for the day's account; undefined where nobody knows. */
  readonly size: number | undefined
}

/** Drive in the name of one user. */
export interface DriveClient {
  /** Whose files these are, for people: `the drive of anna@example.com`. */
  readonly about: string
  json(asked: DriveAsk, call: Call): Promise<Json>
  /** Bytes as they arrive. */
  bytes(asked: DriveAsk, load: Load, call: Call): Promise<WireAnswer>
  /** Bytes from an address that an answer has told: of Google's own hosts alone. */
  linked(url: string, asks: FileAsks, call: Call): Promise<WireAnswer>
  /** Milliseconds. By the endpoint's clock. */
  pause(ms: number, call: Call): Promise<void>
}

export interface DriveParts {
  readonly settings: GoogleSettings
  readonly services: GoogleServices
  readonly api: drive_v3.Drive
  readonly ask: (send: (options: Sent) => Promise<unknown>, on: Going) => Promise<WireAnswer>
  readonly common: Common
}

/** Bytes from which it pays to open a connection for them alone. */
const LARGE = 8 * 1024 * 1024

/**
 * Bytes that are taken from the day's account at once: a turn at the gate for each small file would cost more than the file. The first are few, since who
 * reads little would keep the rest from others.
 */
const BLOCK = { first: 256_000, most: 16_000_000 }

export function driveClient(parts: DriveParts, { subject, about }: { readonly subject: string; readonly about: string }): DriveClient {
  const { settings, services, api, common } = parts
  const { wire, signer, hosts, gate } = services
  const token = services.tokens.of('files', subject)
  let credit = 0
  let block = BLOCK.first

  async function restOf(asked: Pick<DriveAsk, 'asks' | 'units' | 'tries'>): Promise<Rest> {
    const { project } = await signer.identity()
    return {
      quota: apiQuota(settings, 'drive', { project, user: common.quotaUser }),
      weight: DRIVE_UNITS[asked.units],
      token,
      about,
      asks: asked.asks,
      expects: 'json',
      reads: 'whole',
      maxBytes: WORK_BYTES.answer,
      repeatable: true,
      ...(asked.tries === undefined ? {} : { tries: asked.tries }),
    }
  }

  const go = (asked: DriveAsk, rest: Rest, call: Call): Promise<WireAnswer> =>
    parts.ask((options) => asked.send(api, common, options), {
      rest,
      origin: hosts.driveUrl,
      call,
      ...(asked.verb === undefined ? {} : { method: asked.verb }),
      ...(asked.headers === undefined ? {} : { headers: asked.headers }),
    })

  /** The day's account of what leaves Drive. What is larger than a day's share takes a whole day's. */
  async function spend(bytes: number, call: Call): Promise<void> {
    credit -= bytes
    if (credit >= 0) return
    const { project } = await signer.identity()
    const { most, ...quota } = egressQuota(settings, project)
    const wanted = Math.min(Math.ceil(Math.max(block, -credit) / EGRESS_BYTES), most)
    try {
      const ticket = await gate.enter(quota, wanted, call)
      ticket.leave()
      credit = Math.max(0, credit + wanted * EGRESS_BYTES)
      block = Math.min(block * 2, BLOCK.most)
    } catch (thrown) {
      credit += bytes
      throw thrown
    }
  }

  return {
    about,
    json: async (asked, call) => objectOf(await (await go(asked, await restOf(asked), call)).json()),
    async bytes(asked, { size }, call) {
      await spend(size ?? 0, call)
      const rest = await restOf(asked)
      const expects = asked.asks === 'export' ? 'bytes' : 'any'
      const large = (size ?? 0) > LARGE
      return go(asked, { ...rest, expects, reads: 'stream', large, maxBytes: Number.MAX_SAFE_INTEGER, ...FILE_TIMES(size) }, call)
    },
    async linked(url, asks, call) {
      if (!isGoogle(url, hosts.driveUrl))
        throw new Fault({ reach: 'call', code: 'google-foreign-host', message: `An export of ${about} leads away from Google.` })
      const rest = await restOf({ asks, units: 'other' })
      const bytes = { expects: 'bytes', reads: 'stream', maxBytes: Number.MAX_SAFE_INTEGER, ...FILE_TIMES(undefined) } as const
      return wire.send({ ...rest, ...bytes, method: 'GET', url, toldBy: hosts.driveUrl }, call)
    },
    pause: (ms, call) => services.clock.sleep(ms, call),
  }
}

/** A token goes there: nowhere but to Google, or where the operator has put all of Google. */
function isGoogle(url: string, driveUrl: string): boolean {
  const target = URL.parse(url)
  if (target === null || target.protocol !== 'https:') return false
  if (driveUrl !== 'https://www.googleapis.com') return target.origin === driveUrl
  return /(^|\.)(googleapis|google|googleusercontent)\.com$/.test(target.hostname) && target.port === ''
}

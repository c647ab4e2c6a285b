import { createHash } from 'node:crypto'
import { fastClock, MemoryGate } from '@offramp/conformance'
import {
  type Account,
  asFault,
  type Fault,
  type Item,
  type ItemRef,
  type Listing,
  type ListingsCall,
  type Log,
  type Source,
} from '@offramp/core'
import { type EmulatedWorkspace, startWorkspace, type WorkspaceOptions } from '@offramp/emulators'
import { googleSource } from '../endpoint.ts'
import type { Bounds } from '../mail-bodies.ts'
import type { GoogleSettings } from '../settings.ts'

export const ANNA = 'anna@fabrikam.example'
export const ADMIN = 'admin@fabrikam.example'
export const call = { signal: new AbortController().signal }

const open: { stop?(): Promise<void>; close?(): Promise<void> }[] = []

/** For `afterEach`: ends every domain and connector that a test has opened. */
export async function closeAll(): Promise<void> {
  for (const each of open.splice(0).reverse()) await (each.close?.() ?? each.stop?.())
}

/** An endpoint's settings for an emulated domain, with its key file. */
export function settingsFor(workspace: EmulatedWorkspace): GoogleSettings {
  const origin = new URL(workspace.url).origin
  return {
    name: 'fabrikam',
    admin: workspace.adminAddress,
    auth: { key: async () => workspace.key() },
    apiUrl: origin,
    tokenUrl: origin,
    ca: workspace.ca,
  }
}

/** A user without asking the directory, which has tests of its own. */
export const userOf = (address: string): Account => ({
  id: `1${Number.parseInt(createHash('sha256').update(address).digest('hex').slice(0, 12), 16)}`,
  name: address,
  kind: 'user',
})

interface LabOptions {
  readonly domain?: Partial<WorkspaceOptions>
  readonly settings?: Partial<GoogleSettings>
  readonly bounds?: Bounds
  /** How much faster than ours the domain's and the connector's clock runs. */
  readonly speed?: number
}

/** A domain on a clock that runs twenty times as fast, and the connector's view of it. */
export async function lab({ domain = {}, settings = {}, bounds, speed = 20 }: LabOptions = {}) {
  const clock = fastClock(speed)
  const workspace = await startWorkspace({
    seed: 7,
    accounts: [
      { address: ADMIN, admin: true },
      { address: ANNA, messages: 60 },
    ],
    now: clock.now,
    limits: { raceMs: 5_000 },
    ...domain,
  })
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const services = { clock, log, gate: new MemoryGate(clock, { patienceMs: 300_000, ticketMs: 3_600_000 }) }
  const endpoint = googleSource({ ...settingsFor(workspace), ...settings }, services, bounds)
  open.push(workspace, endpoint)
  const connect = async (address = ANNA): Promise<Source> => endpoint.connect(userOf(address), 'mail')
  return { workspace, endpoint, clock, lines, connect, source: await connect(), mailbox: workspace.mailbox(ANNA) }
}

export async function listingOf(source: Source, asked: ListingsCall = call): Promise<Listing> {
  for await (const listing of source.listings(asked)) if (listing.id === 'gmail') return listing
  throw new Error('no listing')
}

export interface Walked {
  readonly refs: Map<string, ItemRef>
  readonly removed: string[]
  readonly cursor: string
  readonly pages: number
}

/** Walks the mailbox to its end; what is said of an item last holds. */
export async function walk(source: Source, at: { after?: string; limit?: number } = {}): Promise<Walked> {
  const listing = await listingOf(source)
  const refs = new Map<string, ItemRef>()
  const removed: string[] = []
  for (let after = at.after, pages = 1; ; pages++) {
    const page = await source.page(listing, after, at.limit ?? 20, call)
    for (const ref of page.refs) {
      if (ref.removed) {
        removed.push(ref.id)
        refs.delete(ref.id)
      } else refs.set(ref.id, ref)
    }
    after = page.cursor
    if (page.last) return { refs, removed, cursor: page.cursor, pages }
  }
}

export async function bytesOf(item: Item): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of item.body(call)) parts.push(chunk)
  return Buffer.concat(parts)
}

export const hashOf = async (item: Item): Promise<string> =>
  createHash('sha256')
    .update(await bytesOf(item))
    .digest('hex')

export async function faultOf(work: () => Promise<unknown>): Promise<Fault> {
  try {
    await work()
  } catch (thrown) {
    return asFault(thrown)
  }
  throw new Error('nothing was thrown')
}

/** Everything that a count says, by item. */
export async function countOf(source: Source): Promise<Map<string, Item>> {
  const all = new Map<string, Item>()
  for await (const items of source.census?.(await listingOf(source), call) ?? []) for (const item of items) all.set(item.id, item)
  return all
}
